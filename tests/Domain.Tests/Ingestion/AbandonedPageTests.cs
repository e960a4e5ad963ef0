using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tests.Support;
using Sentiment.Domain.Trends;

namespace Sentiment.Domain.Tests.Ingestion;

/// <summary>A run is cancelled after any write of a page; a later run makes the page's rows its own.</summary>
public class AbandonedPageTests
{
    private static readonly DateTimeOffset Noon = IngestionHost.Start.AddDays(-1);

    private static IngestionHost Open()
    {
        var host = new IngestionHost();
        host.Vendor.Pages = request => [[
            new("a", "Headline a", Noon, ["AAPL", "MSFT"]) { Tags = ["Earnings", "Tech"] }, new("b", "Headline b", Noon.AddHours(20), ["AAPL"]) { Tags = ["Tech"] },
            new("bad", null, Noon, ["AAPL"])]];
        return host;
    }

    private static async Task AbandonAsync(IngestionHost host, int write, params string[] symbols)
    {
        var chunk = (await host.PlanAsync("r1", "acme", symbols)).Single();
        host.Faults.CrashAt = host.Faults.Writes + write;
        await Assert.ThrowsAsync<CrashException>(() => host.ProcessAsync(chunk));
        await host.CloseAsync();
        await host.Get<ChunkFailure>().FailAsync(chunk, "cancelled", FailureKind.Cancelled, default);
        await host.Get<RunStore>().SetStatusAsync("r1", WorkStatus.Failed, host.Time.GetUtcNow(), default);
        await host.AssertCleanAsync();
    }

    private static async Task<ChunkRow> LaterAsync(IngestionHost host, params string[] symbols)
    {
        var chunk = (await host.PlanAsync("r2", "acme", symbols)).Single();
        Assert.Equal(ChunkResult.Done, (await host.ProcessAsync(chunk)).Result);
        return await host.ChunkAsync(chunk);
    }

    [Fact]
    public async Task A_later_run_makes_the_rows_of_an_abandoned_page_its_own_whichever_write_was_the_last()
    {
        int writes;
        await using (var undisturbed = Open())
        {
            var chunk = (await undisturbed.PlanAsync("r1", "acme", ["AAPL", "MSFT"])).Single();
            var before = undisturbed.Faults.Writes;
            await undisturbed.ProcessAsync(chunk);
            writes = undisturbed.Faults.Writes - before;
        }

        var inFlight = 0L;

        // The last two are the checkpoint and the end: from there on the page is not abandoned.
        for (var write = 1; write <= writes - 1; write++)
        {
            await using var host = Open();
            await AbandonAsync(host, write, "AAPL", "MSFT");
            inFlight = Math.Max(inFlight, (await host.VerifyAsync()).InFlight);
            Assert.Equal(new Ledger(2, 0, 1, 0), (await LaterAsync(host, "AAPL", "MSFT")).Ledger);
            var findings = await host.VerifyAsync();
            Assert.Empty(findings.Problems);
            Assert.Equal((2, 3, 1, 0), (findings.Items, findings.Memberships, findings.Quarantined, findings.InFlight));
            Assert.Equal(3, await CountAsync(host));
            var index = await host.RowsAsync("index|");
            Assert.Equal((3, 8), (index.Count(r => r.Contains(" g|", StringComparison.Ordinal)), index.Count(r => r.Contains("\"chunk\":\"r2|", StringComparison.Ordinal))));
        }

        Assert.Equal(6, inFlight);
    }

    [Fact]
    public async Task A_row_taken_over_is_not_taken_again_by_a_third_run()
    {
        await using var host = Open();
        await AbandonAsync(host, 10, "AAPL", "MSFT");
        await LaterAsync(host, "AAPL", "MSFT");
        var chunk = (await host.PlanAsync("r3", "acme", ["AAPL", "MSFT"])).Single();
        await host.ProcessAsync(chunk);
        Assert.Equal(new Ledger(0, 3, 0, 0), (await host.ChunkAsync(chunk)).Ledger);
        await host.AssertCleanAsync();
    }

    [Fact]
    public async Task A_crash_at_any_write_of_the_run_that_takes_rows_over_loses_and_repeats_nothing()
    {
        for (var crash = 1; ; crash++)
        {
            await using var host = Open();
            await AbandonAsync(host, 10, "AAPL", "MSFT");
            var chunk = (await host.PlanAsync("r2", "acme", ["AAPL", "MSFT"])).Single();
            host.Faults.CrashAt = host.Faults.Writes + crash;
            try
            {
                await host.ProcessAsync(chunk);
                Assert.InRange(crash, 10, 40);
                break;
            }
            catch (CrashException)
            {
                await host.CloseAsync();
            }

            await host.AssertCleanAsync();
            await host.ProcessAsync(chunk);
            Assert.Equal(new Ledger(2, 0, 1, 0), (await host.ChunkAsync(chunk)).Ledger);
            var findings = await host.VerifyAsync();
            Assert.Empty(findings.Problems);
            Assert.Equal((2, 3, 1, 0), (findings.Items, findings.Memberships, findings.Quarantined, findings.InFlight));
        }
    }

    [Fact]
    public async Task A_record_that_has_changed_since_an_abandoned_page_leaves_the_recount_clean()
    {
        await using var host = Open();
        await AbandonAsync(host, 10, "AAPL", "MSFT");
        host.Vendor.Pages = _ => [[new("a", "Corrected a", Noon.AddMinutes(1), ["AAPL", "MSFT"]), new("b", "Headline b", Noon.AddHours(20), ["AAPL"])]];
        Assert.Equal(2, (await LaterAsync(host, "AAPL", "MSFT")).Ledger.Accepted);
        await host.AssertCleanAsync();
    }

    [Fact]
    public async Task A_cancelled_run_on_the_engine_leaves_a_page_that_the_next_one_takes_over()
    {
        await using var host = Open();
        await host.StartEngineAsync();
        var gate = new Gate();
        host.Faults.Before = (name, _) => name.StartsWith("trends|", StringComparison.Ordinal) && !gate.IsOpen ? gate.PassAsync(default) : Task.CompletedTask;
        var roster = IngestionHost.Roster(host.Tenant("acme", "AAPL", "MSFT"));
        var first = await host.BeginAsync(roster, request: new([], [], Noon.AddDays(-1), null));
        await gate.ReachedAsync();
        await host.Get<RunStarter>().CancelAsync(first, "not wanted", default);
        gate.Open();
        host.Time.Advance(TimeSpan.FromSeconds(1));
        var report = await host.EndAsync(await host.BeginAsync(roster));
        Assert.Equal((WorkStatus.Completed, 2L), (report.Run.Status, report.Records.Accepted));
        Assert.Equal(0, (await host.VerifyAsync()).InFlight);
    }

    private static async Task<long> CountAsync(IngestionHost host)
    {
        var sum = 0L;
        foreach (var day in new[] { Noon, Noon.AddDays(1) })
        {
            var buckets = await TrendReader.DayAsync(host.Get<ITableReader>(), "acme", Rows.Day(day), null, Grain.Minute, host.Get<ChunkStore>().CommittedAsync, default);
            sum += buckets.Where(b => b.Key.Symbol != TrendStore.AllItems).Sum(b => b.Value.Count);
        }

        return sum;
    }
}
