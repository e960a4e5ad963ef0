using Sentiment.Domain.Workflows;
using Sentiment.Engine.Tests.Support;

namespace Sentiment.Engine.Tests;

public class ActivityTests
{
    private static readonly CallOptions Retrying = new()
    {
        Retry = new() { MaxAttempts = 4, FirstRetryInterval = TimeSpan.FromSeconds(10), BackoffCoefficient = 3, MaxRetryInterval = TimeSpan.FromSeconds(60) },
        Timeout = TimeSpan.FromSeconds(30),
    };

    [Fact]
    public async Task A_workflow_gets_the_results_of_its_activities()
    {
        await using var host = await EngineHost.StartAsync();
        host.Define("w", async (c, v) => await c.CallActivityAsync<string>("do", v) + await c.CallActivityAsync<string>("DO", "b"));
        await host.BeginAsync("w", "a");
        var ended = await host.EndAsync("w");
        Assert.Equal((WorkflowStatus.Completed, "\"ab\""), (ended.Status, ended.Output));
    }

    [Fact]
    public async Task Retries_wait_longer_each_time_up_to_the_cap_and_the_last_failure_is_thrown()
    {
        await using var host = await EngineHost.StartAsync();
        List<(int Attempt, double Second)> attempts = [];
        var start = host.Time.GetUtcNow();
        host.Script.Body = (c, _, _) =>
        {
            attempts.Add((c.Attempt, (host.Time.GetUtcNow() - start).TotalSeconds));
            throw new IOException("no " + c.Attempt);
        };
        host.Define("w", async (c, _) => await c.CallActivityAsync<string>("Do", "x", Retrying));
        await host.BeginAsync("w");
        for (var second = 0; second < 120; second++) await host.AdvanceAsync(TimeSpan.FromSeconds(1));

        Assert.Equal([(1, 0), (2, 10), (3, 40), (4, 100)], attempts);
        var failure = (await host.EndAsync("w")).Failure!;
        Assert.Equal(new FailureDetails("IOException", "no 4", false), failure);
    }

    [Fact]
    public async Task A_retry_wait_survives_a_crash()
    {
        await using var host = await EngineHost.StartAsync();
        host.Script.Body = (c, _, _) => c.Attempt < 3 ? throw new IOException("no") : Task.FromResult("at " + c.Attempt);
        host.Define("w", async (c, _) => await c.CallActivityAsync<string>("Do", "x", Retrying));
        await host.BeginAsync("w");
        await host.IdleAsync();
        await host.CrashAsync();
        await host.AdvanceAsync(TimeSpan.FromSeconds(9));
        Assert.Equal(1, host.Script.RunsOf("x"));
        await host.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(2, host.Script.RunsOf("x"));
        await host.CrashAsync();
        await host.AdvanceAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("\"at 3\"", (await host.EndAsync("w")).Output);
        Assert.Equal(3, host.Script.RunsOf("x"));
    }

