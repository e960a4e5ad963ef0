using System.Diagnostics;
using System.Reflection;
using System.Text;
using System.Text.Json;

namespace Sentiment.EndToEnd;

/// <summary>A real process of the product.</summary>
internal sealed class SentimentProcess : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _errors;

    private SentimentProcess(Process process)
    {
        _process = process;
        _output = ReadAsync(process.StandardOutput);
        _errors = ReadAsync(process.StandardError);
    }

    public bool HasExited => _process.HasExited;

    public static SentimentProcess Start(IReadOnlyDictionary<string, string>? environment, params string[] arguments) =>
        Start("LocalHost", environment, arguments);

    public static SentimentProcess StartFaultHost(IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        Start("FaultHost", environment, arguments);

    public static SentimentProcess StartAlertHost(IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        Start("AlertHost", environment, arguments);

    /// <summary>Starts a process and waits for its end.</summary>
    public static async Task<Ended> RunAsync(IReadOnlyDictionary<string, string>? environment, params string[] arguments)
    {
        await using var process = Start(environment, arguments);
        return await process.WaitAsync();
    }

    /// <summary>The same, without a wait for its end.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Ends it as the kernel does: at once, with nothing asked.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await WaitAsync();
    }

    /// <summary>Sends a signal by name, such as TERM.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    public async Task<Ended> WaitAsync()
    {
        using var patience = new CancellationTokenSource(Limit);
        await _process.WaitForExitAsync(patience.Token);
        return new(_process.ExitCode, await _output, await _errors);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private static SentimentProcess Start(string program, IReadOnlyDictionary<string, string>? environment, string[] arguments)
    {
        var path = typeof(SentimentProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == program).Value!;
        var start = new ProcessStartInfo(path, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return new(Process.Start(start)!);
    }

    private static async Task<string> ReadAsync(StreamReader reader)
    {
        var text = new StringBuilder();
        while (await reader.ReadLineAsync() is { } line)
        {
            text.AppendLine(line);
        }

        return text.ToString();
    }
}

/// <summary>How a process ended.</summary>
internal sealed record Ended(int ExitCode, string Output, string Errors)
{
    /// <summary>The one JSON document on standard output.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    public override string ToString() => $"exit {ExitCode}\n{Output}\n{Errors}";
}
