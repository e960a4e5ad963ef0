using Sentiment.Adapters.Tests.Http;
using Sentiment.Domain.Sources;

namespace Sentiment.Adapters.Tests.AlphaVantage;

public sealed class AlphaVantageNewsTests : IAsyncDisposable
{
    private readonly ScriptedVendor _vendor = ScriptedVendor.Start(("Sources:AlphaVantage:Attempts", "1"));

    private ITableSource Source => _vendor.Source("alphavantage/news-sentiment");

    public ValueTask DisposeAsync() => _vendor.DisposeAsync();

    [Fact]
    public async Task One_symbol_and_whole_days_are_asked_for_oldest_first()
    {
        _vendor.Always(ScriptedVendor.Body("""{"feed":[]}"""));
        await Source.FetchAsync(Request("BRK.B") with { From = ScriptedVendor.Now.AddSeconds(-90), To = ScriptedVendor.Now.AddSeconds(1) }, default);
        await Source.FetchAsync(Request("BRK.B", cursor: "20261101T1159"), default);
        Assert.Equal(
            ["/query?function=NEWS_SENTIMENT&tickers=BRK.B&time_from=20261101T0000&time_to=20261102T0000&sort=EARLIEST&limit=1000&apikey=s3cret-t0ken",
             "/query?function=NEWS_SENTIMENT&tickers=BRK.B&time_from=20261101T1159&time_to=20261102T0000&sort=EARLIEST&limit=1000&apikey=s3cret-t0ken"],
            _vendor.Seen.Select(s => s.Target));
    }

