using Sentiment.Domain.Workflows;
using Sentiment.Engine.Execution;
using Sentiment.Engine.History;
using Sentiment.Engine.Store;

namespace Sentiment.Engine.Runtime;

/// <summary>
/// The turns of one instance: what it was told is applied, what that changes is committed, and only then does it happen.
/// </summary>
internal sealed class InstanceTurns
{
    private static readonly TimeSpan RewriteInterval = TimeSpan.FromSeconds(1);

    private readonly EngineRuntime _runtime;
    private readonly InstanceActor _actor;
    private readonly InstanceRow _row;
    private readonly List<HistoryEvent> _events = [];
    private readonly List<ClientRequest> _requests = [];
    private WorkflowExecution _execution;

    /// <summary>Prepares the current generation.</summary>
    public InstanceTurns(EngineRuntime runtime, InstanceActor actor, InstanceRow row)
    {
        (_runtime, _actor, _row) = (runtime, actor, row);
        _execution = Execution(row.Generation, row.Input, row.CustomStatus);
    }

    /// <summary>Runs one turn.</summary>
    public async Task RunAsync(List<Message> batch)
    {
        _events.Clear();
        _requests.Clear();
        IReadOnlyCollection<PendingCall> recovered = [];
        if (batch[0] is RecoverExecution) recovered = Recover(batch);

        var read = 0;
        _execution.BeginTurn(_runtime.Time.GetUtcNow());
        while (read < batch.Count && _execution.Outcome is null)
        {
            Accept(batch[read++]);
        }

        var calls = _execution.TakeRequests();
        if (_events.Count > 0 || _execution.Outcome is not null)
        {
            var turn = Describe(calls);
            TurnResult result;
            try
            {
                result = await WriteAsync(turn).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                _requests.ForEach(request => request.Done.TrySetException(exception));
                throw;
            }

            if (!result.IsAccepted)
            {
                // Terminated while this turn was made.
                _execution.DropTimers();
                InstanceActor.Refuse(batch);
                _actor.End(null, _runtime.Reader.Find(_row.Id)?.Failure);
                return;
            }

            _requests.ForEach(request => request.Done.TrySetResult(true));
            if (_execution.Outcome is { } outcome)
            {
                Conclude(outcome, turn, batch.Skip(read));
                return;
            }

            if (_events.Exists(e => e.Kind is HistoryEventKind.ExecutionSuspended or HistoryEventKind.ExecutionResumed))
            {
                _actor.SetSuspended(_execution.IsSuspended);
            }

            TakeChildren(result.Children, calls);
        }
        else
        {
            // Holding what is held, or letting go what goes: there is nothing to write.
            _requests.ForEach(request => request.Done.TrySetResult(true));
        }

        Dispatch(recovered);
        Dispatch(calls);
    }

    private WorkflowExecution Execution(int generation, string? input, string? customStatus) =>
        new(new(_row.Id, _row.Name, generation, input, customStatus), _runtime.Registry, _runtime.Loggers,
            () => _actor.Post(EnteredFromOutside.Instance));

    private List<PendingCall> Recover(List<Message> batch)
    {
        var history = _runtime.Reader.History(_row.Key);
        foreach (var turn in history.TakeWhile(_ => _execution.Outcome is null))
        {
            _execution.Replay(turn);
        }

        if (_execution.Outcome is not null) return [];

        var pending = _execution.Pending.OrderBy(call => call.Sequence).ToList();
        var first = new List<Message>();
        if (!history.Any(turn => turn.Events.Any(e => e.Kind == HistoryEventKind.ExecutionStarted))) first.Add(BeginExecution.Instance);
        foreach (var call in pending.Where(call => call.Request.Kind == HistoryEventKind.SubWorkflowScheduled))
        {
            if (StateOf(_runtime.Reader.Find(call.Request.Payload!), call) is { } ended) first.Add(ended);
        }

        batch.InsertRange(1, first);
        return pending;
    }

    private void Accept(Message message)
    {
        switch (message)
        {
            case BeginExecution:
                Apply(new(HistoryEventKind.ExecutionStarted));
                break;
            case EnteredFromOutside:
                _execution.CheckForeignTasks();
                break;
            case TaskEnded ended:
                // Answers to a wait given up, or of an earlier generation, are not worth keeping.
                if (ended.Generation == _execution.Start.Generation && _execution.IsPending(ended.Input.Sequence)) Apply(ended.Input);
                break;
            case ChildEnded ended:
                foreach (var call in _execution.Pending.Where(call => IsCallOf(call, ended.ChildId)).ToArray())
                {
                    Apply(ended.Failure is { } failure
                        ? new(HistoryEventKind.TaskFailed, call.Sequence, failure.ErrorType, failure.Message, failure.IsNonRetryable ? 1 : 0)
                        : new(HistoryEventKind.TaskCompleted, call.Sequence, Payload: ended.Output));
                }

                break;
            case ClientRequest request:
                _requests.Add(request);
                var isHeld = _execution.IsSuspended;
                var changesNothing = request.Input.Kind is HistoryEventKind.ExecutionSuspended ? isHeld
                    : request.Input.Kind is HistoryEventKind.ExecutionResumed && !isHeld;
                if (!changesNothing) Apply(request.Input);
                break;
        }
    }

    private static bool IsCallOf(PendingCall call, string childId) =>
        call.Request.Kind == HistoryEventKind.SubWorkflowScheduled && call.Request.Payload == childId;

    private void Apply(in HistoryEvent input)
    {
        if (_execution.Outcome is not null) return;
        _events.Add(input);
        _execution.Apply(input);
    }

