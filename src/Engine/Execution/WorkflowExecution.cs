using Microsoft.Extensions.Logging;
using Sentiment.Domain.Workflows;
using Sentiment.Engine.History;

namespace Sentiment.Engine.Execution;

/// <summary>
/// One generation of an instance: the workflow's coroutine, what it waits for, and, in a replay, what it is expected to
/// ask for. Everything it does follows from the inputs applied to it, in their order.
/// </summary>
internal sealed class WorkflowExecution
{
    private readonly TurnSynchronizationContext _turn;
    private readonly WorkflowRegistry _registry;
    private readonly Dictionary<int, PendingCall> _pending = [];
    private readonly List<HistoryEvent> _held = [];
    private readonly Queue<HistoryEvent> _expected = new();
    private readonly WorkflowContext _context;
    private List<PendingCall> _requests = [];
    private Task<string?>? _run;
    private Exception? _fault;
    private int _sequence;

    /// <summary>
    /// Prepares a generation; it begins with its start event. Should anything but the engine move it on, it says so
    /// through the action, on whatever thread.
    /// </summary>
    public WorkflowExecution(ExecutionStart start, WorkflowRegistry registry, ILoggerFactory loggers, Action enteredFromOutside)
    {
        Start = start;
        _turn = new(enteredFromOutside);
        Events = new(CheckInTurn);
        _registry = registry;
        CustomStatus = start.CustomStatus;
        _context = new(this, loggers);
    }

    /// <summary>What it was started with.</summary>
    public ExecutionStart Start { get; }

    /// <summary>The events from outside.</summary>
    public EventInbox Events { get; }

    /// <summary>The time of the turn.</summary>
    public DateTimeOffset Time { get; private set; }

    /// <summary>Whether the turn is from the history.</summary>
    public bool IsReplaying { get; private set; }

    /// <summary>Whether the instance is held.</summary>
    public bool IsSuspended { get; private set; }

    /// <summary>Whether the start event has been applied.</summary>
    public bool HasBegun => _run is not null || _fault is not null;

    /// <summary>The custom status, as JSON.</summary>
    public string? CustomStatus { get; set; }

    /// <summary>What the workflow asked its next generation to begin with.</summary>
    public (string? Input, bool KeepEvents)? Next { get; set; }

    /// <summary>How it ended; null while it goes on.</summary>
    public ExecutionOutcome? Outcome { get; private set; }

    /// <summary>What the workflow waits for.</summary>
    public IReadOnlyCollection<PendingCall> Pending => _pending.Values;

    /// <summary>Whether code that calls the context runs inside a turn, as it must.</summary>
    public bool IsInTurn => _turn.IsCurrent && Outcome is null;

    /// <summary>Begins a new turn.</summary>
    public void BeginTurn(DateTimeOffset time) => Time = time > Time ? time : Time;

    /// <summary>Runs a turn from the history again.</summary>
    public void Replay(HistoryTurn turn)
    {
        IsReplaying = true;
        BeginTurn(turn.Time);
        foreach (var item in turn.Events.Where(item => item.IsOutput))
        {
            _expected.Enqueue(item);
        }

        foreach (var item in turn.Events.Where(item => !item.IsOutput))
        {
            if (Outcome is null) Apply(item);
        }

        // A committed turn that is still there did not end its generation, so it cannot now, nor ask for less than it did.
        if (_fault is null && (Outcome is not null || _expected.Count > 0))
        {
            var expected = _expected.TryPeek(out var missing) ? missing.Describe() : "a workflow that goes on";
            Fault(new NonDeterministicWorkflowException(expected, Outcome is null ? "nothing more" : "its end"));
        }

        _requests.Clear();
        IsReplaying = false;
    }

    /// <summary>Applies one input and runs the workflow as far as it goes.</summary>
    public void Apply(in HistoryEvent input)
    {
        switch (input.Kind)
        {
            case HistoryEventKind.ExecutionSuspended:
                IsSuspended = true;
                break;
            case HistoryEventKind.ExecutionResumed:
                IsSuspended = false;
                Release();
                break;
            default:
                if (IsSuspended) _held.Add(input);
                else Deliver(input);
                break;
        }
    }

    /// <summary>Takes what the workflow asked for since the last time.</summary>
    public List<PendingCall> TakeRequests()
    {
        var requests = _requests;
        _requests = [];
        return requests;
    }

    /// <summary>Whether the workflow waits for a call.</summary>
    public bool IsPending(int sequence) => _pending.ContainsKey(sequence);

    /// <summary>The number of the next call.</summary>
    public int NextSequence() => ++_sequence;

    /// <summary>Finds a workflow's registered name, or gives the name back.</summary>
    public string WorkflowNamed(string name) => _registry.TryGetWorkflow(name, out var registered, out _) ? registered : name;

    /// <summary>Finds an activity's registered name, or gives the name back.</summary>
    public string ActivityNamed(string name) => _registry.TryGetActivity(name, out var registered, out _) ? registered : name;

