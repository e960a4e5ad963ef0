using Sentiment.Domain.Workflows;

namespace Sentiment.Workflows.Contract;

public abstract class SubWorkflowContract : WorkflowContract
{
    private static readonly CallOptions Child = new() { InstanceId = "w:child" };

    [Fact]
    public async Task A_child_runs_under_the_id_it_was_given_and_its_result_comes_back()
    {
        Define("child", (c, v) => Task.FromResult<string?>($"{c.InstanceId} {v}"));
        Define("w", async (c, v) => "got " + await c.CallWorkflowAsync<string>("code", Input("child", v), Child));
        await BeginAsync("w", "v");
        await AssertOutputAsync("got w:child v", "w");
        Assert.Equal(WorkflowStatus.Completed, (await Client.GetAsync("w:child", None))!.Status);
    }

    [Fact]
    public async Task Derived_ids_begin_with_the_parents_and_differ_from_call_to_call_and_from_generation_to_generation()
    {
        Define("child", (c, _) => Task.FromResult<string?>(c.InstanceId));
        Define("w", async (c, v) =>
        {
            var ids = v + " " + await c.CallWorkflowAsync<string>("Code", Input("child")) + " " + await c.CallWorkflowAsync<string>("Code", Input("child"));
            if (v is null) c.ContinueAsNew(Input("w", ids));
            return ids;
        });
        await BeginAsync("w");
        var ids = (await EndAsync("w")).Output!.Trim('"').Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal((4, 4), (ids.Length, ids.Distinct().Count()));
        Assert.All(ids, id => Assert.StartsWith("w:", id, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("other:child")]
    [InlineData("w")]
    [InlineData("w:")]
    [InlineData("w:a/b")]
    public async Task An_id_that_is_another_parents_or_none_is_refused(string id)
    {
        Define("child", (_, _) => Task.FromResult<string?>("x"));
        Define("w", async (c, _) => await c.CallWorkflowAsync<string>("Code", Input("child"), new() { InstanceId = id }));
        await BeginAsync("w");
        Assert.Equal("ArgumentException", (await FailureAsync("w")).ErrorType);
    }

    [Fact]
    public async Task Calls_that_give_the_same_id_share_the_child()
    {
        Define("child", async (c, _) => await Do(c, "once"));
        Define("w", async (c, _) =>
        {
            var both = await Task.WhenAll(
                c.CallWorkflowAsync<string>("Code", Input("child"), Child), c.CallWorkflowAsync<string>("Code", Input("child"), Child));
            return both[0] + both[1] + await c.CallWorkflowAsync<string>("Code", Input("child"), Child);
        });
        await BeginAsync("w");
        await AssertOutputAsync("onceonceonce", "w");
        Assert.Equal(1, Script.RunsOf("once"));
    }

    [Fact]
    public async Task An_id_of_another_workflow_is_refused()
    {
        Define("child", (_, _) => Task.FromResult<string?>("x"));
        Define("w", async (c, _) => await c.CallWorkflowAsync<string>("Code", Input("child"), Child) + await c.CallWorkflowAsync<string>("Other", Input("child"), Child));
        await BeginAsync("w");
        var failure = await FailureAsync("w");
        Assert.Contains("'w:child' belongs to a run of 'Code'", failure.Message, StringComparison.Ordinal);
        Assert.True(failure.IsNonRetryable);
    }

    [Fact]
    public async Task A_failed_child_is_tried_again_under_another_id()
    {
        Define("child", (c, _) => c.InstanceId == "w:child" ? throw new IOException("no") : Task.FromResult<string?>(c.InstanceId));
        var retry = new RetryPolicy { MaxAttempts = 2, FirstRetryInterval = Engine.Unit };
        Define("w", async (c, _) => await c.CallWorkflowAsync<string>("Code", Input("child"), Child with { Retry = retry }));
        await BeginAsync("w");
        await AssertOutputAsync("w:child:2", "w");
        Assert.Equal(new("IOException", "no", false), (await Client.GetAsync("w:child", None))!.Failure);
    }

    [Fact]
    public async Task A_child_that_cannot_be_mended_is_not_tried_again()
    {
        Define("child", (_, _) => throw new NonRetryableException("never"));
        Define("w", async (c, _) => await c.CallWorkflowAsync<string>("Code", Input("child"), Child with { Retry = new() { FirstRetryInterval = Engine.Unit } }));
        await BeginAsync("w");
        Assert.Equal(new("NonRetryableException", "never", true), await FailureAsync("w"));
        Assert.Null(await Client.GetAsync("w:child:2", None));
    }

    [Fact]
    public async Task A_failure_keeps_its_first_cause_over_several_levels()
    {
        Script.Body = (_, _, _) => throw new NonRetryableException("deep: {down}");
        Define("leaf", async (c, _) => await Do(c, "x"));
        Define("mid", async (c, _) => await c.CallWorkflowAsync<string>("Code", Input("leaf"), new() { InstanceId = "w:mid:leaf" }));
        Define("w", async (c, _) => await c.CallWorkflowAsync<string>("Code", Input("mid"), new() { InstanceId = "w:mid" }));
        await BeginAsync("w");
        foreach (var id in new[] { "w", "w:mid", "w:mid:leaf" }) Assert.Equal(new("NonRetryableException", "deep: {down}", true), await FailureAsync(id));
    }

    [Fact]
    public async Task A_terminated_child_fails_the_call_for_good()
    {
        Define("child", async (c, _) =>
        {
            c.SetCustomStatus("waiting");
            return await c.WaitForEventAsync<string>("never");
        });
        Define("w", async (c, _) => await c.CallWorkflowAsync<string>("Code", Input("child"), Child with { Retry = new() { FirstRetryInterval = Engine.Unit } }));
        await BeginAsync("w");
        await WaitingAsync("w:child");
        Assert.True(await Client.TerminateAsync("w:child", "because", None));
        var failure = await FailureAsync("w");
        Assert.Equal(("Terminated", true), (failure.ErrorType, failure.IsNonRetryable));
        Assert.Equal(new("Terminated", "because", true), (await Client.GetAsync("w:child", None))!.Failure);
    }
}
