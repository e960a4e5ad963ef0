using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sentiment.Domain.Workflows;
using Sentiment.Engine.Tests.Support;

namespace Sentiment.Engine.Tests;

public class ClientTests
{
    [Fact]
    public async Task A_known_id_starts_nothing_and_is_returned_as_it_stands()
    {
        await using var host = await EngineHost.StartAsync();
        host.Define("w", async (c, v) => await c.CallActivityAsync<string>("Do", v!));
        var first = await host.BeginAsync("w", "a", "id");
        await host.EndAsync("id");
        var second = await host.BeginAsync("w", "b", "id");
        Assert.Equal(WorkflowStatus.Pending, first.Status);
        Assert.Equal((WorkflowStatus.Completed, "\"a\""), (second.Status, second.Output));
        Assert.Equal(["a"], host.Script.Runs);
    }

    [Fact]
    public async Task A_purged_instance_and_its_children_are_forgotten_and_their_ids_stay_used()
    {
        await using var host = await EngineHost.StartAsync();
        host.Define("child", async (c, _) => await c.CallActivityAsync<string>("Do", "x"));
        host.Define("w", async (c, _) => await c.CallWorkflowAsync<string>("Code", host.Input("child"), new() { InstanceId = "w:kid" }));
        Assert.False(await host.Engine.PurgeAsync("w", CancellationToken.None));
        await host.BeginAsync("w");
        await host.EndAsync("w");
        Assert.True(await host.Engine.PurgeAsync("w", CancellationToken.None));
        Assert.False(await host.Engine.PurgeAsync("w", CancellationToken.None));
        await host.CrashAsync();
        Assert.Null(await host.Engine.GetAsync("w", CancellationToken.None));
        Assert.Null(await host.Engine.GetAsync("w:kid", CancellationToken.None));
        Assert.Empty((await host.Engine.QueryAsync(new(), CancellationToken.None)).Instances);
        await Assert.ThrowsAsync<KeyNotFoundException>(() => host.EndAsync("w"));

        var again = await host.BeginAsync("w");
        Assert.Equal((WorkflowStatus.Completed, null, null), (again.Status, again.Input, again.Output));
        await host.IdleAsync();
        Assert.Equal(1, host.Script.RunsOf("x"));
    }

    [Fact]
    public async Task What_still_runs_is_not_purged()
    {
        await using var host = await EngineHost.StartAsync();
        host.Define("w", async (c, _) => await c.WaitForEventAsync<string>("go"));
        await host.BeginAsync("w");
        Assert.False(await host.Engine.PurgeAsync("w", CancellationToken.None));
    }

    [Fact]
    public async Task A_query_gives_every_instance_once_page_by_page()
    {
        await using var host = await EngineHost.StartAsync();
        host.Define("w", async (c, _) => await c.WaitForEventAsync<string>("go"));
        for (var i = 0; i < 25; i++)
        {
            await host.BeginAsync("w", id: $"a{i:00}");
            host.Time.Advance(TimeSpan.FromMinutes(1));
        }

        await host.BeginAsync("w", id: "b00");
        await host.Engine.TerminateAsync("a03", "", CancellationToken.None);
        await host.IdleAsync();
        Assert.Equal(24, (await AllAsync(host, new() { InstanceIdPrefix = "a", Statuses = [WorkflowStatus.Running], Limit = 8 })).Count);
        Assert.Equal(["a03"], await AllAsync(host, new() { Statuses = [WorkflowStatus.Terminated, WorkflowStatus.Failed] }));
        var start = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
        Assert.Equal(["a05", "a06"], await AllAsync(host, new() { CreatedFrom = start.AddMinutes(5), CreatedTo = start.AddMinutes(7), Limit = 1 }));
        Assert.Equal(26, (await AllAsync(host, new() { Limit = 13 })).Count);
        await Assert.ThrowsAsync<ArgumentException>(() => AllAsync(host, new() { Limit = 1001 }));
    }

    [Fact]
    public async Task Bad_names_and_ids_are_refused()
    {
        await using var host = await EngineHost.StartAsync();
        foreach (var id in new[] { "", new string('x', 101), "a\nb", "\ud800", "a/b", "a\\b", "a#b", "a?b", "@a", "w:kid" })
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(() => host.BeginAsync("w", id: id));
        }

        await Assert.ThrowsAsync<ArgumentException>(() => host.Engine.StartAsync("Nowhere", null, "id", CancellationToken.None));
    }

    [Fact]
    public async Task Options_out_of_range_are_refused_by_name()
    {
        await using var host = await EngineHost.StartAsync();
        Assert.Contains("MaxConcurrentActivities", Assert.Throws<ArgumentException>(
            () => new EngineOptions { Path = "x", MaxConcurrentActivities = 0 }.Validate()).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new EngineOptions().Validate());
    }

    [Fact]
    public async Task The_services_give_one_engine_as_client_and_hosted_service()
    {
        var services = new ServiceCollection().AddSingleton(new WorkflowRegistry()).AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        services.AddEmbeddedEngine((_, options) => options.Path = "never-opened.db");
        await using var provider = services.BuildServiceProvider();
        Assert.Same(provider.GetRequiredService<EmbeddedEngine>(), provider.GetRequiredService<IWorkflowClient>());
        Assert.Same(provider.GetRequiredService<EmbeddedEngine>(), provider.GetRequiredService<IHostedService>());
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => provider.GetRequiredService<IWorkflowClient>().GetAsync("x", CancellationToken.None));
    }

    private static async Task<List<string>> AllAsync(EngineHost host, WorkflowQuery query)
    {
        List<string> ids = [];
        do
        {
            var page = await host.Engine.QueryAsync(query, CancellationToken.None);
            Assert.True(page.Instances.Count <= query.Limit);
            ids.AddRange(page.Instances.Select(i => i.InstanceId));
            query = query with { Continuation = page.Continuation };
        }
        while (query.Continuation is not null);

        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
        return ids;
    }

    [Fact]
    public async Task An_engine_for_one_prefix_takes_up_and_starts_nothing_else()
    {
        await using var host = await EngineHost.StartAsync();
        host.Define("w", async (c, _) => await c.WaitForEventAsync<string>("go"));
        await host.BeginAsync("w", id: "run-1");
        await host.BeginAsync("w", id: "run-2");
        await host.IdleAsync();
        host.Prefix = "run-2";
        await host.CrashAsync();
        Assert.Equal(WorkflowStatus.Running, (await host.GetAsync("run-1")).Status);
        await Assert.ThrowsAsync<ArgumentException>(() => host.BeginAsync("w", id: "run-3"));
        Assert.False(await host.Engine.RaiseEventAsync("run-1", "go", "no", CancellationToken.None));
        Assert.True(await host.Engine.RaiseEventAsync("run-2", "go", "yes", CancellationToken.None));
        Assert.Equal("\"yes\"", (await host.EndAsync("run-2")).Output);
        host.Prefix = null;
        await host.CrashAsync();
        Assert.True(await host.Engine.RaiseEventAsync("run-1", "go", "now", CancellationToken.None));
        Assert.Equal("\"now\"", (await host.EndAsync("run-1")).Output);
    }
}
