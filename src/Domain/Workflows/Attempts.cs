namespace Sentiment.Domain.Workflows;

/// <summary>How every engine tries a failed call again; the waits are timers of the workflow itself, so they are durable.</summary>
public static class Attempts
{
    /// <summary>Calls until an attempt succeeds, cannot be mended, or was the last that the policy allows.</summary>
    /// <param name="context">The workflow that calls.</param>
    /// <param name="policy">How often and how far apart; null: once.</param>
    /// <param name="call">Makes one attempt, numbered from 1.</param>
    /// <exception cref="TaskFailedException">The last attempt failed.</exception>
    public static async Task<T> RunAsync<T>(IWorkflowContext context, RetryPolicy? policy, Func<int, Task<T>> call)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await call(attempt);
            }
            catch (TaskFailedException failed)
                when (policy is not null && attempt < policy.MaxAttempts && !failed.Details.IsNonRetryable)
            {
                // Waited for below: an await in a filter's handler would keep the exception alive over the wait.
            }

            await context.CreateTimerAsync(context.UtcNow + policy.DelayAfter(attempt));
        }
    }
}
