using System.Globalization;
using Microsoft.Extensions.Logging;
using Sentiment.Domain.Workflows;
using Sentiment.Engine.History;

namespace Sentiment.Engine.Execution;

/// <summary>What a workflow sees of its execution.</summary>
internal sealed class WorkflowContext(WorkflowExecution execution, ILoggerFactory loggers) : IWorkflowContext
{
    private int _guids;

    /// <inheritdoc/>
    public string InstanceId => execution.Start.InstanceId;

    /// <inheritdoc/>
    public DateTimeOffset UtcNow => execution.Time;

    /// <inheritdoc/>
    public bool IsReplaying => execution.IsReplaying;

    /// <inheritdoc/>
    public async Task<TResult> CallActivityAsync<TResult>(string name, object? input, CallOptions? options = null)
    {
        EnsureInTurn();
        ArgumentException.ThrowIfNullOrEmpty(name);
        options ??= new();
        var json = WorkflowJson.Write(input);
        var registered = execution.ActivityNamed(name);
        return await WithRetries<TResult>(options.Retry, attempt => new(
            new(HistoryEventKind.ActivityScheduled, execution.NextSequence(), registered, null, attempt))
        {
            Input = json,
            Timeout = options.Timeout,
        });
    }

    /// <inheritdoc/>
    public async Task<TResult> CallWorkflowAsync<TResult>(string name, object? input, CallOptions? options = null)
    {
        EnsureInTurn();
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (options?.InstanceId is { } id) InstanceIds.ValidateChild(InstanceId, id);
        var json = WorkflowJson.Write(input);
        var registered = execution.WorkflowNamed(name);
        return await WithRetries<TResult>(options?.Retry, attempt =>
        {
            var sequence = execution.NextSequence();
            return new(new(HistoryEventKind.SubWorkflowScheduled, sequence, registered, ChildId(options?.InstanceId, sequence, attempt)))
            {
                Input = json,
            };
        });
    }

    /// <inheritdoc/>
    public Task CreateTimerAsync(DateTimeOffset fireAt, CancellationToken cancellationToken = default)
    {
        EnsureInTurn();
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled(cancellationToken);
        if (fireAt <= UtcNow) return Task.CompletedTask;

        var call = new PendingCall(new(HistoryEventKind.TimerCreated, execution.NextSequence(), Value: fireAt.UtcTicks));
        execution.Request(call);
        if (cancellationToken.CanBeCanceled)
        {
            var registration = cancellationToken.Register(() => execution.Cancel(call, cancellationToken));
            call.Task.ContinueWith(
                _ => registration.Dispose(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        return call.Task;
    }

    /// <inheritdoc/>
    public async Task<T> WaitForEventAsync<T>(string name, CancellationToken cancellationToken = default)
    {
        EnsureInTurn();
        ArgumentException.ThrowIfNullOrEmpty(name);
        return WorkflowJson.Read<T>(await execution.Events.Wait(name, cancellationToken));
    }

    /// <inheritdoc/>
    public void SetCustomStatus(object? status)
    {
        EnsureInTurn();
        execution.CustomStatus = WorkflowJson.WriteStatus(status);
    }

    /// <inheritdoc/>
    public void ContinueAsNew(object? input, bool preserveUnprocessedEvents = true)
    {
        EnsureInTurn();
        execution.Next = (WorkflowJson.Write(input), preserveUnprocessedEvents);
    }

    /// <inheritdoc/>
    public Guid NewGuid()
    {
        EnsureInTurn();
        return DeterministicGuid.Create(InstanceId, execution.Start.Generation, ++_guids);
    }

    /// <inheritdoc/>
    public ILogger CreateReplaySafeLogger(string category) =>
        new ReplaySafeLogger(loggers.CreateLogger(category), () => execution.IsReplaying);

    private Task<TResult> WithRetries<TResult>(RetryPolicy? policy, Func<int, PendingCall> call) =>
        Attempts.RunAsync(this, policy, async attempt => WorkflowJson.Read<TResult>(await execution.Request(call(attempt))));

    private string ChildId(string? given, int sequence, int attempt) => given is null
        ? InstanceIds.Child(InstanceId, string.Create(CultureInfo.InvariantCulture, $"{execution.Start.Generation}.{sequence}"))
        : InstanceIds.Attempt(given, attempt);

    private void EnsureInTurn()
    {
        if (!execution.IsInTurn)
        {
            throw new InvalidOperationException(
                "A workflow's context may be used only by the workflow's own code while it runs: no Task.Run, no "
                + "ConfigureAwait(false), and nothing after its end.");
        }
    }
}
