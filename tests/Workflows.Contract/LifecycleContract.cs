using System.Globalization;
using Sentiment.Domain.Workflows;

namespace Sentiment.Workflows.Contract;

public abstract class LifecycleContract : WorkflowContract
{
    [Fact]
    public async Task Continue_as_new_begins_again_with_the_new_input_and_the_events_not_waited_for()
    {
        Define("w", async (c, v) =>
        {
            c.SetCustomStatus("waiting");
            if (v is null) await c.WaitForEventAsync<string>("start");
            var got = v + await c.WaitForEventAsync<string>("n") + await Do(c, "-");
            if (got.Length < 8) c.ContinueAsNew(Input("w", got));
            return got;
        });
        await BeginAsync("w");
        await WaitingAsync("w");
        foreach (var n in new[] { "1", "2", "3" }) await Client.RaiseEventAsync("w", "n", n, None);
        await Client.RaiseEventAsync("w", "start", null, None);
        await Engine.UntilAsync("w", i => i.Input!.Contains("1-2-3-", StringComparison.Ordinal));
        await Client.RaiseEventAsync("w", "N", "4", None);
        await AssertOutputAsync("1-2-3-4-", "w");
    }

    [Fact]
    public async Task An_event_that_came_after_its_wait_was_given_up_is_kept_over_continue_as_new()
    {
        Define("w", async (c, v) =>
        {
            if (v is not null) return v + await c.WaitForEventAsync<string>("n") + await c.WaitForEventAsync<string>("n");
            using var cancel = new CancellationTokenSource();
            _ = c.WaitForEventAsync<string>("n", cancel.Token);
#pragma warning disable CA1849 // CancelAsync would leave the workflow's thread.
            cancel.Cancel();
#pragma warning restore CA1849
            c.SetCustomStatus("waiting");
            await c.WaitForEventAsync<string>("go");
            c.ContinueAsNew(Input("w", "again "));
            return null;
        });
        await BeginAsync("w");
        await WaitingAsync("w");
        foreach (var (name, payload) in new[] { ("n", "1"), ("n", "2"), ("go", "") }) await Client.RaiseEventAsync("w", name, payload, None);
        await AssertOutputAsync("again 12", "w");
    }

    [Fact]
    public async Task Events_not_waited_for_go_if_continue_as_new_does_not_keep_them()
    {
        Define("w", async (c, v) =>
        {
            if (v is null)
            {
                c.SetCustomStatus("waiting");
                await c.WaitForEventAsync<string>("go");
                c.ContinueAsNew(Input("w", "again"), preserveUnprocessedEvents: false);
                return null;
            }

            c.SetCustomStatus("again");
            return await c.WaitForEventAsync<string>("n");
        });
        await BeginAsync("w");
        await WaitingAsync("w");
        await Client.RaiseEventAsync("w", "n", "old", None);
        await Client.RaiseEventAsync("w", "go", null, None);
        await Engine.UntilAsync("w", i => i.CustomStatus == "\"again\"");
        await Client.RaiseEventAsync("w", "n", "new", None);
        await AssertOutputAsync("new", "w");
    }

    // Durable Task lets an instance end only when all it has called has ended, so that is what each of these does.
    [Theory]
    [InlineData("activity", "activity 'Do'")]
    [InlineData("timer", "timer for ")]
    [InlineData("child", "sub-workflow 'Code' with id 'w:child'")]
    [InlineData("event", "event 'go'")]
    public async Task Continuing_as_new_while_something_is_pending_fails_and_names_it(string what, string named)
    {
        Define("child", async (c, _) => { await c.CreateTimerAsync(c.UtcNow + Engine.Unit); return "x"; });
        Define("w", async (c, _) =>
        {
            Task pending = what switch
            {
                "activity" => Do(c, "x"),
                "timer" => c.CreateTimerAsync(c.UtcNow + Engine.Unit),
                "child" => c.CallWorkflowAsync<string>("Code", Input("child"), new() { InstanceId = "w:child" }),
                _ => c.WaitForEventAsync<string>("go"),
            };
            c.ContinueAsNew(null);
            await Task.CompletedTask;
            return $"{pending.IsCompleted}";
        });
        await BeginAsync("w");
        var failure = await FailureAsync("w");
        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
        Assert.Equal(("InvalidOperationException", true), (failure.ErrorType, failure.IsNonRetryable));
    }

    [Fact]
    public async Task What_was_cancelled_is_not_pending_at_continue_as_new()
    {
        Define("w", async (c, v) =>
        {
            if (v is not null) return v;
            using var cancel = new CancellationTokenSource();
            var pending = new[] { c.CreateTimerAsync(c.UtcNow.AddHours(1), cancel.Token), c.WaitForEventAsync<string>("go", cancel.Token) };
#pragma warning disable CA1849 // CancelAsync would leave the workflow's thread.
            cancel.Cancel();
#pragma warning restore CA1849
            c.ContinueAsNew(Input("w", $"{pending.Length}"));
            return await Do(c, "x");
        });
        await BeginAsync("w");
        await AssertOutputAsync("2", "w");
    }

