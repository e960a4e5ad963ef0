using System.Collections.Concurrent;
using Sentiment.Domain.Workflows;

namespace Sentiment.Workflows.Contract;

public abstract class ActivityContract : WorkflowContract
{
    private CallOptions Retrying => new()
    {
        Retry = new() { MaxAttempts = 4, FirstRetryInterval = Engine.Unit, BackoffCoefficient = 10, MaxRetryInterval = 2 * Engine.Unit },
    };

    [Fact]
    public async Task Activities_run_in_the_order_they_are_called_and_their_names_ignore_case()
    {
        Define("w", async (c, v) => await Do(c, v!) + await c.CallActivityAsync<string>("DO", "b") + await c.CallActivityAsync<string>("do", "c"));
        await Client.StartAsync("CODE", Input("w", "a"), "w", None);
        await AssertOutputAsync("abc", "w");
        Assert.Equal(["a", "b", "c"], Script.Runs);
        Assert.Equal("Code", (await EndAsync("w")).Name);
    }

    [Fact]
    public async Task An_activity_is_told_who_calls_it()
    {
        ConcurrentQueue<ActivityContext> seen = [];
        Script.Body = (c, input, _) =>
        {
            seen.Enqueue(c);
            return c.Attempt == 1 ? throw new IOException("no") : Task.FromResult(input);
        };
        Define("w", async (c, _) => await c.CallActivityAsync<string>("DO", "x", Retrying));
        await BeginAsync("w");
        await AssertOutputAsync("x", "w");
        Assert.Equal([new("w", "Do", 1), new("w", "Do", 2)], seen);
    }

    [Fact]
    public async Task No_more_calls_than_the_window_are_in_flight_and_results_keep_the_order_of_the_inputs()
    {
        var gate = new Gate();
        var running = 0;
        ConcurrentQueue<int> sideBySide = [];
        Script.Body = async (_, input, cancellationToken) =>
        {
            sideBySide.Enqueue(Interlocked.Increment(ref running));
            await gate.PassAsync(cancellationToken);
            Interlocked.Decrement(ref running);
            return input;
        };
        Define("w", async (c, _) =>
        {
            var (inFlight, asked) = (0, 0);
            var results = await BoundedWindow.RunAsync([.. Enumerable.Range(0, 12).Select(i => $"{i}")], 3, async i =>
            {
                asked = Math.Max(asked, ++inFlight);
                var result = await Do(c, i);
                inFlight--;
                return result;
            });
            return $"{asked}: {string.Join(' ', results)}";
        });
        await BeginAsync("w");

        // A host may run fewer at a time than are in flight.
        await gate.EnteredAsync();
        Assert.All(Script.Runs, input => Assert.Contains(input, (string[])["0", "1", "2"]));
        gate.Open();
        await AssertOutputAsync($"3: {string.Join(' ', Enumerable.Range(0, 12))}", "w");
        Assert.InRange(sideBySide.Max(), 1, 3);
    }

    [Fact]
    public async Task Failed_attempts_are_made_again_after_waits_that_grow_up_to_the_cap_and_the_last_failure_is_thrown()
    {
        ConcurrentQueue<DateTimeOffset> begun = [];
        Script.Body = (c, _, _) =>
        {
            begun.Enqueue(Engine.Time.GetUtcNow());
            throw new IOException("no " + c.Attempt);
        };
        Define("w", async (c, _) => await Do(c, "x", Retrying));
        await BeginAsync("w");
        Assert.Equal(new("IOException", "no 4", false), await FailureAsync("w"));
        var at = begun.ToArray();
        Assert.Equal(4, at.Length);
        foreach (var (wait, index) in new[] { 1, 2, 2 }.Select((units, i) => (units * Engine.Unit, i)))
        {
            Assert.InRange(at[index + 1] - at[index], wait - TimeSpan.FromMilliseconds(20), wait + Engine.Lateness);
        }
    }

