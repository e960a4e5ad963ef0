using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Retention;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Tests.Support;
using Sentiment.Domain.Trends;

namespace Sentiment.Domain.Tests.Retention;

/// <summary>What is old goes, what is not stays, and a recount knows.</summary>
public class RetentionTests
{
    private static readonly DateTimeOffset Noon = IngestionHost.Start.AddDays(-2);
    private static readonly TenantRetention Kept = new(3, 6, 4);

    private static IngestionHost Open(int seconds = 30)
    {
        var host = new IngestionHost { Retention = new() { Raw = 2, Chunks = 8, History = 1, Seconds = seconds } };
        host.Vendor.Pages = request =>
        {
            var symbol = request.Symbols[0];
            return [
                [new($"{symbol}-1", "Headline one", Noon, ["AAPL", "MSFT"]) { Tags = ["Earnings"] }, new("both", "Headline both", Noon.AddHours(1), ["AAPL", "MSFT"]), new($"{symbol}-bad", null, Noon, [symbol])],
                [new($"{symbol}-2", "Headline two", Noon.AddHours(20), ["AAPL", "MSFT"]) { Tags = ["Earnings"] }, new("bad", null, Noon, [symbol])]];
        };
        return host;
    }

    private static async Task DayAsync(IngestionHost host, int days)
    {
        host.Time.Advance(IngestionHost.Start.AddDays(days) - host.Time.GetUtcNow());
        await host.RetainAsync();
        await host.AssertCleanAsync();
    }

    private static async Task<int> CountAsync(IngestionHost host, string prefix, string key = "") =>
        (await host.RowsAsync(prefix)).Count(r => r.Split(' ')[1].StartsWith(key, StringComparison.Ordinal));

    [Fact]
    public async Task Each_kind_goes_when_its_own_days_are_over_and_not_before()
    {
        await using var host = Open();
        await host.RunAsync(Kept, "AAPL", "MSFT");
        var bars = await BarsAsync(host);

        await DayAsync(host, 1);
        Assert.Equal((5, 3, 6), (await CountAsync(host, "items|"), await CountAsync(host, "quarantine|"), await CountAsync(host, "index|", "s|")));
        Assert.Equal((4, 2), (await CountAsync(host, "index|", "g|earnings|"), await CountAsync(host, "days|", "n|")));
        Assert.Equal((0, 6, 6), (await CountAsync(host, "trends|", "p|"), await CountAsync(host, "trends|", "m|"), await CountAsync(host, "trends|", "h|")));
        Assert.Equal(bars, await BarsAsync(host));

        // Published on the 8th and 9th, kept three days: on the 12th the 8th goes.
        await DayAsync(host, 2);
        Assert.Equal((2, 2), (await CountAsync(host, "items|", "AAPL-2") + await CountAsync(host, "items|", "MSFT-2"), await CountAsync(host, "items|", "|removed|")));
        Assert.Equal((2, 1), (await CountAsync(host, "index|", "g|earnings|"), await CountAsync(host, "days|", "n|")));
        Assert.Equal((4, 3, 4), (await CountAsync(host, "items|"), await CountAsync(host, "quarantine|"), (await host.BodiesAsync()).Count));
        Assert.Equal(bars, await BarsAsync(host));

        // Fetched on the 10th: bodies are kept two days, invalid records four.
        await DayAsync(host, 3);
        Assert.Empty(await host.BodiesAsync());
        Assert.Equal(4, (await host.VerifyAsync()).NotRecounted);
        Assert.Equal(2, await CountAsync(host, "items|"));
        Assert.Equal(3, await CountAsync(host, "quarantine|"));
        await DayAsync(host, 5);
        Assert.Equal(2, await CountAsync(host, "quarantine|"));
        Assert.Equal(0, await CountAsync(host, "quarantined|"));
        Assert.Equal(bars[1], (await BarsAsync(host))[1]);
        Assert.Equal(8, (await host.VerifyAsync()).Removed);

        await DayAsync(host, 9);
        Assert.Equal(0, await CountAsync(host, "trends|") + await CountAsync(host, "index|") + await CountAsync(host, "days|"));
        Assert.Equal((0, 0), (await CountAsync(host, "run|"), await CountAsync(host, "pages|")));
        Assert.Equal(0, await CountAsync(host, "runs", "r|") + await CountAsync(host, "runs", "t|") + await CountAsync(host, "runs", "s|"));
        Assert.Equal(0, await CountAsync(host, "items|") + await CountAsync(host, "quarantine|") + await CountAsync(host, "table|", "c|"));
        Assert.Equal(["retention runs", "retention t|acme", "retention w|acme"], (await host.RowsAsync("retention")).Select(r => r[..r.IndexOf(" {", StringComparison.Ordinal)]));
    }

