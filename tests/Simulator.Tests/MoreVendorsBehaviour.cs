using System.Globalization;
using System.Net;
using System.Text.Json;
using static Sentiment.Simulator.Tests.Records;

namespace Sentiment.Simulator.Tests;

/// <summary>Finnhub market news, Alpha Vantage and the help desk: every page together is exactly the truth.</summary>
public sealed class MoreVendorsBehaviour
{
    private const string Companies = "ACME-CORP,GLOBEX,HOOLI,INITECH,UMBRELLA";
    private static readonly SimulatorOptions Options = RunningSimulator.Small with { BadShare = 0.05 };

    [Fact]
    public async Task Market_news_is_walked_by_growing_ids()
    {
        await using var simulator = await RunningSimulator.Start(Options);
        var served = new List<JsonElement>();
        for (var minId = 0L; await PageAsync(simulator, $"/api/v1/news?category=forex&minId={minId}") is { Count: > 0 } page; minId = page.Max(LargestId))
        {
            Assert.InRange(page.Count, 1, 100);
            Assert.All(page, record => Assert.Equal("forex", record.GetProperty("category").GetString()));
            served.AddRange(page);
        }

        Assert.Equal(300, served.Count);
        MatchFinnhub(await simulator.Truth("vendor=finnhubMarket&symbols=FOREX"), served);
        long LargestId(JsonElement record) => record.TryGetProperty("id", out var id) ? id.GetInt64() : 0;
    }

    [Fact]
    public async Task News_with_scores_is_served_oldest_first_between_minutes()
    {
        await using var simulator = await RunningSimulator.Start(Options);
        var served = (await ReadAsync(simulator, "/query?function=NEWS_SENTIMENT&tickers=AAPL&sort=EARLIEST&limit=1000&apikey=any")).GetProperty("feed").EnumerateArray().ToList();
        Assert.Equal(300, served.Count);
        await AssertIsTruthAsync(simulator, "vendor=alphaVantage&symbols=AAPL", served, "title");
        var score = served[0].GetProperty("ticker_sentiment")[0].GetProperty("relevance_score");
        Assert.InRange(decimal.Parse(score.GetString()!, CultureInfo.InvariantCulture), 0, 1);

        var some = (await ReadAsync(simulator, "/query?function=NEWS_SENTIMENT&tickers=AAPL&sort=EARLIEST&time_from=20261010T0000&time_to=20261011T2359&limit=1000&apikey=any"))
            .GetProperty("feed").EnumerateArray().ToList();
        await AssertIsTruthAsync(simulator, "vendor=alphaVantage&symbols=AAPL&from=2026-10-10&to=2026-10-11T23:59:59.999999Z", some, "title");
    }

