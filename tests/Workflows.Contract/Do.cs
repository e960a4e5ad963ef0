using System.Collections.Concurrent;
using Sentiment.Domain.Workflows;

namespace Sentiment.Workflows.Contract;

/// <summary>What activities do in a test, and which ran.</summary>
public sealed class Script
{
    private readonly ConcurrentQueue<string> _runs = new();

    /// <summary>What an activity does with its input; by default it gives it back.</summary>
    public Func<ActivityContext, string, CancellationToken, Task<string>> Body { get; set; } = (_, input, _) => Task.FromResult(input);

    /// <summary>The inputs of all attempts, in the order they began.</summary>
    public IReadOnlyList<string> Runs => [.. _runs];

    public int RunsOf(string input) => _runs.Count(run => run == input);

    public Task<string> RunAsync(ActivityContext context, string input, CancellationToken cancellationToken)
    {
        _runs.Enqueue(input);
        return Body(context, input, cancellationToken);
    }
}

/// <summary>The only activity of the tests.</summary>
public sealed class Do(Script script) : Activity<string, string>
{
    public override Task<string> RunAsync(ActivityContext context, string input, CancellationToken cancellationToken) =>
        script.RunAsync(context, input, cancellationToken);
}
