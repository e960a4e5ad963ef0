using Microsoft.Extensions.Options;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Pages;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Items;
using Sentiment.Domain.Prices;
using Sentiment.Domain.Retention;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tests.Support;
using Sentiment.Domain.Trends;

namespace Sentiment.Domain.Tests.Trends;

public class TrendQueryTests
{
    private static readonly DateTimeOffset Midnight = new(2030, 1, 8, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("1m")]
    [InlineData("5m")]
    [InlineData("15m")]
    [InlineData("30m")]
    [InlineData("1h")]
    [InlineData("2h")]
    [InlineData("1d")]
    public async Task Bars_of_every_resolution_are_what_a_count_of_the_items_gives(string name)
    {
        await using var host = new IngestionHost();
        var items = await FillAsync(host);
        var resolution = Resolution.Find(name)!;
        var (from, to) = (Midnight.AddHours(5), Midnight.AddHours(53));
        foreach (var symbol in (string?[])["AAPL", "MSFT", null])
        {
            var trend = await host.Get<TrendQuery>().ReadAsync("acme", symbol, resolution, from, to, default);
            var first = Bucket.StartOf(Bucket.MinuteOf(from), resolution.Minutes);
            var end = Bucket.StartOf(Bucket.MinuteOf(to.AddTicks(-1)), resolution.Minutes) + resolution.Minutes;
            var expected = items.Where(i => symbol is null || i.Symbols.Contains(symbol))
                .Where(i => Bucket.MinuteOf(i.PublishedAt) >= first && Bucket.MinuteOf(i.PublishedAt) < end)
                .GroupBy(i => Bucket.StartOf(Bucket.MinuteOf(i.PublishedAt), resolution.Minutes)).OrderBy(g => g.Key)
                .Select(g => (g.Key, g.Count(), g.Sum(i => (long)i.Probabilities.Score), g.Min(i => i.Probabilities.Score), g.Max(i => i.Probabilities.Score),
                    g.MinBy(i => (i.PublishedAt, i.Id))!.Probabilities.Score, g.MaxBy(i => (i.PublishedAt, i.Id))!.Probabilities.Score)).ToList();
            Assert.NotEmpty(expected);
            Assert.Equal(expected, trend.Bars.Select(b => (b.Minute, (int)b.Scores!.Count, b.Scores.Sum, b.Scores.Low, b.Scores.High, b.Scores.First!.Score, b.Scores.Last!.Score)));
            Assert.All(trend.Bars, b => Assert.Equal(b.Scores!.Count, b.Sources["wire/news"]));
            Assert.All(trend.Bars, b => Assert.Equal(b.Scores!.Count >= 3, b.Mean is not null));
        }
    }

    [Fact]
    public async Task What_is_not_committed_does_not_count()
    {
        await using var host = new IngestionHost();
        await FillAsync(host);
        var before = await BarsAsync(host);
        var chunk = (await host.PlanAsync("r2", "acme", ["AAPL"])).Single();
        await host.Get<PageCommitter>().CommitAsync(await host.ChunkAsync(chunk), 1, IngestionHost.Start, [Record("late", Midnight.AddHours(6), "AAPL")], isNew: true, default);
        Assert.Equal(before, await BarsAsync(host));

        var stored = (await host.Get<ChunkStore>().GetAsync(chunk, default))!;
        await host.Get<ChunkStore>().SaveAsync(stored.Row with { Page = 1 }, stored.ETag, default);
        Assert.Equal(before.Sum() + 1, (await BarsAsync(host)).Sum());
    }

