using Sentiment.Domain.Workflows;
using Sentiment.Engine.Store;

namespace Sentiment.Engine.Runtime;

/// <summary>
/// One instance in memory: takes what it is told in order, in turns of as much as has come, one turn at a time.
/// </summary>
internal sealed class InstanceActor : IThreadPoolWorkItem
{
    private readonly EngineRuntime _runtime;
    private readonly InstanceTurns _turns;
    private readonly InstanceRow _row;
    private readonly Lock _gate = new();
    private readonly List<ActivityWork> _parked = [];
    private List<Message> _mailbox = [];
    private bool _isScheduled;
    private bool _isSuspended;
    private bool _isEnded;

    /// <summary>Takes an instance into memory.</summary>
    public InstanceActor(EngineRuntime runtime, InstanceRow row)
    {
        (_runtime, _row) = (runtime, row);
        _isSuspended = row.Status == WorkflowStatus.Suspended;
        _turns = new(runtime, this, row);
    }

    /// <summary>The instance's id.</summary>
    public string Id => _row.Id;

    /// <summary>Why the instance is left alone until the next start; null as a rule.</summary>
    public Exception? Halted { get; private set; }

    /// <summary>Tells the instance something; false if it has ended.</summary>
    public bool Post(Message message)
    {
        lock (_gate)
        {
            if (_isEnded) return false;
            _mailbox.Add(message);
            if (_isScheduled) return true;
            _isScheduled = true;
        }

        _runtime.Work.Enter();
        _runtime.Turns.Enter();
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return true;
    }

    /// <summary>Puts messages before those that came meanwhile.</summary>
    public void PutBack(IReadOnlyCollection<Message> messages)
    {
        lock (_gate)
        {
            if (!_isEnded)
            {
                _mailbox.InsertRange(0, messages);
                return;
            }
        }

        Refuse(messages);
    }

    /// <summary>Whether an attempt may begin; while the instance is held it is kept for later.</summary>
    public bool MayBegin(ActivityWork work)
    {
        lock (_gate)
        {
            if (_isEnded) return false;
            if (_isSuspended) _parked.Add(work);
            return !_isSuspended;
        }
    }

    /// <summary>The store knows whether the instance is held.</summary>
    public void SetSuspended(bool isSuspended)
    {
        ActivityWork[] parked = [];
        lock (_gate)
        {
            _isSuspended = isSuspended;
            if (!isSuspended)
            {
                parked = [.. _parked];
                _parked.Clear();
            }
        }

        foreach (var work in parked)
        {
            _runtime.Dispatcher.Enqueue(work);
        }
    }

    /// <summary>The store knows that the instance has ended.</summary>
    public void End(string? output, FailureDetails? failure)
    {
        List<Message> unread;
        lock (_gate)
        {
            if (_isEnded) return;
            _isEnded = true;
            (unread, _mailbox) = (_mailbox, []);
            _parked.Clear();
        }

        Refuse(unread);
        _runtime.Ended(_row, output, failure);
    }

    /// <summary>Answers clients whose request came too late.</summary>
    public static void Refuse(IEnumerable<Message> messages)
    {
        foreach (var request in messages.OfType<ClientRequest>())
        {
            request.Done.TrySetResult(false);
        }
    }

    /// <inheritdoc/>
    public void Execute() => _ = RunAsync();

    private async Task RunAsync()
    {
        try
        {
            while (Take() is { } batch)
            {
                await _turns.RunAsync(batch).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            Halt(exception);
        }
        finally
        {
            _runtime.Turns.Exit();
            _runtime.Work.Exit();
        }
    }

    private List<Message>? Take()
    {
        lock (_gate)
        {
            if (_mailbox.Count == 0 || _isEnded)
            {
                _isScheduled = false;
                return null;
            }

            var batch = _mailbox;
            _mailbox = new(batch.Count);
            return batch;
        }
    }

    // Memory and store may differ now, so nothing more is done here; the store is right and the next start goes by it.
    private void Halt(Exception exception)
    {
        List<Message> unread;
        lock (_gate)
        {
            _isEnded = true;
            Halted = exception;
            (unread, _mailbox) = (_mailbox, []);
        }

        foreach (var request in unread.OfType<ClientRequest>())
        {
            request.Done.TrySetException(exception);
        }

        if (exception is not (OperationCanceledException or System.Threading.Channels.ChannelClosedException))
        {
            _runtime.Logger.InstanceStuck(Id, exception);
        }
    }
}
