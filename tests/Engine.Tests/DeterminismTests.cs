using Sentiment.Domain.Workflows;
using Sentiment.Engine.Tests.Support;

namespace Sentiment.Engine.Tests;

public class DeterminismTests
{
    private static readonly Dictionary<string, Func<IWorkflowContext, EngineHost, Task<string?>>> Variants = new()
    {
        ["activity"] = async (c, _) => await c.CallActivityAsync<string>("Do", "held"),
        ["timer"] = async (c, _) => { await c.CreateTimerAsync(c.UtcNow.AddHours(1)); return ""; },
        ["later timer"] = async (c, _) => { await c.CreateTimerAsync(c.UtcNow.AddHours(2)); return ""; },
        ["child"] = async (c, h) => await c.CallWorkflowAsync<string>("Code", h.Input("child"), new() { InstanceId = "w:kid" }),
        ["other child"] = async (c, h) => await c.CallWorkflowAsync<string>("Other", h.Input("child"), new() { InstanceId = "w:kid" }),
        ["child with another id"] = async (c, h) => await c.CallWorkflowAsync<string>("Code", h.Input("child"), new() { InstanceId = "w:kid2" }),
        ["event"] = async (c, _) => await c.WaitForEventAsync<string>("go"),
        ["two activities"] = async (c, _) => (await Task.WhenAll(c.CallActivityAsync<string>("Do", "held"), c.CallActivityAsync<string>("Do", "held")))[0],
        ["end"] = (_, _) => Task.FromResult<string?>("x"),
        ["caught"] = async (c, _) =>
        {
            try
            {
                return await c.CallActivityAsync<string>("Another", "held");
            }
            catch (Exception)
            {
                return "caught";
            }
        },
    };

    [Theory]
    [InlineData("activity", "timer", "activity 'Do' (call 1, attempt 1)", "timer for 2030-01-01T01:00:00")]
    [InlineData("timer", "later timer", "timer for 2030-01-01T01:00:00", "timer for 2030-01-01T02:00:00")]
    [InlineData("timer", "child", "timer for 2030-01-01T01:00:00", "sub-workflow 'Code' with id 'w:kid' (call 1)")]
    [InlineData("child", "other child", "sub-workflow 'Code' with id 'w:kid'", "sub-workflow 'Other' with id 'w:kid'")]
    [InlineData("child", "child with another id", "with id 'w:kid'", "with id 'w:kid2'")]
    [InlineData("activity", "event", "activity 'Do'", "nothing more")]
    [InlineData("event", "activity", "nothing more at this point", "activity 'Do'")]
    [InlineData("activity", "two activities", "nothing more at this point", "activity 'Do' (call 2")]
    [InlineData("activity", "end", "activity 'Do'", "its end")]
    [InlineData("event", "end", "a workflow that goes on", "its end")]
    [InlineData("activity", "caught", "activity 'Do'", "activity 'Another'")]
    public async Task Changed_code_fails_its_instance_and_names_what_was_expected_and_what_came(string before, string after, string expected, string actual)
    {
        await using var host = await EngineHost.StartAsync();
        var gate = new Gate();
        host.Script.Body = async (_, input, token) => { await gate.PassAsync(token); return input; };
        host.Define("child", async (c, _) => await c.WaitForEventAsync<string>("never"));
        host.Define("w", async (c, _) => await Variants[before](c, host));
        await host.BeginAsync("w");
        await UntilRunningAsync(host, "w");
        await host.Engine.CrashAsync();
        host.Define("w", async (c, _) => await Variants[after](c, host));
        await host.OpenAsync();
        var ended = await host.EndAsync("w");
        Assert.Equal((WorkflowStatus.Failed, nameof(NonDeterministicWorkflowException)), (ended.Status, ended.Failure!.ErrorType));
        Assert.Contains("history has ", ended.Failure.Message, StringComparison.Ordinal);
        var (left, right) = (ended.Failure.Message.Split("but the code asked for")[0], ended.Failure.Message.Split("but the code asked for")[1]);
        Assert.Contains(expected, left, StringComparison.Ordinal);
        Assert.Contains(actual, right, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Guids_times_and_the_replay_flag_are_the_same_in_a_replay()
    {
        await using var host = await EngineHost.StartAsync();
        List<(Guid, DateTimeOffset)> seen = [];
        List<bool> replaying = [];
        host.Define("w", async (c, _) =>
        {
            replaying.Add(c.IsReplaying);
            seen.Add((c.NewGuid(), c.UtcNow));
            await c.WaitForEventAsync<string>("go");
            replaying.Add(c.IsReplaying);
            seen.Add((c.NewGuid(), c.UtcNow));
            await c.WaitForEventAsync<string>("end");
            replaying.Add(c.IsReplaying);
            return null;
        });
        await host.BeginAsync("w");
        await host.AdvanceAsync(TimeSpan.FromMinutes(1));
        await host.Engine.RaiseEventAsync("w", "go", null, CancellationToken.None);
        await host.AdvanceAsync(TimeSpan.FromMinutes(1));
        await host.CrashAsync();
        await host.Engine.RaiseEventAsync("w", "end", null, CancellationToken.None);
        await host.EndAsync("w");
        Assert.Equal(seen[..2], seen[2..]);
        Assert.NotEqual(seen[0].Item1, seen[1].Item1);
        Assert.Equal(5, seen[0].Item1.Version);
        Assert.Equal([false, false, true, true, false], replaying);
    }

    [Fact]
    public async Task Awaiting_a_task_of_someone_else_fails_the_instance()
    {
        await using var host = await EngineHost.StartAsync();
        var someone = new TaskCompletionSource<string>();
        host.Define("stuck", async (_, _) => await someone.Task);
        host.Define("woken", async (c, _) =>
        {
            var mine = c.WaitForEventAsync<string>("never");
            return await someone.Task + await mine;
        });
        await host.BeginAsync("stuck");
        Assert.Contains("did not return", (await host.EndAsync("stuck")).Failure!.Message, StringComparison.Ordinal);
        await host.BeginAsync("woken");
        await host.IdleAsync();
        someone.SetResult("x");
        Assert.Contains("did not return", (await host.EndAsync("woken")).Failure!.Message, StringComparison.Ordinal);
    }

    private static async Task UntilRunningAsync(EngineHost host, string id)
    {
        while ((await host.GetAsync(id)).Status == WorkflowStatus.Pending) await Task.Yield();
    }
}