    [Fact]
    public async Task A_failure_that_is_mended_is_not_seen_by_the_workflow()
    {
        Script.Body = (c, _, _) => c.Attempt < 3 ? throw new IOException("no") : Task.FromResult("at " + c.Attempt);
        Define("w", async (c, _) => await Do(c, "x", Retrying));
        await BeginAsync("w");
        await AssertOutputAsync("at 3", "w");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_cannot_be_mended_fails_at_once(bool derived)
    {
        Script.Body = (_, _, _) => throw (derived ? new GoneException() : new NonRetryableException("never"));
        Define("w", async (c, _) => await Do(c, "x", Retrying));
        await BeginAsync("w");
        Assert.Equal(derived ? new("GoneException", "gone", true) : new("NonRetryableException", "never", true), await FailureAsync("w"));
        Assert.Equal(1, Script.RunsOf("x"));
    }

    [Fact]
    public async Task A_workflow_can_catch_a_failure_and_see_what_it_was()
    {
        const string Message = "bad: {\"a\": 'b'}\nSystem.Exception: \u00e4 \\ <&>";
        Script.Body = (_, _, _) => throw new NotSupportedException(Message);
        Define("w", async (c, _) =>
        {
            try
            {
                return await Do(c, "x");
            }
            catch (TaskFailedException failed)
            {
                return $"{failed.TaskName} {failed.Details.ErrorType} {failed.Details.Message == Message} {failed.Details.IsNonRetryable}";
            }
        });
        await BeginAsync("w");
        await AssertOutputAsync("Do NotSupportedException True False", "w");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_attempt_that_takes_too_long_fails_and_is_made_again_whether_or_not_it_heeds_its_token(bool heedsItsToken)
    {
        var gate = new Gate();
        Script.Body = async (c, _, token) =>
        {
            if (c.Attempt == 1) await gate.PassAsync(heedsItsToken ? token : CancellationToken.None);
            return "at " + c.Attempt;
        };
        Define("w", async (c, _) => await Do(c, "x", Retrying with { Timeout = Engine.Unit }));
        await BeginAsync("w");
        await gate.EnteredAsync();
        Engine.Pass(Engine.Unit);
        await AssertOutputAsync("at 2", "w");
        gate.Open();
    }

    [Fact]
    public async Task A_time_out_is_reported_as_such()
    {
        var gate = new Gate();
        Script.Body = async (_, _, token) => { await gate.PassAsync(token); return ""; };
        Define("w", async (c, _) => await Do(c, "x", new() { Timeout = Engine.Unit }));
        await BeginAsync("w");
        await gate.EnteredAsync();
        Engine.Pass(Engine.Unit);
        var failure = await FailureAsync("w");
        Assert.Equal(("TimeoutException", false), (failure.ErrorType, failure.IsNonRetryable));
    }

    [Fact]
    public async Task What_is_not_registered_fails_by_name()
    {
        Define("a", async (c, _) => await c.CallActivityAsync<string>("Nowhere", "x", Retrying));
        Define("b", async (c, _) => await c.CallWorkflowAsync<string>("Nobody", "x", Retrying));
        await BeginAsync("a");
        await BeginAsync("b");
        foreach (var (id, name) in new[] { ("a", "'Nowhere'"), ("b", "'Nobody'") })
        {
            var failure = await FailureAsync(id);
            Assert.Contains(name, failure.Message, StringComparison.Ordinal);
            Assert.True(failure.IsNonRetryable);
        }
    }

    [Fact]
    public async Task Payloads_of_100_KB_pass_through_everything_that_carries_any()
    {
        var large = string.Concat(Enumerable.Range(0, 12_800).Select(i => $"{i:x4}\u00e9\"\\ "));
        Define("child", async (c, v) => await Do(c, v!) + await c.WaitForEventAsync<string>("go"));
        Define("w", async (c, v) =>
        {
            c.SetCustomStatus("waiting");
            return await c.CallWorkflowAsync<string>("Code", Input("child", v), new() { InstanceId = "w:child" });
        });
        var begun = await BeginAsync("w", large);
        await WaitingAsync("w");
        await Engine.UntilAsync("w:child", _ => true);
        Assert.True(await Client.RaiseEventAsync("w:child", "go", large, None));
        var ended = await EndAsync("w");
        Assert.Equal(WorkflowStatus.Completed, ended.Status);
        Assert.Equal(large + large, System.Text.Json.JsonSerializer.Deserialize<string>(ended.Output!));
        Assert.Equal(begun.Input, ended.Input);
        Assert.Equal([large], Script.Runs);
    }

    private sealed class GoneException() : NonRetryableException("gone");
}
