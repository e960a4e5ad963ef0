using Microsoft.Extensions.DependencyInjection;

namespace Sentiment.Domain.Workflows;

/// <summary>Runs one attempt of an activity, in a scope of services of its own and within its time-out.</summary>
/// <param name="registry">The activities.</param>
/// <param name="scopes">Makes the scopes.</param>
/// <param name="time">The clock of the time-outs.</param>
public sealed class ActivityAttempt(WorkflowRegistry registry, IServiceScopeFactory scopes, TimeProvider time)
{
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(40);

    /// <summary>Runs it; the result is JSON.</summary>
    /// <param name="context">Who calls, and what.</param>
    /// <param name="input">The input, as JSON.</param>
    /// <param name="timeout">When the activity's token is set and the attempt fails, whether or not the activity heeds it.</param>
    /// <param name="stopping">Set when the host stops; the attempt will be made again, so its end is nobody's result.</param>
    /// <exception cref="NonRetryableException">No activity has that name.</exception>
    /// <exception cref="TimeoutException">The time-out passed.</exception>
    public async Task<string?> RunAsync(ActivityContext context, string? input, TimeSpan timeout, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (!registry.TryGetActivity(context.Name, out var name, out var invoker))
        {
            throw new NonRetryableException($"No activity is registered under '{context.Name}'.");
        }

        var source = timeout > TimeSpan.Zero && timeout < LongestTimeout ? new CancellationTokenSource(timeout, time) : new();
        var token = source.Token;
        var registration = stopping.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), source);
        var run = RunInScopeAsync(invoker, context with { Name = name }, input, source, registration);
        try
        {
            // An activity that ignores its token must not hold the workflow up, nor a place of its host.
            return await (run.IsCompleted ? run : run.WaitAsync(token)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested && !stopping.IsCancellationRequested)
        {
            throw new TimeoutException($"The activity '{name}' did not end within {timeout}.");
        }
        finally
        {
            if (!run.IsCompleted) _ = run.ContinueWith(static t => t.Exception, TaskScheduler.Default);
        }
    }

    private async Task<string?> RunInScopeAsync(
        ActivityInvoker invoker, ActivityContext context, string? input, CancellationTokenSource source, CancellationTokenRegistration registration)
    {
        using (source)
        await using (registration.ConfigureAwait(false))
        {
            var scope = scopes.CreateAsyncScope();
            await using (scope.ConfigureAwait(false))
            {
                return await invoker(scope.ServiceProvider, context, input, source.Token).ConfigureAwait(false);
            }
        }
    }
}