    private TurnCommit Describe(List<PendingCall> calls)
    {
        var time = _execution.Time;
        var commit = new TurnCommit
        {
            Key = _row.Key,
            Id = _row.Id,
            Time = time,
            CustomStatus = _execution.CustomStatus,
            Status = WorkflowStatus.Running,
        };
        if (_execution.Outcome is ExecutionOutcome.ContinuedAsNew next)
        {
            return commit with
            {
                Events = next.Events.Count > 0 ? HistoryCodec.Write(time, next.Events) : null,
                NextGeneration = _execution.Start.Generation + 1,
                NextInput = next.Input,
            };
        }

        _events.AddRange(calls.Select(call => call.Request));
        commit = commit with { Events = _events.Count > 0 ? HistoryCodec.Write(time, _events) : null };
        return _execution.Outcome switch
        {
            ExecutionOutcome.Completed completed => commit with { Status = WorkflowStatus.Completed, Output = completed.Output },
            ExecutionOutcome.Failed failed => commit with { Status = WorkflowStatus.Failed, Failure = failed.Failure },
            _ => commit with
            {
                Status = _execution.IsSuspended ? WorkflowStatus.Suspended : WorkflowStatus.Running,
                Children = NewChildren(calls),
            },
        };
    }

    private List<ChildStart> NewChildren(List<PendingCall> calls)
    {
        List<ChildStart> children = [];
        foreach (var call in calls)
        {
            if (call.Request.Kind == HistoryEventKind.SubWorkflowScheduled && _runtime.Registry.TryGetWorkflow(call.Request.Name!, out var name, out _))
            {
                children.Add(new(call.Request.Payload!, name, call.Input));
            }
        }

        return children;
    }

    // A full disk is an outage, not the end of the instance: the turn waits until it can be written.
    private async Task<TurnResult> WriteAsync(TurnCommit turn)
    {
        while (true)
        {
            try
            {
                return await _runtime.Writer.WriteAsync(session => session.Commit(turn), isAcknowledged: _requests.Count > 0).ConfigureAwait(false);
            }
            catch (EngineStoreException exception)
            {
                _runtime.Logger.TurnNotWritten(_row.Id, exception);
                await Task.Delay(RewriteInterval, _runtime.Time, _runtime.Stopping).ConfigureAwait(false);
            }
        }
    }

    private void Conclude(ExecutionOutcome outcome, TurnCommit turn, IEnumerable<Message> unread)
    {
        _execution.DropTimers();
        if (outcome is ExecutionOutcome.ContinuedAsNew next)
        {
            _execution = Execution(_execution.Start.Generation + 1, next.Input, _execution.CustomStatus);
            foreach (var kept in next.Events)
            {
                _execution.Apply(kept);
            }

            _actor.SetSuspended(false);
            _actor.PutBack([BeginExecution.Instance, .. unread]);
            return;
        }

        if (turn.Failure is { } failure) _runtime.Logger.InstanceFailed(_row.Name, _row.Id, failure.ErrorType, failure.Message);
        else _runtime.Logger.InstanceEnded(_row.Name, _row.Id, nameof(WorkflowStatus.Completed));
        InstanceActor.Refuse(unread);
        _actor.End(turn.Output, turn.Failure);
    }

    private void TakeChildren(IReadOnlyList<(InstanceRow Row, bool IsNew)> children, List<PendingCall> calls)
    {
        // Two calls of a turn may share an id: then the first made the child, and both are told of its end.
        var rows = children.ToLookup(child => child.Row.Id, StringComparer.Ordinal);
        foreach (var child in children.Where(child => child.IsNew))
        {
            _runtime.Launch(child.Row);
        }

        foreach (var call in calls.Where(call => call.Request.Kind == HistoryEventKind.SubWorkflowScheduled))
        {
            if (StateOf(rows[call.Request.Payload!].FirstOrDefault().Row, call) is { } message) _actor.Post(message);
        }
    }

    // What a call of a sub-workflow is to be told at once; null if its end is yet to come.
    private Message? StateOf(InstanceRow? row, PendingCall call)
    {
        var (id, name) = (call.Request.Payload!, call.Request.Name!);
        if (row is null) return Refused(call, $"No workflow is registered under '{name}'.");
        if (row.ParentId != _row.Id) return Refused(call, $"The instance id '{id}' belongs to another parent.");
        if (!string.Equals(row.Name, name, StringComparison.OrdinalIgnoreCase))
        {
            return Refused(call, $"The instance id '{id}' belongs to a run of '{row.Name}'.");
        }

        return row.HasEnded ? new ChildEnded(id, row.Output, row.Failure) : null;
    }

    private TaskEnded Refused(PendingCall call, string message) => new(
        _execution.Start.Generation, new(HistoryEventKind.TaskFailed, call.Sequence, "SubWorkflowRefused", message, 1));

    private void Dispatch(IReadOnlyCollection<PendingCall> calls)
    {
        foreach (var call in calls)
        {
            if (!call.IsPending) continue;
            var generation = _execution.Start.Generation;
            if (call.Request.Kind == HistoryEventKind.ActivityScheduled)
            {
                _runtime.Dispatcher.Enqueue(new(_actor, generation, call));
            }
            else if (call.Request.Kind == HistoryEventKind.TimerCreated)
            {
                call.Attach(_runtime.Timers.Add(call.Request.Value, () => _actor.Post(
                    new TaskEnded(generation, new(HistoryEventKind.TimerFired, call.Sequence)))));
            }
        }
    }
}
