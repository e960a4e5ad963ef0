using System.Runtime.InteropServices;

namespace Sentiment.LocalHost;

/// <summary>The first SIGINT or SIGTERM asks the command to stop; a second one ends the process at once.</summary>
internal sealed class Interrupt : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _signals;

    public Interrupt() => _signals =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Handle(signal, 130)),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Handle(signal, 143)),
    ];

    /// <summary>130 or 143 once a signal has come, else 0.</summary>
    public int ExitCode { get; private set; }

    public CancellationToken Token => _stop.Token;

    public void Dispose()
    {
        foreach (var signal in _signals)
        {
            signal.Dispose();
        }

        _stop.Dispose();
    }

    private void Handle(PosixSignalContext signal, int exitCode)
    {
        if (ExitCode == 0)
        {
            signal.Cancel = true;
            ExitCode = exitCode;
            _stop.Cancel();
        }
    }
}