    [Fact]
    public async Task Bars_outlive_their_items_to_the_byte()
    {
        await using var host = Open();
        await host.RunAsync(new(1, 10, 4), "AAPL", "MSFT");
        var bars = await BarsAsync(host);
        await DayAsync(host, 4);
        Assert.Equal(0, await CountAsync(host, "index|"));
        Assert.Equal(bars, await BarsAsync(host));
    }

    [Fact]
    public async Task However_short_the_budget_the_same_is_gone_in_the_end()
    {
        await using var hasty = Open(seconds: 0);
        await using var patient = Open();
        foreach (var host in (IngestionHost[])[hasty, patient])
        {
            await host.RunAsync(Kept, "AAPL", "MSFT");
            foreach (var day in (int[])[1, 3, 5])
            {
                await DayAsync(host, day);
            }
        }

        Assert.Equal(await patient.StateAsync(), await hasty.StateAsync());
    }

    [Fact]
    public async Task Items_of_a_chunk_that_somebody_may_still_be_at_stay_for_now()
    {
        await using var host = Open();
        await host.Get<RetentionStore>().RegisterAsync([host.Tenant("acme", "AAPL") with { Retention = Kept }], host.Time.GetUtcNow(), default);
        var chunk = (await host.PlanAsync(RunRow.IdOf(host.Time.GetUtcNow(), "0123456789"), "acme", ["AAPL"])).Single();
        host.Faults.Before = (name, writes) => name.StartsWith("run|", StringComparison.Ordinal) && writes[0].Data.Span.IndexOf("\"page\":2"u8) >= 0
            ? throw new CrashException() : Task.CompletedTask;
        await Assert.ThrowsAsync<CrashException>(() => host.ProcessAsync(chunk));
        await host.CloseAsync();
        await DayAsync(host, 6);
        Assert.Equal((3, 2), (await CountAsync(host, "items|"), (await host.BodiesAsync()).Count));

        await host.ProcessAsync(chunk);
        host.Time.Advance(ChunkRow.Grace);
        await DayAsync(host, 7);
        Assert.Equal((0, 1), (await CountAsync(host, "index|"), await CountAsync(host, "items|")));
    }

    [Fact]
    public async Task A_run_with_an_abandoned_page_stays_until_all_the_page_may_have_written_is_gone()
    {
        await using var host = Open();
        await host.Get<RetentionStore>().RegisterAsync([host.Tenant("acme", "AAPL") with { Retention = new(20, 20, 20) }], host.Time.GetUtcNow(), default);
        var run = RunRow.IdOf(host.Time.GetUtcNow(), "0123456789");
        var chunk = (await host.PlanAsync(run, "acme", ["AAPL"])).Single();
        host.Faults.Before = (name, writes) => name.StartsWith("run|", StringComparison.Ordinal) && writes[0].Data.Span.IndexOf("\"page\":1"u8) >= 0
            ? throw new CrashException() : Task.CompletedTask;
        await Assert.ThrowsAsync<CrashException>(() => host.ProcessAsync(chunk));
        await host.CloseAsync();
        await host.Get<ChunkFailure>().FailAsync(chunk, "cancelled", FailureKind.Cancelled, default);
        await host.Get<RunStore>().SetStatusAsync(run, WorkStatus.Failed, host.Time.GetUtcNow(), default);

        await DayAsync(host, 12);
        Assert.Equal((1, 5), (await CountAsync(host, "run|", "c|"), (await host.VerifyAsync()).InFlight));
        Assert.Equal(0, await CountAsync(host, "trends|", "s|"));
        await DayAsync(host, 24);
        Assert.Equal((0, 0, 0), (await CountAsync(host, "run|"), await CountAsync(host, "items|"), await CountAsync(host, "trends|")));
    }

