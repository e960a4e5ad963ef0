using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Metrics;
using Sentiment.Domain.Scoring;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tests.Support;

namespace Sentiment.Domain.Tests.Metrics;

public class MetricsTests
{
    private static readonly DateTimeOffset Now = IngestionHost.Start;

    private static Task<TenantMetrics> ReadAsync(IngestionHost host, params string[] symbols) =>
        host.Get<TenantMetricsReader>().ReadAsync(host.Tenant("acme", symbols), default);

    [Fact]
    public async Task Before_the_first_run_there_is_nothing_and_nothing_fails()
    {
        await using var host = new IngestionHost();
        var metrics = await ReadAsync(host, "AAPL");
        Assert.Equal((null, LabelTotals.None, 0L, 0L, null), (metrics.CountedAt, metrics.Totals, metrics.LastHour, metrics.LastDay, metrics.LastRun));
        Assert.Equal(["wire/news"], metrics.Sources.Select(s => s.Table));
    }

    [Fact]
    public async Task A_run_leaves_what_a_count_of_its_items_gives()
    {
        await using var host = new IngestionHost();
        string[] symbols = ["AAPL", "MSFT"];
        var all = Enumerable.Range(0, 200).Select(n => new Told($"i{n}", $"Headline {n}", Now.AddMinutes(-1 - (n * 17)), [symbols[n % 2]])).ToList();
        host.Vendor.Pages = request => [[.. all.Where(t => t.Symbols[0] == request.Symbols[0])]];
        await host.StartEngineAsync();
        var run = await host.BeginAsync(IngestionHost.Roster(host.Tenant("acme", symbols)));
        await host.EndAsync(run);

        var metrics = await ReadAsync(host, symbols);
        var scores = all.ConvertAll(t => (At: t.Published!.Value, Symbol: t.Symbols[0], Scored: host.Scorer.Score(t.Title!)));
        Assert.Equal(
            (200L, scores.LongCount(s => s.Scored.Label == SentimentLabel.Positive), scores.LongCount(s => s.Scored.Label == SentimentLabel.Negative), scores.Sum(s => (long)s.Scored.Score)),
            (metrics.Totals.Count, metrics.Totals.Positive, metrics.Totals.Negative, metrics.Totals.Sum));
        Assert.Equal((4L, 85L, 2), (metrics.LastHour, metrics.LastDay, metrics.Symbols));
        Assert.Equal((run, WorkStatus.Completed, 200L, Now), (metrics.LastRun!.Run, metrics.LastRun.Status, metrics.LastRun.Accepted, metrics.LastRun.EndedAt));
        Assert.Equal([("wire/news", (DateTimeOffset?)Now)], metrics.Sources.Select(s => (s.Table, s.CoveredTo)));

        // At noon: the hours from 13:00 of yesterday on, against the 24 before.
        var split = Now.AddHours(-23);
        var expected = symbols.Select(symbol =>
        {
            var own = scores.Where(s => s.Symbol == symbol && s.At >= split.AddDays(-1)).ToList();
            long Sum(bool isNow) => own.Where(s => s.At >= split == isNow).Sum(s => (long)s.Scored.Score);
            long Count(bool isNow) => own.LongCount(s => s.At >= split == isNow);
            return new Mover(symbol, Sum(true) / Count(true), Count(true), Sum(false) / Count(false), Count(false));
        }).OrderByDescending(m => Math.Abs(m.Mean - m.MeanBefore));
        Assert.Equal(expected, metrics.Movers);
    }

