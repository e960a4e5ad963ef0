namespace Sentiment.Engine.Execution;

/// <summary>
/// Keeps all code of one instance on the thread of its current turn, one piece after the other in the order queued.
/// </summary>
internal sealed class TurnSynchronizationContext(Action enteredFromOutside) : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _queue = new();
    private volatile int _threadId;
    private volatile bool _wasEnteredFromOutside;

    /// <summary>Whether the calling code runs inside a turn of this instance.</summary>
    public bool IsCurrent => ReferenceEquals(Current, this) && _threadId == Environment.CurrentManagedThreadId;

    /// <summary>Whether a task that the workflow did not get from its context has tried to go on in it.</summary>
    public bool WasEnteredFromOutside => _wasEnteredFromOutside;

    /// <summary>Runs a piece of the workflow and all that it makes runnable, on this thread.</summary>
    public void Run(Action action)
    {
        var outer = Current;
        SetSynchronizationContext(this);
        _threadId = Environment.CurrentManagedThreadId;
        try
        {
            action();
            while (_queue.TryDequeue(out var item))
            {
                item.Callback(item.State);
            }
        }
        finally
        {
            _threadId = 0;
            SetSynchronizationContext(outer);
        }
    }

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback d, object? state)
    {
        if (_threadId == Environment.CurrentManagedThreadId) _queue.Enqueue((d, state));
        else EnterFromOutside();
    }

    /// <summary>Notes that something outside the turn tried to move the workflow on.</summary>
    public void EnterFromOutside()
    {
        _wasEnteredFromOutside = true;
        enteredFromOutside();
    }

    /// <inheritdoc/>
    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("A workflow cannot be entered from outside.");

    /// <inheritdoc/>
    public override SynchronizationContext CreateCopy() => this;
}
