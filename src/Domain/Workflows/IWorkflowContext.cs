using Microsoft.Extensions.Logging;

namespace Sentiment.Domain.Workflows;

/// <summary>What a workflow may ask of its engine; every member is replay-safe.</summary>
public interface IWorkflowContext
{
    /// <summary>The id of this instance.</summary>
    string InstanceId { get; }

    /// <summary>The time of the event being processed, UTC; the same in a replay.</summary>
    DateTimeOffset UtcNow { get; }

    /// <summary>Whether the code that runs now has already run before a restart.</summary>
    bool IsReplaying { get; }

    /// <summary>Calls an activity and returns its result.</summary>
    /// <param name="name">The activity's registered name; case does not matter.</param>
    /// <param name="input">Its input, as JSON.</param>
    /// <param name="options">Retries and time-out; by default one attempt of at most 5 minutes.</param>
    /// <exception cref="TaskFailedException">The last attempt failed.</exception>
    Task<TResult> CallActivityAsync<TResult>(string name, object? input, CallOptions? options = null);

    /// <summary>Starts a sub-workflow, waits for its end and returns its result.</summary>
    /// <param name="name">The workflow's registered name; case does not matter.</param>
    /// <param name="input">Its input, as JSON.</param>
    /// <param name="options">Instance id (default: derived from this instance's) and retries, under that id with <c>:2</c>, <c>:3</c>…</param>
    /// <remarks>Calls of one generation that give the same id share the one child.</remarks>
    /// <exception cref="ArgumentException">The id does not begin with this instance's and a colon: it would be another parent's.</exception>
    /// <exception cref="TaskFailedException">It failed or was terminated, or the id is that of another workflow.</exception>
    Task<TResult> CallWorkflowAsync<TResult>(string name, object? input, CallOptions? options = null);

    /// <summary>Completes once the given time has come; a time in the past completes at once.</summary>
    Task CreateTimerAsync(DateTimeOffset fireAt, CancellationToken cancellationToken = default);

    /// <summary>
    /// Completes with the payload of the next event of that name; events that came early are kept in order.
    /// </summary>
    /// <param name="name">The event's name; case does not matter, at most one waiter per name.</param>
    /// <param name="cancellationToken">Gives the wait up; the event then goes to the next waiter.</param>
    /// <exception cref="InvalidOperationException">Another wait for that name is pending.</exception>
    Task<T> WaitForEventAsync<T>(string name, CancellationToken cancellationToken = default);

    /// <summary>Sets the status shown to clients.</summary>
    /// <param name="status">Counters only; its JSON is 2 KB at most.</param>
    /// <exception cref="ArgumentException">The JSON is longer.</exception>
    void SetCustomStatus(object? status);

    /// <summary>
    /// Restarts this instance with a new input and an empty history once <c>RunAsync</c> returns; its result is ignored.
    /// </summary>
    /// <param name="input">The next input.</param>
    /// <param name="preserveUnprocessedEvents">Whether events not yet waited for are kept; they are by default.</param>
    void ContinueAsNew(object? input, bool preserveUnprocessedEvents = true);

    /// <summary>A GUID that is the same in a replay (version 5 of instance id and counter, RFC 9562).</summary>
    Guid NewGuid();

    /// <summary>A logger that is silent while replaying.</summary>
    ILogger CreateReplaySafeLogger(string category);
}

/// <summary>How a call of an activity or sub-workflow is carried out.</summary>
public sealed record CallOptions
{
    /// <summary>Retries; none by default.</summary>
    public RetryPolicy? Retry { get; init; }

    /// <summary>How long one attempt of an activity may take before its token is set and it fails; default 5 minutes.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The id of a sub-workflow's instance, which begins with its parent's and a colon; by default derived from it.</summary>
    public string? InstanceId { get; init; }
}

/// <summary>How often and how far apart failed calls are tried again; the waits are durable timers.</summary>
public sealed record RetryPolicy
{
    /// <summary>Attempts in all, the first included; at least 1.</summary>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>The wait before the second attempt.</summary>
    public TimeSpan FirstRetryInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The factor from wait to wait; 1 or more, default 2.</summary>
    public double BackoffCoefficient { get; init; } = 2;

    /// <summary>The longest wait; default 1 minute.</summary>
    public TimeSpan MaxRetryInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The wait after a failed attempt.</summary>
    /// <param name="attempt">The attempt that failed, from 1.</param>
    public TimeSpan DelayAfter(int attempt)
    {
        var seconds = FirstRetryInterval.TotalSeconds * Math.Pow(BackoffCoefficient, attempt - 1);
        return seconds >= MaxRetryInterval.TotalSeconds ? MaxRetryInterval : TimeSpan.FromSeconds(seconds);
    }
}