    [Fact]
    public async Task Late_items_of_old_days_are_counted_and_days_that_nothing_touched_are_not_read_again()
    {
        await using var host = new IngestionHost();
        var told = new List<Told> { new("a", "One", Now.AddDays(-3), ["AAPL"]), new("b", "Two", Now.AddDays(-1), ["AAPL"]) };
        host.Vendor.Pages = _ => [[.. told]];
        await host.StartEngineAsync();
        var roster = IngestionHost.Roster(host.Tenant("acme", "AAPL"));
        await host.EndAsync(await host.BeginAsync(roster));
        Assert.Equal(2, (await ReadAsync(host, "AAPL")).Totals.Count);
        told.Add(new("c", "Three", Now.AddDays(-3).AddHours(1), ["AAPL"]));
        host.Time.Advance(TimeSpan.FromHours(1));
        await host.EndAsync(await host.BeginAsync(roster));
        Assert.Equal(3, (await ReadAsync(host, "AAPL")).Totals.Count);

        // What a day is said to have is believed as long as no page marks it: so a change by hand shows whether it was read.
        host.Time.Advance(TimeSpan.FromHours(1));
        await host.Get<MetricsStore>().ChangeAsync("acme", row =>
        {
            row!.Days["20300109"] = new(100, 0, 0, 0);
            return Task.FromResult<MetricsRow?>(row);
        }, default);
        told.Add(new("d", "Four", Now.AddDays(-3).AddHours(2), ["AAPL"]));
        await host.EndAsync(await host.BeginAsync(roster));
        Assert.Equal(103, (await ReadAsync(host, "AAPL")).Totals.Count);
        told.Add(new("e", "Five", Now.AddDays(-1).AddHours(1), ["AAPL"]));
        host.Time.Advance(TimeSpan.FromHours(1));
        await host.EndAsync(await host.BeginAsync(roster));
        Assert.Equal(5, (await ReadAsync(host, "AAPL")).Totals.Count);
    }

    [Fact]
    public async Task Rates_count_down_while_nothing_comes()
    {
        await using var host = new IngestionHost();
        host.Vendor.Pages = _ => [[new("a", "One", Now.AddMinutes(-30), ["AAPL"]), new("b", "Two", Now.AddMinutes(-90), ["AAPL"])]];
        await host.StartEngineAsync();
        await host.EndAsync(await host.BeginAsync(IngestionHost.Roster(host.Tenant("acme", "AAPL"))));
        Assert.Equal((1L, 2L), (await RatesAsync(host)));
        host.Time.Advance(TimeSpan.FromMinutes(31));
        Assert.Equal((0L, 2L), (await RatesAsync(host)));
        host.Time.Advance(TimeSpan.FromHours(22));
        Assert.Equal((0L, 1L), (await RatesAsync(host)));

        static async Task<(long, long)> RatesAsync(IngestionHost host)
        {
            var metrics = await ReadAsync(host, "AAPL");
            return (metrics.LastHour, metrics.LastDay);
        }
    }

    [Fact]
    public async Task A_read_is_one_row_and_one_look_at_the_ledgers()
    {
        await using var host = new IngestionHost();
        await host.StartEngineAsync();
        await host.EndAsync(await host.BeginAsync(IngestionHost.Roster(host.Tenant("acme", "AAPL"))));
        var counted = new CountedReads(host.Get<ITableReader>());
        Assert.NotNull((await new TenantMetricsReader(counted, host.Get<SourceCatalog>(), host.Secrets, host.Time).ReadAsync(host.Tenant("acme", "AAPL"), default)).LastRun);
        Assert.Equal(2, counted.Count);
    }

    [Fact]
    public async Task A_run_that_brings_nothing_new_says_how_far_its_sources_are_known()
    {
        await using var host = new IngestionHost();
        host.Vendor.Pages = _ => [[new("a", "One", Now.AddMinutes(-30), ["AAPL"])]];
        await host.StartEngineAsync();
        var roster = IngestionHost.Roster(host.Tenant("acme", "AAPL"));
        await host.EndAsync(await host.BeginAsync(roster));
        host.Time.Advance(TimeSpan.FromHours(2));
        await host.EndAsync(await host.BeginAsync(roster));
        var metrics = await ReadAsync(host, "AAPL");
        Assert.Equal((Now, Now.AddHours(2), 0L), (metrics.CountedAt!.Value, metrics.LastRun!.EndedAt, metrics.LastRun.Accepted));
        Assert.Equal(Now.AddHours(2), Assert.Single(metrics.Sources).CoveredTo);
    }
}
