using Sentiment.Domain.Workflows;

namespace Sentiment.Bench.Engine;

/// <summary>How many calls, and how many at a time.</summary>
public sealed record Plan(int Calls, int Window);

/// <summary>Calls an activity that does nothing, again and again.</summary>
public sealed class FanOut : Workflow<Plan, int>
{
    /// <inheritdoc/>
    public override async Task<int> RunAsync(IWorkflowContext context, Plan input)
    {
        var numbers = Enumerable.Range(0, input.Calls).ToArray();
        var results = await BoundedWindow.RunAsync(numbers, input.Window, n => context.CallActivityAsync<int>(nameof(Echo), n));
        return results.Count;
    }
}

/// <summary>Gives its input back.</summary>
public sealed class Echo : Activity<int, int>
{
    /// <inheritdoc/>
    public override Task<int> RunAsync(ActivityContext context, int input, CancellationToken cancellationToken) =>
        Task.FromResult(input);
}
