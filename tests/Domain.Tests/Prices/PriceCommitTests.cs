using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Tests.Support;
using static Sentiment.Domain.Tests.Prices.PriceHost;

namespace Sentiment.Domain.Tests.Prices;

public class PriceCommitTests
{
    private static async Task<ChunkRow> RunAsync(IngestionHost host, string run = "r1")
    {
        var chunk = (await host.PlanAsync(run, "acme", ["AAPL"])).Single();
        Assert.Equal(ChunkResult.Done, (await host.ProcessAsync(chunk)).Result);
        return await host.ChunkAsync(chunk);
    }

    [Fact]
    public async Task Every_bar_of_a_page_is_in_the_ledger_once_and_jumps_are_marked()
    {
        await using var host = Open(Everything);
        var chunk = await RunAsync(host);

        // Two lie outside the window, one has no date, one a negative low, one a negative volume, one is running.
        Assert.Equal(new Ledger(6, 2, 3, 3), chunk.Ledger);
        Assert.Equal(new Dictionary<string, long> { ["date"] = 1, ["low"] = 1, ["volume"] = 1 }, chunk.Reasons);
        Assert.Equal(["23 151.25", "22 150!", "20 121!", "3 120!", "1 100", "0 99"], await host.LinesAsync());
        Assert.Equal(6, (await host.VerifyAsync()).Bars);
        await host.AssertCleanAsync();
        Assert.Empty(await host.RowsAsync("items|", "index|", "trends|", "days|"));
    }

    [Fact]
    public async Task A_bar_is_stored_exactly_as_the_vendor_wrote_it()
    {
        await using var host = Open(_ => [[Told.Price("AAPL", Noon, 1.1m, null), Told.Price("AAPL", Noon.AddHours(1), 123456789012345678.123456789m, 0.30m)]]);
        await RunAsync(host);
        var bars = await host.BarsAsync();
        Assert.Equal(("wire/prices", "AAPL", Noon.AddHours(1), 123456789012345678.123456789m, 0.30m, true), (bars[0].Table, bars[0].Symbol, bars[0].Time, bars[0].Close, bars[0].Volume, bars[0].IsSuspicious));
        Assert.Equal((1.1m, 2.1m, 0.1m, null), (bars[1].Open, bars[1].High, bars[1].Low, bars[1].Volume));
    }

    [Fact]
    public async Task The_first_version_of_a_bar_stands()
    {
        var version = 0;
        await using var host = Open(_ => [[Told.Price("AAPL", Noon, 100 + version)]]);
        await RunAsync(host);
        version = 1;
        Assert.Equal(new Ledger(0, 1, 0, 0), (await RunAsync(host, "r2")).Ledger);
        Assert.Equal(["0 100"], await host.LinesAsync());
        await host.AssertCleanAsync();
    }

    [Fact]
    public async Task The_first_bar_of_a_page_is_compared_with_the_last_one_stored_before_it()
    {
        var (hours, close) = (0, 100m);
        await using var host = Open(_ => [[Told.Price("AAPL", Noon.AddHours(hours), close)]]);
        await RunAsync(host);
        (hours, close) = (5, 120m);
        await RunAsync(host, "r2");
        (hours, close) = (3, 105m);
        await RunAsync(host, "r3");
        (hours, close) = (9, 108m);
        await RunAsync(host, "r4");
        Assert.Equal(["9 108", "5 120!", "3 105", "0 100"], await host.LinesAsync());
        await host.AssertCleanAsync();
    }

    [Fact]
    public async Task Bars_outside_the_window_are_compared_with_and_invalid_ones_are_not()
    {
        await using var host = Open(_ => [[Told.Price("AAPL", IngestionHost.Start.AddDays(-7).AddHours(-1), 50), Told.Price("AAPL", Noon, 60), Told.Price("AAPL", Noon.AddHours(1), 0), Told.Price("AAPL", Noon.AddHours(2), 61)]]);
        Assert.Equal(new Ledger(2, 0, 1, 1), (await RunAsync(host)).Ledger);
        Assert.Equal(["2 61", "0 60!"], await host.LinesAsync());
    }

    [Fact]
    public async Task A_running_bar_is_left_to_a_later_run_which_stores_it_whole()
    {
        var close = 100m;
        await using var host = Open(_ => [[Told.Price("AAPL", IngestionHost.Start.AddMinutes(-1), close)]]);
        await host.StartEngineAsync();
        var roster = IngestionHost.Roster(host.Tenant("acme", "AAPL"));
        Assert.Equal(new Ledger(0, 0, 0, 1), (await host.EndAsync(await host.BeginAsync(roster))).Records);
        host.Time.Advance(TimeSpan.FromMinutes(5));
        close = 101m;
        Assert.Equal(new Ledger(1, 0, 0, 0), (await host.EndAsync(await host.BeginAsync(roster))).Records);
        Assert.Equal(101m, (await host.BarsAsync()).Single().Close);
        host.Time.Advance(TimeSpan.FromMinutes(5));
        close = 102m;
        var report = await host.EndAsync(await host.BeginAsync(roster));
        Assert.Equal((WorkStatus.Completed, new Ledger(0, 1, 0, 0)), (report.Run.Status, report.Records));
        Assert.Equal(101m, (await host.BarsAsync()).Single().Close);
    }

    [Fact]
    public async Task A_bar_older_than_its_tenant_keeps_items_is_skipped()
    {
        await using var host = Open(Everything);
        await host.StartEngineAsync();
        var report = await host.EndAsync(await host.BeginAsync(IngestionHost.Roster(host.Tenant("acme", "AAPL") with { Retention = new(1, null, null) })));
        Assert.Equal(3, report.Records.Accepted);
        Assert.Equal(["23 151.25", "22 150!", "20 121!"], await host.LinesAsync());
    }

    [Fact]
    public async Task A_symbol_with_any_character_keeps_its_bars_apart()
    {
        var symbols = (string[])["A", "A.B", "A/B", "A^B", "A=B", "A-B"];
        await using var host = Open(request => [[Told.Price(request.Symbols[0], Noon, 100 + Array.IndexOf(symbols, request.Symbols[0]))]]);
        foreach (var chunk in await host.PlanAsync("r1", "acme", [.. symbols.Select(s => new[] { s })]))
        {
            await host.ProcessAsync(chunk);
        }

        foreach (var symbol in symbols)
        {
            Assert.Equal([FormattableString.Invariant($"0 {100 + Array.IndexOf(symbols, symbol)}")], await host.LinesAsync(symbol));
        }

        await host.AssertCleanAsync();
    }
}
