using Sentiment.Domain.Workflows;
using Sentiment.Engine.Tests.Support;

namespace Sentiment.Engine.Tests;

public class LifecycleTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Continue_as_new_begins_again_with_the_new_input_and_the_events_kept(bool crash)
    {
        await using var host = await EngineHost.StartAsync();
        host.Define("w", async (c, v) =>
        {
            var got = v + await c.WaitForEventAsync<string>("n") + await c.CallActivityAsync<string>("Do", "-");
            if (got.Length < 8) c.ContinueAsNew(host.Input("w", got));
            return got;
        });
        await host.BeginAsync("w");
        await host.IdleAsync();
        await host.Engine.SuspendAsync("w", "", CancellationToken.None);
        foreach (var n in new[] { "1", "2", "3" }) await host.Engine.RaiseEventAsync("w", "n", n, CancellationToken.None);
        await host.Engine.ResumeAsync("w", "", CancellationToken.None);
        await host.IdleAsync();
        if (crash) await host.CrashAsync();
        Assert.Contains("1-2-3-", (await host.GetAsync("w")).Input, StringComparison.Ordinal);
        await host.Engine.RaiseEventAsync("w", "n", "4", CancellationToken.None);
        Assert.Equal("\"1-2-3-4-\"", (await host.EndAsync("w")).Output);
    }

    [Fact]
    public async Task Events_not_waited_for_go_if_continue_as_new_does_not_keep_them()
    {
        await using var host = await EngineHost.StartAsync();
        host.Define("w", async (c, v) =>
        {
            if (v is null)
            {
                await c.WaitForEventAsync<string>("go");
                c.ContinueAsNew(host.Input("w", "again"), preserveUnprocessedEvents: false);
                return null;
            }

            return await c.WaitForEventAsync<string>("n");
        });
        await host.BeginAsync("w");
        await host.Engine.RaiseEventAsync("w", "n", "old", CancellationToken.None);
        await host.Engine.RaiseEventAsync("w", "go", null, CancellationToken.None);
        await host.IdleAsync();
        await host.Engine.RaiseEventAsync("w", "n", "new", CancellationToken.None);
        Assert.Equal("\"new\"", (await host.EndAsync("w")).Output);
    }

    [Fact]
    public async Task Continuing_as_new_with_a_task_pending_fails_and_names_it()
    {
        await using var host = await EngineHost.StartAsync();
        host.Define("w", (c, _) =>
        {
            var call = c.CallActivityAsync<string>("Do", "x");
            c.ContinueAsNew(null);
            return Task.FromResult<string?>(call.IsCompleted ? "done" : null);
        });
        await host.BeginAsync("w");
        var failure = (await host.EndAsync("w")).Failure!;
        Assert.Contains("activity 'Do' (call 1", failure.Message, StringComparison.Ordinal);
        Assert.True(failure.IsNonRetryable);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_suspended_instance_keeps_what_comes_and_begins_nothing_until_it_is_resumed(bool crash)
    {
        await using var host = await EngineHost.StartAsync();
        var gate = new Gate();
        host.Script.Body = async (_, input, token) =>
        {
            if (input == "first") await gate.PassAsync(token);
            return input;
        };
        host.Define("w", async (c, _) =>
            await c.CallActivityAsync<string>("Do", "first") + await c.CallActivityAsync<string>("Do", "second") + await c.WaitForEventAsync<string>("go"));
        await host.BeginAsync("w");
        await gate.EnteredAsync();
        Assert.True(await host.Engine.SuspendAsync("w", "pause", CancellationToken.None));
        Assert.True(await host.Engine.SuspendAsync("w", "pause", CancellationToken.None));
        gate.Open();
        Assert.True(await host.Engine.RaiseEventAsync("w", "go", "!", CancellationToken.None));
        await host.IdleAsync();
        if (crash) await host.CrashAsync();
        await host.IdleAsync();
        Assert.Equal(WorkflowStatus.Suspended, (await host.GetAsync("w")).Status);
        Assert.Equal(["first"], host.Script.Runs);
        Assert.True(await host.Engine.ResumeAsync("w", "on", CancellationToken.None));
        Assert.Equal("\"firstsecond!\"", (await host.EndAsync("w")).Output);
        Assert.Equal(["first", "second"], host.Script.Runs);
        Assert.False(await host.Engine.SuspendAsync("w", "", CancellationToken.None));
        Assert.False(await host.Engine.ResumeAsync("w", "", CancellationToken.None));
    }

    [Fact]
    public async Task A_suspended_instance_does_not_begin_what_it_had_queued_even_over_a_crash()
    {
        await using var host = await EngineHost.StartAsync();
        await host.Engine.StopAsync(CancellationToken.None);
        host.Workers = 1;
        await host.OpenAsync();
        var gate = new Gate();
        host.Script.Body = async (_, input, token) =>
        {
            if (input == "busy") await gate.PassAsync(token);
            return input;
        };
        host.Define("w", async (c, v) => await c.CallActivityAsync<string>("Do", v!));
        await host.BeginAsync("w", "busy", "busy");
        await gate.EnteredAsync();
        await host.BeginAsync("w", "queued", "queued");
        while ((await host.GetAsync("queued")).Status == WorkflowStatus.Pending) await Task.Yield();
        await host.Engine.SuspendAsync("queued", "", CancellationToken.None);
        gate.Open();
        await host.EndAsync("busy");
        await host.IdleAsync();
        await host.CrashAsync();
        await host.IdleAsync();
        Assert.Equal(0, host.Script.RunsOf("queued"));
        await host.Engine.ResumeAsync("queued", "", CancellationToken.None);
        Assert.Equal("\"queued\"", (await host.EndAsync("queued")).Output);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Terminating_an_instance_ends_its_descendants_and_keeps_them_ended(bool crash)
    {
        await using var host = await EngineHost.StartAsync();
        host.Define("leaf", async (c, _) => await c.WaitForEventAsync<string>("go"));
        host.Define("mid", async (c, _) => await c.CallWorkflowAsync<string>("Code", host.Input("leaf"), new() { InstanceId = "w:mid:leaf" }));
        host.Define("w", async (c, _) => await c.CallWorkflowAsync<string>("Code", host.Input("mid"), new() { InstanceId = "w:mid" }));
        await host.BeginAsync("w");
        await host.BeginAsync("leaf", id: "stranger");
        await host.IdleAsync();
        if (crash) await host.CrashAsync();
        Assert.True(await host.Engine.TerminateAsync("w", "enough", CancellationToken.None));
        Assert.False(await host.Engine.TerminateAsync("w", "enough", CancellationToken.None));
        Assert.False(await host.Engine.TerminateAsync("nobody", "enough", CancellationToken.None));
        Assert.False(await host.Engine.RaiseEventAsync("w:mid:leaf", "go", "x", CancellationToken.None));
        if (crash) await host.CrashAsync();
        foreach (var id in new[] { "w", "w:mid", "w:mid:leaf" }) Assert.Equal(WorkflowStatus.Terminated, (await host.EndAsync(id)).Status);
        Assert.Equal("enough", (await host.GetAsync("w")).Failure!.Message);
        Assert.Equal(WorkflowStatus.Running, (await host.GetAsync("stranger")).Status);
    }

    [Fact]
    public async Task Termination_does_not_wait_for_activities()
    {
        await using var host = await EngineHost.StartAsync();
        var gate = new Gate();
        host.Script.Body = async (_, input, _) => { await gate.PassAsync(CancellationToken.None); return input; };
        host.Define("w", async (c, _) => await c.CallActivityAsync<string>("Do", "x"));
        await host.BeginAsync("w");
        await gate.EnteredAsync();
        Assert.True(await host.Engine.TerminateAsync("w", "enough", CancellationToken.None));
        Assert.Equal(WorkflowStatus.Terminated, (await host.EndAsync("w")).Status);
        gate.Open();
        await host.IdleAsync();
        Assert.Equal(WorkflowStatus.Terminated, (await host.GetAsync("w")).Status);
    }

    [Fact]
    public async Task A_custom_status_is_2_KB_at_most()
    {
        await using var host = await EngineHost.StartAsync();
        host.Define("w", async (c, v) =>
        {
            c.SetCustomStatus(new string('x', int.Parse(v!, System.Globalization.CultureInfo.InvariantCulture) - 2));
            return await c.WaitForEventAsync<string>("go");
        });
        await host.BeginAsync("w", "2048", "fits");
        await host.BeginAsync("w", "2049", "long");
        Assert.Equal("ArgumentException", (await host.EndAsync("long")).Failure!.ErrorType);
        await host.IdleAsync();
        await host.CrashAsync();
        Assert.Equal(2048, (await host.GetAsync("fits")).CustomStatus!.Length);
    }
}
