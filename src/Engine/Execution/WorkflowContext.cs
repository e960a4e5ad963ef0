using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Sentiment.Domain.Workflows;
using Sentiment.Engine.History;

namespace Sentiment.Engine.Execution;

/// <summary>What a workflow sees of its execution.</summary>
internal sealed class WorkflowContext(WorkflowExecution execution, ILoggerFactory loggers) : IWorkflowContext
{
    private const int MaxStatusBytes = 2048;
    private const int MaxIdLength = 200;

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
        var json = Write(input);
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
        if (options?.InstanceId is { } id) InstanceIds.Validate(id);
        var json = Write(input);
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
        return Read<T>(await execution.Events.Wait(name, cancellationToken));
    }

    /// <inheritdoc/>
    public void SetCustomStatus(object? status)
    {
        EnsureInTurn();
        if (status is null)
        {
            execution.CustomStatus = null;
            return;
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(status, WorkflowRegistry.Json);
        if (json.Length > MaxStatusBytes)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"A custom status is {MaxStatusBytes} bytes of JSON at most; this is {json.Length}."),
                nameof(status));
        }

        execution.CustomStatus = System.Text.Encoding.UTF8.GetString(json);
    }

    /// <inheritdoc/>
    public void ContinueAsNew(object? input, bool preserveUnprocessedEvents = true)
    {
        EnsureInTurn();
        execution.Next = (Write(input), preserveUnprocessedEvents);
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

    // The waits between attempts are timers of the workflow itself, so they are in the history and survive a restart.
    private async Task<TResult> WithRetries<TResult>(RetryPolicy? policy, Func<int, PendingCall> call)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return Read<TResult>(await execution.Request(call(attempt)));
            }
            catch (TaskFailedException failed)
                when (policy is not null && attempt < policy.MaxAttempts && !failed.Details.IsNonRetryable)
            {
                // Waited for below: an await in a filter's handler would keep the exception alive over the wait.
            }

            await CreateTimerAsync(UtcNow + policy.DelayAfter(attempt));
        }
    }

    // Ids are never reused, so another attempt needs another id.
    private string ChildId(string? given, int sequence, int attempt)
    {
        var id = given is null
            ? string.Create(CultureInfo.InvariantCulture, $"{InstanceId}:{execution.Start.Generation}.{sequence}")
            : attempt == 1 ? given : string.Create(CultureInfo.InvariantCulture, $"{given}:{attempt}");
        return id.Length <= MaxIdLength ? id : DeterministicGuid.Create(id, execution.Start.Generation, 0).ToString("N");
    }

    private void EnsureInTurn()
    {
        if (!execution.IsInTurn)
        {
            throw new InvalidOperationException(
                "A workflow's context may be used only by the workflow's own code while it runs: no Task.Run, no "
                + "ConfigureAwait(false), and nothing after its end.");
        }
    }

    private static string? Write(object? value) =>
        value is null ? null : JsonSerializer.Serialize(value, value.GetType(), WorkflowRegistry.Json);

    private static T Read<T>(string? json) =>
        json is null ? default! : JsonSerializer.Deserialize<T>(json, WorkflowRegistry.Json)!;
}