    /// <summary>Notes what the workflow asks for; in a replay it must be what the history has.</summary>
    public Task<string?> Request(PendingCall call)
    {
        if (IsReplaying)
        {
            var found = _expected.TryDequeue(out var recorded);
            if (!found || !call.Request.IsSameRequestAs(recorded))
            {
                // The workflow might catch the exception; the fault is kept so that the instance fails all the same.
                _fault ??= new NonDeterministicWorkflowException(
                    found ? recorded.Describe() : "nothing more at this point", call.Request.Describe());
                throw _fault;
            }
        }

        _pending.Add(call.Sequence, call);
        _requests.Add(call);
        return call.Task;
    }

    /// <summary>Gives a call up.</summary>
    public void Cancel(PendingCall call, CancellationToken cancellationToken)
    {
        if (!CheckInTurn()) return;
        _pending.Remove(call.Sequence);
        call.DropTimer();
        call.TrySetCanceled(cancellationToken);
    }

    /// <summary>Whether the calling code runs inside a turn; if not, the instance will fail for it.</summary>
    public bool CheckInTurn()
    {
        if (!_turn.IsCurrent) _turn.EnterFromOutside();
        return _turn.IsCurrent;
    }

    /// <summary>Fails an instance that something outside its turns has moved on.</summary>
    public void CheckForeignTasks()
    {
        if (Outcome is null && _turn.WasEnteredFromOutside) Fault(ForeignTask());
    }

    /// <summary>Drops the engine's timers of a generation that has ended.</summary>
    public void DropTimers()
    {
        foreach (var call in _pending.Values)
        {
            call.DropTimer();
        }
    }

    private void Release()
    {
        var held = _held.ToArray();
        _held.Clear();
        foreach (var input in held)
        {
            if (Outcome is null) Deliver(input);
            else if (input.Kind == HistoryEventKind.EventRaised) Late(input);
        }
    }

    // An event held while its generation ended belongs to the next one.
    private void Late(in HistoryEvent raised)
    {
        if (Outcome is ExecutionOutcome.ContinuedAsNew next) Outcome = next with { Events = [.. next.Events, raised] };
    }

    private void Deliver(HistoryEvent input)
    {
        _turn.Run(() => Step(input));
        Settle();
    }

    private void Step(in HistoryEvent input)
    {
        switch (input.Kind)
        {
            case HistoryEventKind.ExecutionStarted:
                if (_registry.TryGetWorkflow(Start.WorkflowName, out _, out var run)) _run = run(_context, Start.Input);
                else _fault = new InvalidOperationException($"No workflow is registered under '{Start.WorkflowName}'.");
                break;
            case HistoryEventKind.EventRaised:
                Events.Raise(input);
                break;
            case HistoryEventKind.TaskCompleted or HistoryEventKind.TimerFired:
                if (_pending.Remove(input.Sequence, out var done)) done.TrySetResult(input.Payload);
                break;
            case HistoryEventKind.TaskFailed:
                if (_pending.Remove(input.Sequence, out var failed))
                {
                    failed.TrySetException(new TaskFailedException(
                        failed.Request.Name!, new(input.Name!, input.Payload!, input.Value != 0)));
                }

                break;
            default:
                throw new InvalidDataException($"The history has an input of kind {input.Kind}.");
        }
    }

    private void Settle()
    {
        if (_fault is null && _turn.WasEnteredFromOutside) _fault = ForeignTask();
        if (_fault is not null) Fault(_fault);
        else if (_run is { IsCompleted: true }) Finish(_run);
        else if (_run is not null && _pending.Count == 0 && Events.Waiting.Count == 0) Fault(ForeignTask());
    }

    private void Finish(Task<string?> run)
    {
        if (run.Exception?.InnerException is { } exception)
        {
            Outcome = new ExecutionOutcome.Failed(FailureDetails.From(exception));
        }
        else if (run.IsCanceled)
        {
            Outcome = new ExecutionOutcome.Failed(new(nameof(OperationCanceledException), "The workflow cancelled itself.", false));
        }
        else if (Next is not { } next)
        {
            Outcome = new ExecutionOutcome.Completed(run.GetAwaiter().GetResult());
        }
        else if (_pending.Count + Events.Waiting.Count > 0)
        {
            var pending = _pending.Values.OrderBy(call => call.Sequence).Select(call => call.Request.Describe())
                .Concat(Events.Waiting.Select(name => $"event '{name}'"));
            Fault(new InvalidOperationException(
                "The workflow continued as new while it still waits; await or cancel first: " + string.Join(", ", pending.Take(5)) + "."));
        }
        else
        {
            Outcome = new ExecutionOutcome.ContinuedAsNew(next.Input, next.KeepEvents ? [.. Events.Early] : []);
        }
    }

    private void Fault(Exception fault)
    {
        _fault = fault;
        Outcome = new ExecutionOutcome.Failed(FailureDetails.From(fault) with { IsNonRetryable = true });
    }

    private static InvalidOperationException ForeignTask() => new(
        "The workflow awaits a task that its context did not return. Workflow code uses no Task.Run, Task.Delay, I/O or "
        + "ConfigureAwait(false), and cancels with Cancel, not CancelAsync; other work belongs in an activity.");
}