    [Theory]
    [InlineData("tickers=AAPL&apikey=wrong-key", "apikey is invalid")]
    [InlineData("tickers=AAPL&apikey=noentitle-key", "premium endpoint")]
    [InlineData("tickers=AAPL,MSFT&apikey=any", "Invalid API call")]
    [InlineData("tickers=AAPL&time_from=yesterday&apikey=any", "Invalid API call")]
    [InlineData("tickers=AAPL&time_from=20300101T0000&apikey=any", "No articles found")]
    public async Task Alpha_Vantage_refuses_with_status_200(string query, string said)
    {
        await using var simulator = await RunningSimulator.Start(Options);
        Assert.Contains(said, (await ReadAsync(simulator, "/query?function=NEWS_SENTIMENT&" + query)).GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tickets_have_numbered_pages()
    {
        await using var simulator = await RunningSimulator.Start(Options);
        var served = new List<JsonElement>();
        for (var page = 1; served.Count == (page - 1) * 400; page++)
        {
            served.AddRange((await ReadAsync(simulator, $"/helpdesk/service/tickets?page={page}&pageSize=400")).GetProperty("tickets").EnumerateArray());
        }

        Assert.Equal(1500, served.Count);
        Assert.Contains("Acme Corp", served.Select(t => t.GetProperty("company").GetProperty("name").GetString()));
        await AssertIsTruthAsync(simulator, "vendor=tickets&symbols=" + Companies, served, "summary");
    }

    [Fact]
    public async Task Time_entries_have_a_cursor_in_the_body()
    {
        await using var simulator = await RunningSimulator.Start(Options);
        var served = new List<JsonElement>();
        for (var cursor = ""; cursor is not null;)
        {
            var body = await ReadAsync(simulator, $"/helpdesk/time/entries?limit=120&cursor={cursor}");
            served.AddRange(body.GetProperty("entries").EnumerateArray());
            cursor = body.GetProperty("meta").GetProperty("next").GetString();
        }

        await AssertIsTruthAsync(simulator, "vendor=timeEntries&symbols=TIME-ENTRIES", served, "note");
    }

    [Fact]
    public async Task Contacts_have_a_link_to_the_next_part()
    {
        await using var simulator = await RunningSimulator.Start(Options);
        var served = new List<JsonElement>();
        for (var link = "/helpdesk/company/contacts?since=2026-01-01&per_page=700"; link is not null;)
        {
            using var response = await SendAsync(simulator, link);
            served.AddRange(JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.EnumerateArray());
            link = response.Headers.TryGetValues("Link", out var values) ? values.Single().Split('<', '>')[1] : null;
        }

        await AssertIsTruthAsync(simulator, "vendor=contacts&symbols=" + Companies, served, "remark");
    }

    [Theory]
    [InlineData("/api/v1/news?category=sports", 422)]
    [InlineData("/api/v1/news?category=forex&minId=x", 422)]
    [InlineData("/helpdesk/service/tickets?page=0", 400)]
    [InlineData("/helpdesk/service/tickets?updatedFrom=yesterday", 400)]
    [InlineData("/helpdesk/time/entries?from=2026", 200)]
    [InlineData("/helpdesk/time/entries?from=yesterday", 400)]
    [InlineData("/helpdesk/company/contacts?per_page=0", 400)]
    public async Task Impossible_parameters_are_refused(string target, int status)
    {
        await using var simulator = await RunningSimulator.Start(Options);
        using var response = await SendAsync(simulator, target);
        Assert.Equal((HttpStatusCode)status, response.StatusCode);
    }

    [Theory]
    [InlineData("wrong-key", 401)]
    [InlineData("noentitle-key", 403)]
    [InlineData("", 401)]
    public async Task The_help_desk_asks_for_a_bearer_token(string key, int status)
    {
        await using var simulator = await RunningSimulator.Start(Options);
        using var response = await SendAsync(simulator, "/helpdesk/service/tickets", key);
        Assert.Equal((HttpStatusCode)status, response.StatusCode);
    }

    private static async Task AssertIsTruthAsync(RunningSimulator simulator, string query, List<JsonElement> served, string title)
    {
        var truth = await simulator.Truth(query);
        var bad = truth.Bad.Select(record => record.RawHash).ToHashSet();
        Assert.NotEmpty(truth.Items);
        Assert.Equal(
            truth.Items.Select(item => item.Title).Order(StringComparer.Ordinal),
            served.Where(record => !bad.Contains(Hash(record))).Select(record => WebUtility.HtmlDecode(record.GetProperty(title).GetString()!)).Order(StringComparer.Ordinal));
        Assert.Equal(bad.Order(), served.Select(Hash).Where(bad.Contains).Order());
    }

    private static async Task<List<JsonElement>> PageAsync(RunningSimulator simulator, string target) => [.. (await ReadAsync(simulator, target)).EnumerateArray()];

    private static async Task<JsonElement> ReadAsync(RunningSimulator simulator, string target)
    {
        using var response = await SendAsync(simulator, target);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
    }

    private static async Task<HttpResponseMessage> SendAsync(RunningSimulator simulator, string target, string key = "any-key")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, target);
        request.Headers.TryAddWithoutValidation("X-Finnhub-Token", key);
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
        return await simulator.Client.SendAsync(request);
    }
}
