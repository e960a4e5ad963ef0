using System.Text.Json;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Items;
using Sentiment.Domain.Retention;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Tests.Support;
using Sentiment.Domain.Workflows;

namespace Sentiment.Domain.Tests.Retention;

/// <summary>A retention of more steps than one generation of a workflow takes carries on as new and forgets nothing.</summary>
public class RetentionGenerationTests
{
    private const int Many = RetentionWorkflow.StepsPerGeneration + 5;
    private static readonly TenantRetention Kept = new(3, 6, 4);

    private static async Task<IngestionHost> OpenAsync(int seconds = 30)
    {
        var host = new IngestionHost { Retention = new() { Raw = 2, Chunks = 8, History = 1, Seconds = seconds } };
        await host.StartEngineAsync();
        return host;
    }

    private static IReadOnlyList<string> Ids(string prefix) => [.. Enumerable.Range(0, Many).Select(n => $"{prefix}{n:000}")];

    private static async Task RegisterAsync(IngestionHost host, params IEnumerable<string> tenants) =>
        await host.Get<RetentionStore>().RegisterAsync([.. tenants.Select(t => host.Tenant(t, "AAPL") with { Retention = Kept })], host.Time.GetUtcNow(), default);

    /// <summary>Runs that have ended and left nothing but their own rows.</summary>
    private static async Task EndedRunsAsync(IngestionHost host, int count)
    {
        for (var n = 0; n < count; n++)
        {
            var run = RunRow.IdOf(host.Time.GetUtcNow(), "0123456789abcdef");
            await host.PlanAsync(run, "acme");
            await host.Get<RunStore>().SetStatusAsync(run, WorkStatus.Completed, host.Time.GetUtcNow(), default);
            host.Time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>A whole retention, some days later.</summary>
    private static async Task<(WorkflowInstance Ended, RetentionInput LastInput)> RetainAsync(IngestionHost host, int days)
    {
        host.Time.Advance(TimeSpan.FromDays(days));
        var workflows = host.Get<IWorkflowClient>();
        var started = await host.Get<RetentionStarter>().StartAsync(host.Time.GetUtcNow(), default);
        await host.Time.MoveUntilAsync(workflows.WaitForEndAsync(started.InstanceId, default));
        var ended = (await workflows.GetAsync(started.InstanceId, default))!;
        return (ended, JsonSerializer.Deserialize<RetentionInput>(ended.Input!, WorkflowRegistry.Json)!);
    }

    private static async Task<int> CountAsync(IngestionHost host, string partition, string key) =>
        (await host.RowsAsync(partition)).Count(r => r.Split(' ')[1].StartsWith(key, StringComparison.Ordinal));

    [Fact]
    public async Task Tenants_beyond_a_generation_are_gone_through_once_each()
    {
        await using var host = await OpenAsync();
        await RegisterAsync(host, Ids("tenant-"));
        var (ended, last) = await RetainAsync(host, 12);

        Assert.Equal($$"""{"tenants":{{Many}},"failed":0}""", ended.Output);
        Assert.Equal(("tenant-099", 100), (last.After, last.Done));
        Assert.Equal(Many, await CountAsync(host, "retention", "w|"));
    }

    [Fact]
    public async Task A_tenant_that_fails_in_the_first_generation_keeps_the_last_from_removing_runs()
    {
        await using var host = await OpenAsync();
        await RegisterAsync(host, Ids("tenant-"));
        await EndedRunsAsync(host, 1);
        host.Faults.Before = (_, writes) => writes.Any(w => w.Key == "w|tenant-003") ? throw new IOException("no room") : Task.CompletedTask;
        var (ended, last) = await RetainAsync(host, 12);
        Assert.Equal($$"""{"tenants":{{Many}},"failed":1}""", ended.Output);
        Assert.Equal(1, last.Failed);
        Assert.Equal(1, await CountAsync(host, "runs", "r|"));

        host.Faults.Reset();
        Assert.Equal($$"""{"tenants":{{Many}},"failed":0}""", (await RetainAsync(host, 1)).Ended.Output);
        Assert.Equal(0, await CountAsync(host, "runs", "r|"));
    }

    [Fact]
    public async Task Runs_beyond_a_generation_are_all_removed()
    {
        // Without any budget each step removes one run.
        await using var host = await OpenAsync(seconds: 0);
        await RegisterAsync(host, "acme");
        await EndedRunsAsync(host, Many);
        var (ended, last) = await RetainAsync(host, 12);

        Assert.Equal("""{"tenants":1,"failed":0}""", ended.Output);
        Assert.Equal((RetentionPart.Runs, 1), (last.Step!.Part, last.Done));
        Assert.NotNull(last.Step.After);
        Assert.Equal(0, await CountAsync(host, "runs", "r|") + await CountAsync(host, "runs", "t|") + await CountAsync(host, "run|", ""));
    }

    [Fact]
    public async Task Days_of_a_tenant_beyond_a_generation_are_all_gone_through()
    {
        // Without any budget each step goes through one day.
        await using var host = await OpenAsync(seconds: 0);
        await RegisterAsync(host, "acme");
        var days = Enumerable.Range(0, Many).Select(n => Rows.Day(IngestionHost.Start.AddDays(-n)));
        await host.Get<DayStore>().MarkAsync("acme", "wire/news", days, default);
        var (ended, _) = await RetainAsync(host, 12);

        Assert.Equal("""{"tenants":1,"failed":0}""", ended.Output);
        Assert.Equal(0, await CountAsync(host, "days|", ""));
        var tenant = (await host.Get<IWorkflowClient>().GetAsync(ended.InstanceId + ":acme", default))!;
        Assert.Contains("\"part\":\"Days\"", tenant.Input, StringComparison.Ordinal);
    }
}
