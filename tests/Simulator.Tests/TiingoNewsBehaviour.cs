using System.Net;
using static Sentiment.Simulator.Tests.Records;

namespace Sentiment.Simulator.Tests;

public sealed class TiingoNewsBehaviour
{
    private const string ByCrawl = "tickers=AAPL,MSFT,S0004&sortBy=crawlDate";

    [Theory]
    [InlineData("crawlDate", 100)]
    [InlineData("crawlDate", 7)]
    [InlineData("publishedDate", 1000)]
    public async Task Pages_together_hold_exactly_the_truth(string sortBy, int limit)
    {
        await using var simulator = await RunningSimulator.Start(RunningSimulator.Small with { BadShare = 0.05 });
        var truth = await simulator.Truth("vendor=tiingo&symbols=aapl,msft,s0004");
        var served = await simulator.EveryTiingoPage($"tickers=aapl,msft,S0004&sortBy={sortBy}", limit);

        Assert.NotEmpty(truth.Bad);
        MatchTiingo(truth, served);
    }

    [Fact]
    public async Task Records_come_newest_first_by_the_asked_date()
    {
        await using var simulator = await RunningSimulator.Start(RunningSimulator.Small with { BadShare = 0, BackdatedShare = 0.2 });
        var crawled = (await simulator.EveryTiingoPage(ByCrawl, 100)).Select(Crawled).ToList();
        var published = (await simulator.EveryTiingoPage("tickers=AAPL,MSFT,S0004", 100)).Select(Published).ToList();

        Assert.Equal(crawled.OrderDescending(), crawled);
        Assert.Equal(published.OrderDescending(), published);
    }

    [Fact]
    public async Task Records_arriving_between_two_pages_cause_overlap_and_no_loss()
    {
        await using var simulator = await RunningSimulator.Start();
        var before = await simulator.Truth("vendor=tiingo&symbols=AAPL,MSFT,S0004");
        var first = await simulator.TiingoPage($"{ByCrawl}&limit=50");
        simulator.Time.Advance(TimeSpan.FromHours(6));
        var rest = new List<System.Text.Json.JsonElement>();
        for (var offset = 50; offset < 1000; offset += 50)
        {
            rest.AddRange(await simulator.TiingoPage($"{ByCrawl}&limit=50&offset={offset}"));
        }

        Assert.NotEmpty(first.Select(Hash).Intersect(rest.Select(Hash)));
        MatchTiingo(before, first.Concat(rest).DistinctBy(Hash));
    }

    [Fact]
    public async Task A_page_holds_a_hundred_records_unless_asked_otherwise()
    {
        await using var simulator = await RunningSimulator.Start();

        Assert.Equal(100, (await simulator.TiingoPage("tickers=AAPL")).Length);
        Assert.Equal(3, (await simulator.TiingoPage("tickers=AAPL&limit=3")).Length);
    }

    [Fact]
    public async Task Date_filters_include_both_days()
    {
        await using var simulator = await RunningSimulator.Start(RunningSimulator.Small with { BadShare = 0 });
        var served = await simulator.TiingoPage("tickers=AAPL&limit=1000&startDate=2026-10-10&endDate=2026-10-12");
        var truth = await simulator.Truth("vendor=tiingo&symbols=AAPL&from=2026-10-10&to=2026-10-12T23:59:59.999999Z");

        MatchTiingo(truth, served);
        Assert.Equal([10, 11, 12], served.Select(record => Published(record).Day).Distinct().Order());
    }

    [Fact]
    public async Task The_date_filter_is_ignored_on_request()
    {
        await using var simulator = await RunningSimulator.Start();
        await simulator.Post("/_sim/faults", new { ignoreDates = true });

        Assert.Equal(300, (await simulator.TiingoPage("tickers=AAPL&limit=1000&startDate=2026-10-10&endDate=2026-10-12")).Length);
    }

    [Theory]
    [InlineData("limit=5")]
    [InlineData("tickers=AAPL&limit=1001")]
    [InlineData("tickers=AAPL&limit=x")]
    [InlineData("tickers=AAPL&offset=-1")]
    [InlineData("tickers=AAPL&startDate=01.10.2026")]
    [InlineData("tickers=AAPL&sortBy=date")]
    public async Task Impossible_parameters_are_refused(string query)
    {
        await using var simulator = await RunningSimulator.Start();
        using var response = await simulator.Tiingo(query);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Dates_are_spelled_in_every_way_the_vendor_has()
    {
        await using var simulator = await RunningSimulator.Start(RunningSimulator.Small with { BadShare = 0 });
        var spellings = (await simulator.TiingoPage("tickers=AAPL"))
            .Select(record => record.GetProperty("publishedDate").GetString()!)
            .Select(date => (Utc: date.EndsWith('Z'), Fraction: date.Contains('.', StringComparison.Ordinal)))
            .Distinct();

        Assert.Equal(4, spellings.Count());
    }

    [Fact]
    public async Task Tickers_are_lower_case_and_name_every_symbol_of_the_record()
    {
        await using var simulator = await RunningSimulator.Start();
        var truth = await simulator.Truth("vendor=tiingo&symbols=AAPL,MSFT,GOOGL");
        var served = await simulator.EveryTiingoPage("tickers=AAPL,MSFT,GOOGL", 1000);
        var tickers = served.Where(record => record.TryGetProperty("id", out _)).ToDictionary(
            Id, record => record.GetProperty("tickers").EnumerateArray().Select(ticker => ticker.GetString()!).ToArray());

        Assert.All(truth.Items, item => Assert.Equal(item.Symbols.Select(symbol => symbol.ToLowerInvariant()), tickers[item.Id]));
    }
}
