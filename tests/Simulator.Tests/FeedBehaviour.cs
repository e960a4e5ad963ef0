using static Sentiment.Simulator.Tests.Records;

namespace Sentiment.Simulator.Tests;

public sealed class FeedBehaviour
{
    private static readonly SimulatorOptions Large = RunningSimulator.Small with { ItemsPerSymbol = 20_000 };

    [Fact]
    public async Task The_same_seed_serves_the_same_bytes_whatever_was_asked_before()
    {
        await using var one = await RunningSimulator.Start();
        await using var two = await RunningSimulator.Start();
        await two.TiingoPage("tickers=MSFT,AAPL");
        two.Time.Advance(TimeSpan.FromDays(3));
        await two.TiingoPage("tickers=MSFT,GOOGL");
        one.Time.Advance(TimeSpan.FromDays(3));

        Assert.Equal(
            await (await one.Tiingo("tickers=AAPL,MSFT&limit=1000")).Content.ReadAsByteArrayAsync(),
            await (await two.Tiingo("tickers=AAPL,MSFT&limit=1000")).Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Another_seed_serves_another_feed()
    {
        await using var one = await RunningSimulator.Start();
        await using var two = await RunningSimulator.Start(RunningSimulator.Small with { Seed = 8 });

        Assert.Empty((await one.TiingoPage("tickers=AAPL")).Select(Hash).Intersect((await two.TiingoPage("tickers=AAPL")).Select(Hash)));
    }

    [Fact]
    public async Task History_has_the_exact_count_asked_for()
    {
        await using var simulator = await RunningSimulator.Start(Large);
        var truth = await simulator.Truth("vendor=tiingo&symbols=S0042");

        Assert.Equal(20_000, truth.Counts.Items + truth.Counts.Bad);
    }

    [Fact]
    public async Task The_feed_grows_with_the_clock_at_the_configured_rate()
    {
        await using var simulator = await RunningSimulator.Start(RunningSimulator.Small with { BadShare = 0, ItemsPerSymbolPerDay = 48 });
        simulator.Time.Advance(TimeSpan.FromDays(5));
        var grown = (await simulator.Truth("vendor=tiingo&symbols=AAPL")).Counts.Items;

        Assert.InRange(grown, 300 + 239, 300 + 241);
    }

    [Fact]
    public async Task An_earlier_clock_sees_the_earlier_feed()
    {
        await using var simulator = await RunningSimulator.Start();
        var before = await simulator.Truth("vendor=tiingo&symbols=AAPL");
        simulator.Time.Advance(TimeSpan.FromDays(5));
        await simulator.TiingoPage("tickers=AAPL");
        var asOfThen = await simulator.Truth("vendor=tiingo&symbols=AAPL&now=2026-11-01T00:00:00Z");

        Assert.Equal(before.Items.Select(item => item.Id), asOfThen.Items.Select(item => item.Id));
    }

    [Theory]
    [InlineData("AAPL", "MSFT", "GOOGL")]
    [InlineData("S0002", "S0003", "S0004")]
    public async Task About_a_tenth_of_a_symbols_records_stand_under_several_symbols(params string[] symbols)
    {
        await using var simulator = await RunningSimulator.Start(Large);
        var truth = await simulator.Truth($"vendor=tiingo&symbols={string.Join(',', symbols)}");
        foreach (var symbol in symbols)
        {
            var own = truth.Items.Where(item => item.Symbols.Contains(symbol)).ToList();
            Assert.InRange(own.Count(item => item.Symbols.Length > 1) / (double)own.Count, 0.08, 0.12);
        }

        Assert.Equal(truth.Items.Sum(item => item.Symbols.Length), truth.Counts.Memberships);
        Assert.Equal(truth.Items.Length, truth.Items.Select(item => item.Id).Distinct().Count());
    }

    [Fact]
    public async Task A_shared_record_has_the_same_id_and_text_under_each_symbol()
    {
        await using var simulator = await RunningSimulator.Start();
        var both = (await simulator.Truth("vendor=tiingo&symbols=AAPL,MSFT")).Items.Where(item => item.Symbols.Length == 2).ToList();
        var apple = (await simulator.Truth("vendor=tiingo&symbols=AAPL")).Items.ToDictionary(item => item.Id);
        var microsoft = (await simulator.Truth("vendor=tiingo&symbols=MSFT")).Items.ToDictionary(item => item.Id);

        Assert.NotEmpty(both);
        Assert.All(both, item => Assert.Equal(apple[item.Id].Title, microsoft[item.Id].Title));
    }

    [Fact]
    public async Task A_few_records_are_back_dated_and_fewer_beyond_three_days()
    {
        await using var simulator = await RunningSimulator.Start(Large);
        var delays = (await simulator.Truth("vendor=tiingo&symbols=AAPL")).Items.Select(item => item.CrawledAt - item.PublishedAt).ToList();

        Assert.InRange(delays.Count(delay => delay > TimeSpan.FromHours(0.9) && delay <= TimeSpan.FromHours(48)), 150, 250);
        Assert.InRange(delays.Count(delay => delay > TimeSpan.FromHours(72)), 8, 40);
        Assert.DoesNotContain(delays, delay => delay < TimeSpan.Zero);
    }

    [Fact]
    public async Task Nine_texts_in_ten_are_distinct()
    {
        await using var simulator = await RunningSimulator.Start(Large);
        var titles = (await simulator.Truth("vendor=finnhub&symbols=AAPL")).Items.Select(item => item.Title).ToList();

        Assert.InRange(titles.Distinct().Count() / (double)titles.Count, 0.88, 0.92);
    }

    [Fact]
    public async Task Some_titles_carry_html_entities()
    {
        await using var simulator = await RunningSimulator.Start(RunningSimulator.Small with { BadShare = 0 });
        var titles = (await simulator.EveryTiingoPage("tickers=AAPL,MSFT,NVDA,S0001", 1000)).Select(record => record.GetProperty("title").GetString()!).ToList();

        Assert.Contains(titles, title => title.Contains("&amp;", StringComparison.Ordinal));
        Assert.Contains(titles, title => title.Contains("&#39;", StringComparison.Ordinal));
        Assert.Contains(titles, title => title.Any(c => c > 127));
    }

    [Fact]
    public async Task Every_kind_of_bad_record_is_in_the_truth_with_its_reason()
    {
        await using var simulator = await RunningSimulator.Start(Large with { BadShare = 0.05 });
        var bad = (await simulator.Truth("vendor=tiingo&symbols=AAPL")).Bad;

        Assert.Equal(
            ["emptyTitle", "futureDate", "missingId", "missingTitle", "oversizeTitle", "unparseableDate"],
            bad.Select(record => record.Reason).Distinct().Order(StringComparer.Ordinal));
        Assert.All(bad, record => Assert.Equal(record.Reason == "missingId", record.Id is null));
    }

    [Fact]
    public async Task Bad_records_are_broken_as_their_reason_says()
    {
        await using var simulator = await RunningSimulator.Start(RunningSimulator.Small with { ItemsPerSymbol = 1000, BadShare = 1, SharedShare = 0 });
        var reasons = (await simulator.Truth("vendor=tiingo&symbols=X")).Bad.ToDictionary(record => record.RawHash, record => record.Reason);
        foreach (var record in await simulator.TiingoPage("tickers=X&limit=1000"))
        {
            var broken = reasons[Hash(record)] switch
            {
                "missingId" => !record.TryGetProperty("id", out _),
                "missingTitle" => !record.TryGetProperty("title", out _),
                "emptyTitle" => record.GetProperty("title").GetString()!.Length == 0,
                "oversizeTitle" => record.GetProperty("title").GetString()!.Length > 64 * 1024,
                "unparseableDate" => !DateTimeOffset.TryParse(record.GetProperty("publishedDate").GetString(), out _),
                "futureDate" => Published(record) > simulator.Time.GetUtcNow() + TimeSpan.FromHours(24),
                _ => false,
            };
            Assert.True(broken, reasons[Hash(record)]);
        }
    }
}
