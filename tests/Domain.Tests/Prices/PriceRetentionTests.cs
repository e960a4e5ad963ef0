using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Tests.Support;
using static Sentiment.Domain.Tests.Prices.PriceHost;

namespace Sentiment.Domain.Tests.Prices;

/// <summary>Old bars go, and a recount knows.</summary>
public class PriceRetentionTests
{
    private static readonly TenantRetention Kept = new(3, 6, 4);

    // A bar every ten minutes for two days: more than a step of each symbol.
    private static async Task<IngestionHost> OpenAsync(int seconds = 30)
    {
        var host = Open(r => [[.. Enumerable.Range(0, 280).Select(i => Told.Price(r.Symbols[0], Noon.AddMinutes(10 * i), 100 + (i % 7 * 3)))]]);
        host.Retention = new() { Raw = 2, Chunks = 8, History = 1, Seconds = seconds };
        await host.RunAsync(Kept, "AAPL", "MSFT");
        return host;
    }

    private static async Task DayAsync(IngestionHost host, int days)
    {
        host.Time.Advance(IngestionHost.Start.AddDays(days) - host.Time.GetUtcNow());
        await host.RetainAsync();
        await host.AssertCleanAsync();
    }

    private static async Task<int> CountAsync(IngestionHost host) =>
        (await host.RowsAsync("prices|")).Count(r => !r.Contains("|removed|", StringComparison.Ordinal));

    [Fact]
    public async Task Bars_go_when_their_days_are_over_and_not_before()
    {
        await using var host = await OpenAsync();
        await DayAsync(host, 1);
        Assert.Equal(560, await CountAsync(host));

        // Kept three days: on the 12th those of the 8th go.
        await DayAsync(host, 2);
        Assert.Equal(2 * (280 - 72), await CountAsync(host));
        Assert.All(await host.BarsAsync(), b => Assert.True(b.Time >= Noon.AddHours(12)));
        Assert.Equal(144, (await host.VerifyAsync()).Removed);
        await DayAsync(host, 4);
        Assert.Equal(0, await CountAsync(host));
        Assert.Equal(560, (await host.VerifyAsync()).Removed);

        // The runs went, and what counted their bars with them.
        await DayAsync(host, 9);
        Assert.Empty(await host.RowsAsync("prices|", "run|", "pages|"));
    }

    [Fact]
    public async Task However_short_the_budget_the_same_is_gone_in_the_end()
    {
        await using var hasty = await OpenAsync(seconds: 0);
        await using var patient = await OpenAsync();
        foreach (var host in (IngestionHost[])[hasty, patient])
        {
            await DayAsync(host, 2);
            await DayAsync(host, 3);
        }

        Assert.Equal(await patient.StateAsync(), await hasty.StateAsync());
    }

    [Fact]
    public async Task A_crash_at_any_write_and_another_try_leave_what_one_try_would_have()
    {
        IReadOnlyList<string> expected;
        int writes;
        await using (var undisturbed = await OpenAsync())
        {
            undisturbed.Time.Advance(TimeSpan.FromDays(2));
            var before = undisturbed.Faults.Writes;
            await undisturbed.RetainAsync();
            (expected, writes) = (await undisturbed.StateAsync(), undisturbed.Faults.Writes - before);
        }

        Assert.InRange(writes, 5, 20);
        for (var crash = 1; crash <= 2 * writes; crash++)
        {
            await using var host = await OpenAsync();
            host.Time.Advance(TimeSpan.FromDays(2));
            (host.Faults.CrashAt, host.Faults.Afterwards) = (host.Faults.Writes + ((crash + 1) / 2), crash % 2 == 0);
            await Assert.ThrowsAsync<CrashException>(host.RetainAsync);
            await host.CloseAsync();
            await host.AssertCleanAsync();
            await host.RetainAsync();
            await host.AssertCleanAsync();
            Assert.Equal(expected, await host.StateAsync());
        }
    }

    [Theory]
    [InlineData("prices|acme|", "AAPL|", "is no bar")]
    [InlineData("prices|acme|", "AAPL|", "its ledger says")]
    [InlineData("prices|acme|", "|removed|", "its ledger says")]
    public async Task A_recount_still_names_what_retention_did_not_remove(string partition, string key, string problem)
    {
        await using var host = await OpenAsync();
        await DayAsync(host, 2);
        var row = (await host.RowsAsync(partition)).First(r => r.Split(' ')[1].StartsWith(key, StringComparison.Ordinal)).Split(' ');
        await host.Tables.WriteAsync(row[0], [TableWrite.Delete(row[1])], default);
        Assert.Contains((await host.VerifyAsync()).Problems, p => p.Contains(problem, StringComparison.Ordinal));
    }
}