    [Fact]
    public async Task A_late_item_of_a_day_that_was_folded_counts_and_folded_days_are_read_once()
    {
        await using var host = new IngestionHost();
        await FillAsync(host);
        foreach (var (day, mark) in await host.Get<DayStore>().AllAsync("acme", default))
        {
            var ended = IngestionHost.Start.AddHours(1);
            await host.Get<Compaction>().FoldAsync("acme", day, new PageStandings(host.Get<ChunkStore>(), ended), new TimeBudget(host.Time, 30), default);
            await host.Get<DayStore>().ChangeAsync("acme", day, mark, mark.Row with { IsFolded = true }, default);
        }

        var before = await BarsAsync(host);
        var counted = new CountedReads(host.Get<ITableReader>());
        using var kept = new KeptBars(Options.Create(new TrendOptions()));
        var query = new TrendQuery(
            counted, new(counted, kept), new(counted, host.Get<SourceCatalog>(), kept), host.Get<ChunkStore>(), Options.Create(new TrendOptions()));
        async Task<long> SumAsync() =>
            (await query.ReadAsync("acme", "AAPL", Resolution.Default, Midnight, Midnight.AddDays(3), default)).Bars.Sum(b => b.Scores?.Count ?? 0);
        Assert.Equal(before.Sum(), await SumAsync());

        // The marks, the symbol's series of prices, and the hours of three days.
        Assert.Equal(5, counted.Count);
        Assert.Equal(before.Sum(), await SumAsync());
        Assert.Equal(5 + 2, counted.Count);
        var chunk = (await host.PlanAsync("r2", "acme", ["AAPL"])).Single();
        await CommitAsync(host, chunk, [Record("late", Midnight.AddHours(6), "AAPL")]);
        Assert.Equal(before.Sum() + 1, (await BarsAsync(host)).Sum());
        Assert.Equal(before.Sum() + 1, await SumAsync());
    }

    [Fact]
    public async Task Another_tenants_items_are_not_read()
    {
        await using var host = new IngestionHost();
        await FillAsync(host);
        Assert.Empty((await host.Get<TrendQuery>().ReadAsync("acme2", "AAPL", Resolution.Default, Midnight, Midnight.AddDays(3), default)).Bars);
    }

    [Fact]
    public async Task A_burst_stands_out_and_an_even_stream_does_not()
    {
        await using var host = new IngestionHost();
        var chunk = (await host.PlanAsync("r1", "acme", ["AAPL"])).Single();

        // Four items an hour, the same four; twelve more in the thirtieth hour, and other texts in the fortieth.
        var records = Enumerable.Range(0, 48).SelectMany(hour => Enumerable.Range(0, hour == 30 ? 16 : 4).Select(n =>
            Record($"i{hour}-{n}", Midnight.AddHours(hour).AddMinutes(n), "AAPL", hour == 40 ? "Profit warning" : $"Headline {n % 4}")));
        await CommitAsync(host, chunk, [.. records]);
        var trend = await host.Get<TrendQuery>().ReadAsync("acme", "AAPL", Resolution.Default, Midnight.AddHours(12), Midnight.AddHours(48), default);
        Assert.Equal(
            [(30L, Spikes.Volume), (40L, Spikes.Sentiment)],
            trend.Bars.Where(b => b.Spikes != Spikes.None).Select(b => ((b.Minute - Bucket.MinuteOf(Midnight)) / 60, b.Spikes)));
    }

