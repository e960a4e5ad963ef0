using Sentiment.Domain.Workflows;

namespace Sentiment.Workflows.Contract;

public abstract class ClientContract : WorkflowContract
{
    [Fact]
    public async Task A_known_id_starts_nothing_and_is_returned_as_it_stands()
    {
        Define("w", async (c, v) => v == "fail" ? throw new IOException("no") : await Do(c, v!));
        await BeginAsync("w", "a", "good");
        await BeginAsync("w", "fail", "bad");
        await EndAsync("good");
        await EndAsync("bad");
        var (good, bad) = (await BeginAsync("w", "b", "good"), await BeginAsync("w", "c", "bad"));
        Assert.Equal((WorkflowStatus.Completed, "\"a\""), (good.Status, good.Output));
        Assert.Equal((WorkflowStatus.Failed, new("IOException", "no", false)), (bad.Status, bad.Failure!));
        Assert.Equal(["a"], Script.Runs);
    }

    [Fact]
    public async Task Of_many_that_start_the_same_id_at_once_one_does()
    {
        Define("w", async (c, v) => await Do(c, v!));
        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => BeginAsync("w", $"{i}", "same")));
        Assert.All(all, i => Assert.Equal("same", i.InstanceId));
        await EndAsync("same");
        Assert.Single(Script.Runs);
    }

    [Fact]
    public async Task An_instance_shows_its_name_input_output_and_times()
    {
        Define("w", async (c, v) => await Do(c, v!));
        var before = Engine.Time.GetUtcNow();
        var begun = await BeginAsync("w", "a");
        var ended = await EndAsync("w");
        Assert.Equal(("w", "Code", begun.Input), (ended.InstanceId, ended.Name, ended.Input));
        Assert.Contains("\"value\":\"a\"", ended.Input, StringComparison.Ordinal);
        Assert.InRange(ended.CreatedAt, before - TimeSpan.FromMilliseconds(20), ended.UpdatedAt);
        Assert.Equal(ended with { ParentId = null }, (await Client.WaitForEndAsync("w", None)) with { ParentId = null });
    }

    [Fact]
    public async Task The_unknown_is_null_has_no_end_and_takes_nothing()
    {
        Assert.Null(await Client.GetAsync("nobody", None));
        await Assert.ThrowsAsync<KeyNotFoundException>(() => Client.WaitForEndAsync("nobody", None));
        Assert.False(await Client.RaiseEventAsync("nobody", "go", null, None));
        Assert.False(await Client.PurgeAsync("nobody", None));
    }

    [Fact]
    public async Task Events_for_the_ended_are_refused()
    {
        Define("w", (_, _) => Task.FromResult<string?>(null));
        await BeginAsync("w");
        await EndAsync("w");
        Assert.False(await Client.RaiseEventAsync("w", "go", null, None));
    }

    [Fact]
    public async Task Bad_names_and_ids_are_refused()
    {
        foreach (var id in new[] { "", new string('x', 101), "a\nb", "\ud800", "a/b", "a\\b", "a#b", "a?b", "@a", "a:b" })
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(() => BeginAsync("w", id: id));
        }

        await Assert.ThrowsAsync<ArgumentException>(() => Client.StartAsync("Nowhere", null, "id", None));
    }

    [Fact]
    public async Task An_id_of_100_characters_is_taken()
    {
        Define("w", async (c, v) => await Do(c, v!));
        var id = new string('x', 90) + " ~'\"%&|+=\u00e4"[..10];
        await BeginAsync("w", "a", id);
        await AssertOutputAsync("a", id);
    }

    [Fact]
    public async Task A_query_gives_every_instance_once_page_by_page()
    {
        Define("w", async (c, _) => { c.SetCustomStatus("waiting"); return await c.WaitForEventAsync<string>("go"); });
        DateTimeOffset middle = default;
        for (var i = 0; i < 10; i++)
        {
            if (i == 6) middle = (await WaitingAsync("a05")).CreatedAt.AddTicks(1);
            await BeginAsync("w", id: $"a{i:00}");
            await WaitingAsync($"a{i:00}");
            Engine.Pass(Engine.Unit);
        }

        await BeginAsync("w", id: "b00");
        await WaitingAsync("b00");
        Assert.True(await Client.TerminateAsync("a03", "", None));
        var running = Enumerable.Range(0, 10).Where(i => i != 3).Select(i => $"a{i:00}");
        Assert.Equal(running, await AllAsync(new() { InstanceIdPrefix = "a", Statuses = [WorkflowStatus.Running], Limit = 2 }));
        Assert.Equal(["a03"], await AllAsync(new() { Statuses = [WorkflowStatus.Terminated, WorkflowStatus.Failed] }));
        Assert.Equal(["a06", "a07", "a08", "a09", "b00"], await AllAsync(new() { CreatedFrom = middle, Limit = 3 }));
        Assert.Equal(["a00", "a01", "a02", "a03", "a04", "a05"], await AllAsync(new() { CreatedTo = middle, Limit = 5 }));
        Assert.Equal(11, (await AllAsync(new() { Limit = 11 })).Count);
        await Assert.ThrowsAsync<ArgumentException>(() => AllAsync(new() { Limit = 1001 }));
    }

    [Fact]
    public async Task A_purged_instance_and_its_children_are_forgotten()
    {
        Define("child", async (c, _) => await Do(c, "x"));
        Define("w", async (c, _) =>
        {
            await c.CallWorkflowAsync<string>("Code", Input("child"), new() { InstanceId = "w:child" });
            c.SetCustomStatus("waiting");
            return await c.WaitForEventAsync<string>("go");
        });
        await BeginAsync("w");
        await WaitingAsync("w");
        Assert.False(await Client.PurgeAsync("w", None));
        await Client.RaiseEventAsync("w", "go", "", None);
        await EndAsync("w");
        Assert.True(await Client.PurgeAsync("w", None));
        Assert.False(await Client.PurgeAsync("w", None));
        Assert.Null(await Client.GetAsync("w", None));
        Assert.Null(await Client.GetAsync("w:child", None));
        Assert.Empty(await AllAsync(new()));
    }

    private async Task<List<string>> AllAsync(WorkflowQuery query)
    {
        List<string> ids = [];
        do
        {
            var page = await Client.QueryAsync(query, None);
            Assert.True(page.Instances.Count <= query.Limit);
            ids.AddRange(page.Instances.Select(i => i.InstanceId));
            query = query with { Continuation = page.Continuation };
        }
        while (query.Continuation is not null);

        return [.. ids.Order(StringComparer.Ordinal)];
    }
}
