using Sentiment.Domain.Workflows;
using Sentiment.Engine.Tests.Support;

namespace Sentiment.Engine.Tests;

public class SubWorkflowTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_parent_gets_its_childs_result_even_over_a_crash(bool crash)
    {
        await using var host = await EngineHost.StartAsync();
        host.Define("child", async (c, v) => v + await c.WaitForEventAsync<string>("go"));
        host.Define("w", async (c, _) => "got " + await c.CallWorkflowAsync<string>("code", host.Input("child", "v"), new() { InstanceId = "w:kid" }));
        await host.BeginAsync("w");
        await host.IdleAsync();
        Assert.Equal("w", (await host.GetAsync("w:kid")).ParentId);
        if (crash) await host.CrashAsync();
        Assert.True(await host.Engine.RaiseEventAsync("w:kid", "GO", "!", CancellationToken.None));
        Assert.Equal("\"got v!\"", (await host.EndAsync("w")).Output);
    }

    [Fact]
    public async Task A_child_that_ended_while_its_parent_was_held_is_not_lost_in_a_crash()
    {
        await using var host = await EngineHost.StartAsync();
        host.Define("child", async (c, _) => await c.WaitForEventAsync<string>("go"));
        host.Define("w", async (c, _) => "got " + await c.CallWorkflowAsync<string>("Code", host.Input("child"), new() { InstanceId = "w:kid" }));
        await host.BeginAsync("w");
        await host.IdleAsync();
        await host.Engine.SuspendAsync("w", "", CancellationToken.None);
        await host.Engine.RaiseEventAsync("w:kid", "go", "x", CancellationToken.None);
        await host.EndAsync("w:kid");
        await host.CrashAsync();
        await host.IdleAsync();
        Assert.True(await host.Engine.PurgeAsync("w:kid", CancellationToken.None));
        await host.CrashAsync();
        await host.Engine.ResumeAsync("w", "", CancellationToken.None);
        Assert.Equal("\"got x\"", (await host.EndAsync("w")).Output);
    }

    [Fact]
    public async Task Derived_ids_differ_from_call_to_call_and_from_generation_to_generation()
    {
        await using var host = await EngineHost.StartAsync();
        host.Define("child", (c, _) => Task.FromResult<string?>(c.InstanceId));
        host.Define("w", async (c, v) =>
        {
            var ids = v + " " + await c.CallWorkflowAsync<string>("Code", host.Input("child")) + " " + await c.CallWorkflowAsync<string>("Code", host.Input("child"));
            if (v is null) c.ContinueAsNew(host.Input("w", ids));
            return ids;
        });
        await host.BeginAsync("w");
        var ids = (await host.EndAsync("w")).Output!.Trim('"').Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, ids.Distinct().Count());
        Assert.Equal(4, ids.Length);
    }

    [Fact]
    public async Task The_same_parent_attaches_to_the_child_it_has()
    {
        await using var host = await EngineHost.StartAsync();
        host.Define("child", async (c, _) => await c.CallActivityAsync<string>("Do", "once"));
        host.Define("w", async (c, _) =>
        {
            var options = new CallOptions { InstanceId = "w:kid" };
            var both = await Task.WhenAll(
                c.CallWorkflowAsync<string>("Code", host.Input("child"), options), c.CallWorkflowAsync<string>("Code", host.Input("child"), options));
            return both[0] + both[1] + await c.CallWorkflowAsync<string>("Code", host.Input("child"), options);
        });
        await host.BeginAsync("w");
        Assert.Equal("\"onceonceonce\"", (await host.EndAsync("w")).Output);
        Assert.Equal(1, host.Script.RunsOf("once"));
    }

    [Fact]
    public async Task A_failed_child_fails_the_call_and_is_tried_again_under_another_id()
    {
        await using var host = await EngineHost.StartAsync();
        host.Define("child", (c, _) => c.InstanceId == "w:kid" ? throw new IOException("no") : Task.FromResult<string?>(c.InstanceId));
        var retry = new RetryPolicy { MaxAttempts = 2, FirstRetryInterval = TimeSpan.FromSeconds(5) };
        host.Define("w", async (c, _) => await c.CallWorkflowAsync<string>("Code", host.Input("child"), new() { InstanceId = "w:kid", Retry = retry }));
        await host.BeginAsync("w");
        await host.IdleAsync();
        await host.CrashAsync();
        await host.AdvanceAsync(TimeSpan.FromSeconds(5));
        Assert.Equal("\"w:kid:2\"", (await host.EndAsync("w")).Output);
        Assert.Equal(new FailureDetails("IOException", "no", false), (await host.GetAsync("w:kid")).Failure);
    }

    [Fact]
    public async Task An_unknown_workflow_fails_the_call_by_name()
    {
        await using var host = await EngineHost.StartAsync();
        host.Define("w", async (c, _) => await c.CallWorkflowAsync<string>("Nowhere", null));
        await host.BeginAsync("w");
        Assert.Contains("'Nowhere'", (await host.EndAsync("w")).Failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_terminated_child_fails_the_call()
    {
        await using var host = await EngineHost.StartAsync();
        host.Define("child", async (c, _) => await c.WaitForEventAsync<string>("never"));
        host.Define("w", async (c, _) => await c.CallWorkflowAsync<string>("Code", host.Input("child"), new() { InstanceId = "w:kid" }));
        await host.BeginAsync("w");
        await host.IdleAsync();
        Assert.True(await host.Engine.TerminateAsync("w:kid", "because", CancellationToken.None));
        Assert.Equal(new FailureDetails("Terminated", "because", true), (await host.EndAsync("w")).Failure);
    }
}