    [Fact]
    public async Task Prices_stand_beside_scores_joined_to_the_same_bars()
    {
        await using var host = new IngestionHost(ScriptedVendor.Describe(), ScriptedVendor.DescribePrices());
        var chunk = (await host.PlanAsync("r1", "acme", ["AAPL"])).Single();
        await CommitAsync(host, chunk, [Record("a", Midnight.AddMinutes(3), "AAPL")]);
        var prices = host.Get<PriceStore>();
        await prices.RegisterAsync("acme", "wire/prices", ["AAPL"], default);
        await prices.InsertAsync("acme", "wire/prices", Enumerable.Range(0, 24).Select(n => new PriceBar(
            "wire/prices", "AAPL", Midnight.AddMinutes(5 * n), 100 + n, 110 + n, 90 - n, 101 + n, n == 20 ? null : 10, false, "c", 1)), default);

        var trend = await host.Get<TrendQuery>().ReadAsync("acme", "AAPL", Resolution.Default, Midnight, Midnight.AddHours(3), default);
        Assert.Equal("wire/prices", trend.PriceTable);
        Assert.Equal(
            [(0L, 1L, new PriceSpan(100, 121, 79, 112, 120)), (60, 0, new PriceSpan(112, 133, 67, 124, null))],
            trend.Bars.Select(b => (b.Minute - Bucket.MinuteOf(Midnight), b.Scores?.Count ?? 0, b.Price!)));

        // A bar that comes later, of a day that was read before: also where the page is done again and finds it there.
        var later = Midnight.AddMinutes(5 * 24);
        var page = (await host.ChunkAsync(chunk)) with { Table = "wire/prices" };
        var record = new SourceRecord(PriceBar.IdOf("AAPL", later), null, null, later, null, ["AAPL"], default)
        {
            Bar = new(124, 150, 100, 125, 10, true, TimeSpan.FromMinutes(5)),
        };
        foreach (var isNew in (bool[])[true, false])
        {
            var etag = await SeriesAsync(host);
            await host.Get<PriceCommitter>().CommitAsync(page, 1, IngestionHost.Start, [record], isNew, default);
            Assert.NotEqual(etag, await SeriesAsync(host));
            trend = await host.Get<TrendQuery>().ReadAsync("acme", "AAPL", Resolution.Default, Midnight, Midnight.AddHours(3), default);
            Assert.Equal(new PriceSpan(124, 150, 100, 125, 10), trend.Bars[^1].Price);
        }

        // Of five minutes no minutes can be made.
        var minutes = await host.Get<TrendQuery>().ReadAsync("acme", "AAPL", Resolution.All[0], Midnight, Midnight.AddHours(3), default);
        Assert.Equal((null, 1), (minutes.PriceTable, minutes.Bars.Count));
    }

    private static async Task<string> SeriesAsync(IngestionHost host) =>
        (await PriceStore.SeriesAsync(host.Get<ITableReader>(), TableRange.Prefix(PriceStore.SeriesPartition("acme"), ""), default)).Single().ETag;

    private static async Task<List<long>> BarsAsync(IngestionHost host) =>
        [.. (await host.Get<TrendQuery>().ReadAsync("acme", "AAPL", Resolution.Default, Midnight, Midnight.AddDays(3), default)).Bars.Select(b => b.Scores!.Count)];

    private static SourceRecord Record(string id, DateTimeOffset at, string symbol, string title = "Headline") => new(id, title, null, at, null, [symbol], default);

    private static async Task CommitAsync(IngestionHost host, ChunkId chunk, IReadOnlyList<SourceRecord> records)
    {
        await host.Get<PageCommitter>().CommitAsync(await host.ChunkAsync(chunk), 1, IngestionHost.Start, records, isNew: true, default);
        var stored = (await host.Get<ChunkStore>().GetAsync(chunk, default))!;
        await host.Get<ChunkStore>().SaveAsync(stored.Row with { Page = 1, Status = WorkStatus.Completed, EndedAt = host.Time.GetUtcNow() }, stored.ETag, default);
    }

    /// <summary>Three days of items of two symbols, some close together, some alone.</summary>
    private static async Task<List<Item>> FillAsync(IngestionHost host)
    {
        var chunks = await host.PlanAsync("r1", "acme", ["AAPL"], ["MSFT"]);
        var all = new List<SourceRecord>();
        foreach (var (chunk, symbol, step) in new[] { (chunks[0], "AAPL", 7), (chunks[1], "MSFT", 41) })
        {
            List<SourceRecord> records = [.. Enumerable.Range(0, 60 * 60 / step).Select(n => Record($"{symbol}{n}", Midnight.AddMinutes(n * step).AddSeconds(n % 3), symbol, $"{symbol} {n % 17}"))];
            await CommitAsync(host, chunk, records);
            all.AddRange(records);
        }

        return [.. (await host.Get<ItemStore>().KnownAsync("acme", "wire/news", all.Select(r => r.SourceId!), default)).Values.Select(s => s.Row)];
    }
}