    [Fact]
    public async Task A_suspended_instance_keeps_what_comes_and_begins_nothing_until_it_is_resumed()
    {
        var gate = new Gate();
        Script.Body = async (_, input, token) =>
        {
            if (input == "first") await gate.PassAsync(token);
            return input;
        };
        Define("w", async (c, _) => await Do(c, "first") + await Do(c, "second") + await c.WaitForEventAsync<string>("go"));
        await BeginAsync("w");
        await gate.EnteredAsync();
        Assert.True(await Client.SuspendAsync("w", "pause", None));
        Assert.True(await Client.SuspendAsync("w", "pause", None));
        Assert.Equal(WorkflowStatus.Suspended, (await Client.GetAsync("w", None))!.Status);
        Assert.True(await Client.RaiseEventAsync("w", "go", "!", None));
        gate.Open();

        // Another instance that runs meanwhile shows that the engine is not merely slow.
        Define("other", async (c, _) => { await c.CreateTimerAsync(c.UtcNow + 2 * Engine.Unit); return await Do(c, "other"); });
        await BeginAsync("other");
        await AssertOutputAsync("other", "other");
        Assert.Equal(["first", "other"], Script.Runs);
        Assert.True(await Client.ResumeAsync("w", "on", None));
        await AssertOutputAsync("firstsecond!", "w");
        Assert.False(await Client.SuspendAsync("w", "", None));
        Assert.False(await Client.ResumeAsync("w", "", None));
        Assert.False(await Client.SuspendAsync("nobody", "", None));
    }

    [Fact]
    public async Task Resuming_what_is_not_held_changes_nothing()
    {
        Define("w", async (c, _) => { c.SetCustomStatus("waiting"); return await c.WaitForEventAsync<string>("go"); });
        await BeginAsync("w");
        await WaitingAsync("w");
        Assert.True(await Client.ResumeAsync("w", "", None));
        await Client.RaiseEventAsync("w", "go", "x", None);
        await AssertOutputAsync("x", "w");
    }

    [Fact]
    public async Task Terminating_an_instance_ends_its_descendants_and_no_others()
    {
        Define("leaf", async (c, _) => { c.SetCustomStatus("waiting"); return await c.WaitForEventAsync<string>("go"); });
        Define("mid", async (c, _) => await c.CallWorkflowAsync<string>("Code", Input("leaf"), new() { InstanceId = "w:mid:leaf" }));
        Define("w", async (c, _) => await c.CallWorkflowAsync<string>("Code", Input("mid"), new() { InstanceId = "w:mid" }));
        await BeginAsync("w");
        await BeginAsync("leaf", id: "w2");
        await WaitingAsync("w:mid:leaf");
        await WaitingAsync("w2");
        Assert.True(await Client.TerminateAsync("w", "enough", None));
        Assert.False(await Client.TerminateAsync("w", "enough", None));
        Assert.False(await Client.TerminateAsync("nobody", "enough", None));
        Assert.False(await Client.RaiseEventAsync("w:mid:leaf", "go", "x", None));
        foreach (var id in new[] { "w", "w:mid", "w:mid:leaf" }) Assert.Equal(WorkflowStatus.Terminated, (await Client.GetAsync(id, None))!.Status);
        Assert.Equal(new("Terminated", "enough", true), (await Client.GetAsync("w", None))!.Failure);
        Assert.Equal(WorkflowStatus.Running, (await Client.GetAsync("w2", None))!.Status);
    }

    [Fact]
    public async Task Termination_does_not_wait_for_activities()
    {
        var gate = new Gate();
        Script.Body = async (_, input, _) => { await gate.PassAsync(CancellationToken.None); return input; };
        Define("w", async (c, _) => await Do(c, "x"));
        await BeginAsync("w");
        await gate.EnteredAsync();
        Assert.True(await Client.TerminateAsync("w", "enough", None));
        Assert.Equal(WorkflowStatus.Terminated, (await Client.GetAsync("w", None))!.Status);
        gate.Open();
    }

    [Fact]
    public async Task A_custom_status_is_2_KB_at_most()
    {
        Define("w", async (c, v) =>
        {
            c.SetCustomStatus(new string('x', int.Parse(v!, CultureInfo.InvariantCulture) - 2));
            return await c.WaitForEventAsync<string>("go");
        });
        await BeginAsync("w", "2048", "fits");
        await BeginAsync("w", "2049", "long");
        Assert.Equal("ArgumentException", (await FailureAsync("long")).ErrorType);
        Assert.Equal(2048, (await Engine.UntilAsync("fits", i => i.CustomStatus is not null)).CustomStatus!.Length);
    }
}