    [Fact]
    public async Task A_non_retryable_failure_is_not_tried_again()
    {
        await using var host = await EngineHost.StartAsync();
        host.Script.Body = (_, _, _) => throw new NonRetryableException("never");
        host.Define("w", async (c, _) => await c.CallActivityAsync<string>("Do", "x", Retrying));
        await host.BeginAsync("w");
        var ended = await host.EndAsync("w");
        Assert.Equal(("NonRetryableException", true), (ended.Failure!.ErrorType, ended.Failure.IsNonRetryable));
        Assert.Equal(1, host.Script.RunsOf("x"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_attempt_that_takes_too_long_fails_and_is_tried_again(bool heedsItsToken)
    {
        await using var host = await EngineHost.StartAsync();
        var gate = new Gate();
        host.Script.Body = async (c, _, token) =>
        {
            if (c.Attempt == 1) await gate.PassAsync(heedsItsToken ? token : CancellationToken.None);
            return "at " + c.Attempt;
        };
        host.Define("w", async (c, _) => await c.CallActivityAsync<string>("Do", "x", Retrying));
        await host.BeginAsync("w");
        await gate.EnteredAsync();
        host.Time.Advance(TimeSpan.FromSeconds(30));
        await host.AdvanceAsync(TimeSpan.FromSeconds(10));
        Assert.Equal("\"at 2\"", (await host.EndAsync("w")).Output);
    }

    [Fact]
    public async Task A_time_out_is_reported_as_such()
    {
        await using var host = await EngineHost.StartAsync();
        var gate = new Gate();
        host.Script.Body = async (_, _, token) => { await gate.PassAsync(token); return ""; };
        host.Define("w", async (c, _) => await c.CallActivityAsync<string>("Do", "x", new() { Timeout = TimeSpan.FromSeconds(5) }));
        await host.BeginAsync("w");
        await gate.EnteredAsync();
        host.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("TimeoutException", (await host.EndAsync("w")).Failure!.ErrorType);
    }

    [Fact]
    public async Task An_unknown_activity_fails_by_name()
    {
        await using var host = await EngineHost.StartAsync();
        host.Define("w", async (c, _) => await c.CallActivityAsync<string>("Nowhere", "x", Retrying));
        await host.BeginAsync("w");
        Assert.Contains("'Nowhere'", (await host.EndAsync("w")).Failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_more_activities_run_at_a_time_than_the_options_allow()
    {
        await using var host = await EngineHost.StartAsync();
        await host.Engine.StopAsync(CancellationToken.None);
        host.Workers = 3;
        await host.OpenAsync();
        var (running, most) = (0, 0);
        var gate = new Gate();
        host.Script.Body = async (_, input, token) =>
        {
            InterlockedMax(ref most, Interlocked.Increment(ref running));
            if (input is "0" or "1" or "2") await gate.PassAsync(token);
            Interlocked.Decrement(ref running);
            return input;
        };
        host.Define("w", async (c, _) => string.Join(' ', await BoundedWindow.RunAsync(
            [.. Enumerable.Range(0, 20).Select(i => $"{i}")], 20, i => c.CallActivityAsync<string>("Do", i))));
        await host.BeginAsync("w");
        await gate.EnteredAsync(3);
        Assert.Equal(3, host.Script.Runs.Count);
        gate.Open();
        Assert.Equal(WorkflowStatus.Completed, (await host.EndAsync("w")).Status);
        Assert.Equal(3, most);
    }

    [Fact]
    public async Task A_bounded_window_taken_up_after_a_crash_runs_only_what_had_not_ended()
    {
        await using var host = await EngineHost.StartAsync();
        var gate = new Gate();
        host.Script.Body = async (_, input, token) =>
        {
            if (input is "4" or "7") await gate.PassAsync(token);
            return input;
        };
        host.Define("w", async (c, _) => string.Join(' ', await BoundedWindow.RunAsync(
            [.. Enumerable.Range(0, 30).Select(i => $"{i}")], 3, i => c.CallActivityAsync<string>("Do", i))));
        await host.BeginAsync("w");
        await gate.EnteredAsync(2);

        // One place of the window goes on to the end beside the two that are held; its last answer is committed when
        // the status says so, not when the activity has run.
        await UntilAsync(() => host.Script.Runs.Count == 30);
        await host.CrashAsync();
        gate.Open();
        var ended = await host.EndAsync("w");
        Assert.Equal('"' + string.Join(' ', Enumerable.Range(0, 30)) + '"', ended.Output);
        Assert.Equal((2, 2), (host.Script.RunsOf("4"), host.Script.RunsOf("7")));
        foreach (var i in Enumerable.Range(0, 29).Where(i => i is not (4 or 7))) Assert.Equal(1, host.Script.RunsOf($"{i}"));
    }

    [Fact]
    public async Task A_graceful_stop_keeps_results_and_runs_cancelled_activities_again()
    {
        await using var host = await EngineHost.StartAsync();
        var gate = new Gate();
        host.Script.Body = async (_, input, token) =>
        {
            if (input == "slow") await gate.PassAsync(token);
            return input;
        };
        host.Define("w", async (c, _) => string.Concat(await BoundedWindow.RunAsync(["quick", "slow"], 2, i => c.CallActivityAsync<string>("Do", i))));
        await host.BeginAsync("w");
        await gate.EnteredAsync();
        await UntilAsync(() => host.Script.Runs.Count == 2);
        await host.RestartAsync();
        gate.Open();
        Assert.Equal("\"quickslow\"", (await host.EndAsync("w")).Output);
        Assert.Equal((1, 2), (host.Script.RunsOf("quick"), host.Script.RunsOf("slow")));
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition()) await Task.Yield();
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) < value && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }
}