    [Theory]
    [InlineData("a b&c=d#e/ü", "a%20b%26c%3Dd%23e%2F%C3%BC")]
    [InlineData("line\nbreak", "line%0Abreak")]
    public async Task A_key_with_odd_characters_is_one_value_and_is_quoted_in_no_spelling(string key, string sent)
    {
        _vendor.Always(ScriptedVendor.Body($$"""{"Error Message":"bad call ?apikey={{sent}} or {{key.Replace("\n", "\\n", StringComparison.Ordinal)}}"}"""));
        var failure = await Assert.ThrowsAsync<SourceStoppedException>(() => Source.FetchAsync(Request() with { Credential = key }, default));
        Assert.EndsWith("&apikey=" + sent, _vendor.Seen.Single().Target, StringComparison.Ordinal);
        Assert.DoesNotContain(sent, failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(key, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_is_read_with_the_vendors_scores()
    {
        const string Json = """{"title":"AT&amp;T rises","url":"https://example.com/a?b=1","time_published":"20261031T083015","topics":[{"topic":"Earnings","relevance_score":"0.9"},{"topic":"Earnings"}],"overall_sentiment_score":-0.2345678,"ticker_sentiment":[{"ticker":"T","relevance_score":"0.1234567","ticker_sentiment_score":"0.3"},{"ticker":"CRYPTO:BTC","relevance_score":"1.0"},{"ticker":"t","relevance_score":"0.9"}]}""";
        var record = Assert.Single(Parse($$"""{"feed":[{{Json}}]}""", "AAPL").Records);
        Assert.Equal(("AT&T rises", "https://example.com/a?b=1"), (record.Title, record.Url));
        Assert.Equal(record.SourceId, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("https://example.com/a?b=1"u8))[..32]);
        Assert.Equal(new DateTimeOffset(2026, 10, 31, 8, 30, 15, TimeSpan.Zero), record.PublishedAt);
        Assert.Equal(["AAPL", "T", "CRYPTO:BTC"], record.Symbols);
        Assert.Equal(-234_568, record.VendorScore);
        Assert.Equal(new Dictionary<string, int> { ["T"] = 123_457, ["CRYPTO:BTC"] = 1_000_000 }, record.Relevance);
        Assert.Equal(["Earnings"], record.Tags);
    }

    [Theory]
    [InlineData("\"0.5\"", 500_000)]
    [InlineData("1e-1", 100_000)]
    [InlineData("-1", -1_000_000)]
    [InlineData("1.0000001", null)]
    [InlineData("1e300", null)]
    [InlineData("\"NaN\"", null)]
    [InlineData("\"∞\"", null)]
    [InlineData("\"\"", null)]
    [InlineData("null", null)]
    [InlineData("{}", null)]
    public void A_score_is_a_number_or_a_text_within_its_bounds(string score, int? millionths) =>
        Assert.Equal(millionths, Assert.Single(Parse($$"""{"feed":[{"overall_sentiment_score":{{score}},"ticker_sentiment":{{score}}}]}""").Records).VendorScore);

    [Fact]
    public void A_record_with_a_million_tickers_is_read_up_to_a_bound()
    {
        var tickers = string.Join(',', Enumerable.Range(0, 100_000).Select(i => $$"""{"ticker":"T{{i}}","relevance_score":"0.5"}"""));
        var record = Assert.Single(Parse($$"""{"feed":[{"url":"u","ticker_sentiment":[{{tickers}}]}]}""").Records);
        Assert.Equal((101, 100), (record.Symbols.Count, record.Relevance!.Count));
    }

    [Theory]
    [InlineData("our standard API rate limit is 25 requests per day", "2026-11-02T00:00:00Z")]
    [InlineData("Daily limit reached. Please try again in 3 hours.", "2026-11-01T15:00:00Z")]
    [InlineData("5 calls per minute and 500 calls per day", "2026-11-01T12:01:00Z")]
    [InlineData("5 calls per minute; try again after 42 seconds", "2026-11-01T12:00:42Z")]
    [InlineData("Daily limit reached, wait 99999 hours", "2026-11-02T12:00:00Z")]
    public async Task A_used_up_quota_is_waited_for_as_long_as_it_takes(string said, string until)
    {
        _vendor.Always(ScriptedVendor.Body($$"""{"Information":"{{said}}"}"""));
        var wait = await Assert.ThrowsAsync<SourceWaitException>(() => Source.FetchAsync(Request(), default));
        Assert.Equal(DateTimeOffset.Parse(until, null), wait.Until);
        Assert.Single(_vendor.Seen);
    }

    [Fact]
    public async Task A_burst_is_waited_out_inside_although_its_message_names_the_days_quota()
    {
        _vendor.Then(ScriptedVendor.Body("""{"Information":"Please consider spreading out your free API requests more sparingly (1 request per second). Lift the free key rate limit (25 requests per day) and instantly unlock all premium endpoints"}"""))
            .Always(ScriptedVendor.Body("""{"feed":[]}"""));
        await Source.FetchAsync(Request(), default);
        Assert.Equal([TimeSpan.FromSeconds(2)], _vendor.Time.Waits);
    }

    [Fact]
    public void The_next_page_starts_in_the_minute_of_the_last_believable_record()
    {
        var feed = Feed(998, i => ScriptedVendor.Now.AddHours(-3).AddSeconds(i * 5)) + ",{\"time_published\":\"20461101T120000\"},{\"time_published\":\"yesterday\"}";
        Assert.Equal("20261101T1023", Parse($$"""{"feed":[{{feed}}]}""").NextCursor);
        Assert.Null(Parse($$"""{"feed":[{{Feed(999, i => ScriptedVendor.Now)}}]}""").NextCursor);
    }

    [Fact]
    public void A_full_page_of_one_minute_is_refused_and_does_not_loop()
    {
        var at = new DateTimeOffset(2026, 11, 1, 11, 0, 0, TimeSpan.Zero);
        var body = $$"""{"feed":[{{Feed(1000, i => at.AddSeconds(i % 60))}}]}""";
        Assert.Throws<SourceException>(() => Parse(body, cursor: "20261101T1100"));

        var ordered = $$"""{"feed":[{{Feed(1000, i => at.AddSeconds(i * 0.05))}}]}""";
        var failure = Assert.Throws<SourceException>(() => Parse(ordered, cursor: "20261101T1100"));
        Assert.False(failure.IsTransient);
        Assert.Equal("alphavantage has 1,000 articles or more of AAPL in the minute 20261101T1100, or ignores time_from: there is no way past it", failure.Message);
    }

    [Fact]
    public void A_full_page_that_is_not_sorted_is_refused_for_walking_it_would_lose_records()
    {
        var failure = Assert.Throws<SourceException>(() => Parse($$"""{"feed":[{{Feed(1000, i => ScriptedVendor.Now.AddMinutes(-i))}}]}"""));
        Assert.Equal("alphavantage does not sort as asked (EARLIEST), so that its pages cannot be walked", failure.Message);
    }

    private static string Feed(int count, Func<int, DateTimeOffset> at) => string.Join(',', Enumerable.Range(0, count).Select(i =>
        $$"""{"url":"https://example.com/{{i}}","title":"t","time_published":"{{at(i):yyyyMMdd'T'HHmmss}}"}"""));

    private static PageRequest Request(string symbol = "AAPL", string? cursor = null) => ScriptedVendor.Request(CursorDate.Published, cursor, symbols: symbol);

    private SourcePage Parse(string json, string symbol = "AAPL", string? cursor = null) => Source.Parse(Request(symbol, cursor), Bodies.Of(json));
}
