using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Tests.Support;
using static Sentiment.Domain.Tests.Prices.PriceHost;

namespace Sentiment.Domain.Tests.Prices;

/// <summary>The process ends at every single write of prices in turn; what is there in the end is as if it had not.</summary>
public class PriceEveryWriteTests
{
    private static readonly string[][] Symbols = [["AAPL"], ["MSFT"]];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_crash_at_any_write_leaves_what_would_have_been_there_without_it(bool afterwards)
    {
        IReadOnlyList<string> expected;
        int writes;
        await using (var undisturbed = Open(Everything))
        {
            await undisturbed.PlanAsync("r1", "acme", Symbols);
            var before = undisturbed.Faults.Writes;
            await WorkAsync(undisturbed);
            (expected, writes) = (await undisturbed.RowsAsync(), undisturbed.Faults.Writes - before);
        }

        Assert.InRange(writes, 25, 60);
        Assert.Equal(12, expected.Count(r => r.StartsWith("prices|", StringComparison.Ordinal)));
        for (var crash = 1; crash <= writes; crash++)
        {
            await using var host = Open(Everything);
            await host.PlanAsync("r1", "acme", Symbols);
            (host.Faults.CrashAt, host.Faults.Afterwards) = (host.Faults.Writes + crash, afterwards);
            await Assert.ThrowsAsync<CrashException>(() => WorkAsync(host));
            await host.CloseAsync();
            await AssertCleanAsync(host, crash);
            await WorkAsync(host);
            await AssertCleanAsync(host, crash);
            Assert.Equal(expected, await host.RowsAsync());
        }
    }

    [Fact]
    public async Task A_later_run_makes_the_bars_of_an_abandoned_page_its_own_whichever_write_was_the_last()
    {
        var inFlight = 0L;
        for (var write = 1; ; write++)
        {
            var factor = 1m;
            await using var host = Open(_ => [[Told.Price("AAPL", Noon, 100 * factor), Told.Price("AAPL", Noon.AddHours(1), 120 * factor), Told.Price("AAPL", Noon.AddHours(2), -1)]]);
            var chunk = (await host.PlanAsync("r1", "acme", ["AAPL"])).Single();
            host.Faults.CrashAt = host.Faults.Writes + write;
            await Assert.ThrowsAsync<CrashException>(() => host.ProcessAsync(chunk));
            await host.CloseAsync();
            var isCommitted = (await host.ChunkAsync(chunk)).Page == 1;
            await host.Get<ChunkFailure>().FailAsync(chunk, "cancelled", FailureKind.Cancelled, default);
            await host.Get<RunStore>().SetStatusAsync("r1", WorkStatus.Failed, host.Time.GetUtcNow(), default);
            await host.AssertCleanAsync();
            if (isCommitted)
            {
                Assert.InRange(write, 7, 12);
                break;
            }

            // The page never counted: what the vendor says by now is what stands.
            factor = 2;
            inFlight = Math.Max(inFlight, (await host.VerifyAsync()).InFlight);
            chunk = (await host.PlanAsync("r2", "acme", ["AAPL"])).Single();
            Assert.Equal(ChunkResult.Done, (await host.ProcessAsync(chunk)).Result);
            Assert.Equal(new Ledger(2, 0, 1, 0), (await host.ChunkAsync(chunk)).Ledger);
            Assert.Equal(["1 240!", "0 200"], await host.LinesAsync());
            var findings = await host.VerifyAsync();
            Assert.Empty(findings.Problems);
            Assert.Equal((2, 1, 0), (findings.Bars, findings.Quarantined, findings.InFlight));
        }

        Assert.Equal(3, inFlight);
    }

    private static async Task WorkAsync(IngestionHost host)
    {
        foreach (var number in (int[])[1, 2])
        {
            Assert.Equal(ChunkResult.Done, (await host.ProcessAsync(new("r1", "acme", Table, number))).Result);
        }
    }

    private static async Task AssertCleanAsync(IngestionHost host, int crash)
    {
        var problems = (await host.VerifyAsync()).Problems;
        Assert.True(problems.Count == 0, $"After a crash at write {crash}: {string.Join('\n', problems)}");
    }
}
