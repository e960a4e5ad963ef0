namespace Sentiment.LocalHost;

/// <summary>Ends a command with one message and an exit code.</summary>
internal sealed class CommandFailure(string message, int exitCode) : Exception(message)
{
    /// <summary>The work failed.</summary>
    public const int Failed = 1;

    /// <summary>Bad usage or a bad file.</summary>
    public const int BadUsage = 2;

    public int ExitCode { get; } = exitCode;
}
