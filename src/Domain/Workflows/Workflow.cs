namespace Sentiment.Domain.Workflows;

/// <summary>
/// A durable function that orchestrates activities and other workflows; an engine may replay it from its history.
/// </summary>
/// <remarks>
/// Workflow code is deterministic: given the same history it asks for the same things in the same order. So it uses
/// no clock (only <see cref="IWorkflowContext.UtcNow"/>), no random numbers (only <see cref="IWorkflowContext.NewGuid"/>),
/// no I/O, environment, options or injected services, no <c>Task.Run</c>, <c>Task.Delay</c> or
/// <c>ConfigureAwait(false)</c>, and awaits only tasks that its context returned (or combinations of them).
/// Whatever shapes it travels in its input. Inputs and results are ids and counts, never data. Fan-out goes through
/// <see cref="BoundedWindow"/>. Tasks still pending at continue-as-new are a programming error.
/// </remarks>
/// <typeparam name="TInput">The JSON-serialisable input.</typeparam>
/// <typeparam name="TOutput">The JSON-serialisable result.</typeparam>
public abstract class Workflow<TInput, TOutput>
{
    /// <summary>Runs, or replays, the workflow to its result.</summary>
    /// <param name="context">The instance's context; valid only inside this call.</param>
    /// <param name="input">The input given at start or at the last continue-as-new.</param>
    public abstract Task<TOutput> RunAsync(IWorkflowContext context, TInput input);
}

/// <summary>
/// A unit of work with side effects, run at least once by the engine for each call of a workflow; it may use any I/O.
/// </summary>
/// <typeparam name="TInput">The JSON-serialisable input.</typeparam>
/// <typeparam name="TOutput">The JSON-serialisable result.</typeparam>
public abstract class Activity<TInput, TOutput>
{
    /// <summary>Does the work; it must be idempotent, for a crash may repeat it.</summary>
    /// <param name="context">Who calls.</param>
    /// <param name="input">The call's input.</param>
    /// <param name="cancellationToken">Set when the host stops or the call's time-out passes.</param>
    /// <exception cref="NonRetryableException">The work failed in a way that another attempt cannot mend.</exception>
    public abstract Task<TOutput> RunAsync(ActivityContext context, TInput input, CancellationToken cancellationToken);
}

/// <summary>Who called an activity.</summary>
/// <param name="InstanceId">The id of the calling workflow instance.</param>
/// <param name="Name">The name under which the activity was called.</param>
/// <param name="Attempt">The attempt, from 1.</param>
public sealed record ActivityContext(string InstanceId, string Name, int Attempt);

/// <summary>Stands for "no input" or "no result".</summary>
public sealed record Nothing
{
    /// <summary>The only value worth having.</summary>
    public static Nothing Value { get; } = new();
}
