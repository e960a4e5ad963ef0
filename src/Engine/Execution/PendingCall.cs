using Sentiment.Engine.History;

namespace Sentiment.Engine.Execution;

/// <summary>What a workflow asked for and has not been answered yet; its task is what the workflow awaits.</summary>
/// <remarks>
/// Continuations run inside the call that answers, on the turn's thread: that is what makes the order of the workflow's
/// steps the order of its history.
/// </remarks>
internal sealed class PendingCall(HistoryEvent request) : TaskCompletionSource<string?>
{
    private IDisposable? _timer;

    /// <summary>The call as the history has it.</summary>
    public HistoryEvent Request { get; } = request;

    /// <summary>The call's number.</summary>
    public int Sequence => Request.Sequence;

    /// <summary>The input of an activity or sub-workflow, as JSON.</summary>
    public string? Input { get; init; }

    /// <summary>How long an activity may take.</summary>
    public TimeSpan Timeout { get; init; }

    /// <summary>Whether the workflow still waits for it.</summary>
    public bool IsPending => !Task.IsCompleted;

    /// <summary>Ties the call to the engine's timer, so that it goes when the wait is given up.</summary>
    public void Attach(IDisposable timer) => _timer = timer;

    /// <summary>Takes the timer out of the engine's queue.</summary>
    public void DropTimer() => _timer?.Dispose();
}