    [Fact]
    public async Task A_record_older_than_its_tenant_keeps_items_is_skipped_when_it_is_delivered_again()
    {
        await using var host = Open();
        await host.StartEngineAsync();
        var roster = IngestionHost.Roster(host.Tenant("acme", "AAPL", "MSFT") with { Retention = new(2, null, null) });
        var report = await host.EndAsync(await host.BeginAsync(roster));
        Assert.Equal(5, report.Records.Accepted);
        host.Time.Advance(TimeSpan.FromDays(1));
        await host.RetainAsync();
        Assert.Equal(2, await CountAsync(host, "index|", "t|"));
        report = await host.EndAsync(await host.BeginAsync(roster));
        Assert.Equal((0, 2, 4), (report.Records.Accepted, report.Records.Duplicate - 4, report.Records.Skipped));
    }

    [Fact]
    public async Task The_workflow_does_it_all_once_a_day_and_purges_histories_whose_ids_stay_used()
    {
        await using var host = Open(seconds: 0);
        await host.StartEngineAsync();
        var roster = IngestionHost.Roster(host.Tenant("acme", "AAPL", "MSFT") with { Retention = Kept }, host.Tenant("globex", "AAPL") with { Retention = new(1, 2, 1) });
        var run = await host.BeginAsync(roster);
        await host.EndAsync(run);
        host.Time.Advance(TimeSpan.FromDays(12));
        var workflows = host.Get<Domain.Workflows.IWorkflowClient>();
        var started = await host.Get<RetentionStarter>().StartAsync(host.Time.GetUtcNow(), default);
        Assert.Equal("retention-20300122", started.InstanceId);
        await host.Time.MoveUntilAsync(workflows.WaitForEndAsync(started.InstanceId, default));
        var ended = await host.Get<RetentionStarter>().StartAsync(host.Time.GetUtcNow(), default);
        Assert.Equal("""{"tenants":2,"failed":0}""", ended.Output);
        await host.AssertCleanAsync();
        Assert.Equal(0, await CountAsync(host, "items|") + await CountAsync(host, "index|") + await CountAsync(host, "trends|") + await CountAsync(host, "run|") + await CountAsync(host, "runs"));
        Assert.Null(await workflows.GetAsync(run, default));
        Assert.True((await workflows.StartAsync(nameof(RunWorkflow), null, run, default)).HasEnded);
    }

    [Theory]
    [InlineData("items|", "AAPL-2", "its item is missing")]
    [InlineData("items|", "|removed|", "its ledger says")]
    [InlineData("quarantine|", "id:", "its ledger says")]
    [InlineData("index|", "s|AAPL", "its membership of AAPL is missing")]
    [InlineData("index|", "g|earnings", "its index row of tag 'earnings' is missing")]
    [InlineData("trends|acme|20300109", "m|", "aggregates of acme on 20300109 by the minute")]
    [InlineData("trends|acme|20300109", "h|", "aggregates of acme on 20300109 by the hour")]
    public async Task A_recount_still_names_what_retention_did_not_remove(string partition, string key, string problem)
    {
        await using var host = Open();
        await host.RunAsync(Kept, "AAPL", "MSFT");
        await DayAsync(host, 2);
        var row = (await host.RowsAsync(partition)).First(r => r.Split(' ')[1].StartsWith(key, StringComparison.Ordinal)).Split(' ');
        await host.Tables.WriteAsync(row[0], [TableWrite.Delete(row[1])], default);
        Assert.Contains((await host.VerifyAsync()).Problems, p => p.Contains(problem, StringComparison.Ordinal));
    }

    private static async Task<List<string>> BarsAsync(IngestionHost host)
    {
        var found = new List<string>();
        foreach (var day in (string[])["20300108", "20300109"])
        {
            var buckets = await TrendReader.DayAsync(host.Get<ITableReader>(), "acme", day, null, Grain.Minute, host.Get<ChunkStore>().CommittedAsync, default);
            found.Add(System.Text.Encoding.UTF8.GetString(TrendBytes.Of(buckets)));
        }

        return found;
    }
}
