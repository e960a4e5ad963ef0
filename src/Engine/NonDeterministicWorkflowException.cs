namespace Sentiment.Engine;

/// <summary>
/// A workflow's code did not ask, in a replay, for what its history says it asked for; the instance fails with it.
/// </summary>
/// <param name="expected">What the history has.</param>
/// <param name="actual">What the code asked for.</param>
public sealed class NonDeterministicWorkflowException(string expected, string actual) : Exception(
    $"The workflow's code is not deterministic or has changed since the instance began: the history has {expected}, "
    + $"but the code asked for {actual}. Start the work anew under another instance id, or run the code it began with.")
{
    /// <summary>What the history has.</summary>
    public string Expected { get; } = expected;

    /// <summary>What the code asked for.</summary>
    public string Actual { get; } = actual;
}
