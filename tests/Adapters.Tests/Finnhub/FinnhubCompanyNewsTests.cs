using System.Text;
using Sentiment.Adapters.Tests.Http;
using Sentiment.Domain.Sources;

namespace Sentiment.Adapters.Tests.Finnhub;

public sealed class FinnhubCompanyNewsTests : IAsyncDisposable
{
    private readonly ScriptedVendor _vendor = ScriptedVendor.Start();

    public ValueTask DisposeAsync() => _vendor.DisposeAsync();

    [Fact]
    public async Task One_symbol_and_its_days_are_asked_for_below_the_base_address()
    {
        _vendor.Always(ScriptedVendor.Body("[]"));
        await _vendor.Finnhub.FetchAsync(ScriptedVendor.Request(symbols: "A&B^=/-"), default);
        Assert.Equal("/api/v1/company-news?symbol=A%26B%5E%3D%2F-&from=2026-10-25&to=2026-11-01", _vendor.Seen.Single().Target);
    }

    [Fact]
    public async Task A_window_that_ends_at_midnight_does_not_ask_for_the_day_that_begins()
    {
        _vendor.Always(ScriptedVendor.Body("[]"));
        var day = new DateTimeOffset(2026, 10, 25, 0, 0, 0, TimeSpan.Zero);
        await _vendor.Finnhub.FetchAsync(ScriptedVendor.Request() with { From = day, To = day.AddDays(1) }, default);
        Assert.EndsWith("&from=2026-10-25&to=2026-10-25", _vendor.Seen.Single().Target, StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_is_read_with_its_own_bytes_under_the_symbol_asked_for()
    {
        const string Json = """{"category":"company","datetime":1793435400,"headline":"AT&amp;amp;T rises","id":7,"image":"","related":"MSFT","source":"x","summary":"y","url":"https://example.com/7"}""";
        var page = _vendor.Finnhub.Parse(ScriptedVendor.Request(), Bodies.Of($"[{Json}]"));
        var record = Assert.Single(page.Records);
        Assert.Equal(("7", "AT&amp;T rises", "https://example.com/7"), (record.SourceId, record.Title, record.Url));
        Assert.Equal(new DateTimeOffset(2026, 10, 31, 8, 30, 0, TimeSpan.Zero), record.PublishedAt);
        Assert.Null(record.CrawledAt);
        Assert.Equal(["AAPL"], record.Symbols);
        Assert.Equal(Json, Encoding.UTF8.GetString(record.Raw.Span));
    }

    [Fact]
    public void An_answer_is_the_only_page_however_long_it_is()
    {
        var body = Bodies.Of($"[{string.Join(',', Enumerable.Range(0, 5000).Select(id => $$"""{"id":{{id}}}"""))}]");
        var page = _vendor.Finnhub.Parse(ScriptedVendor.Request(), body);
        Assert.Equal(5000, page.Records.Count);
        Assert.Null(page.NextCursor);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"id":null,"headline":null,"url":null,"datetime":null}""")]
    [InlineData("""{"id":[1],"headline":5,"url":5,"datetime":"yesterday at noon"}""")]
    [InlineData("""{"id":"\ud83d","headline":"\udc00\ud83d","url":"\ud83d","datetime":"\ud83d"}""")]
    [InlineData("17")]
    public void A_record_without_readable_fields_has_none_and_is_still_a_record(string json)
    {
        var record = Assert.Single(Parse($"[{json}]"));
        Assert.Equal((null, null, null, null), (record.SourceId, record.Title, record.Url, record.PublishedAt));
        Assert.Equal(json, Encoding.UTF8.GetString(record.Raw.Span));
    }

    [Theory]
    [InlineData("0", 0L)]
    [InlineData("-1", -1L)]
    [InlineData("253402300799", 253_402_300_799)]
    [InlineData("253402300800", null)]
    [InlineData("-62135596801", null)]
    [InlineData("1793435400.5", null)]
    [InlineData("1793435400000000000000", null)]
    public void Only_whole_seconds_within_the_calendar_are_dates(string datetime, long? seconds) =>
        Assert.Equal(seconds, Assert.Single(Parse($$"""[{"datetime":{{datetime}}}]""")).PublishedAt?.ToUnixTimeSeconds());

    [Fact]
    public void An_item_that_comes_twice_is_given_twice() =>
        Assert.Equal(["1", "1"], Parse("""[{"id":1,"headline":"t"},{"id":1,"headline":"t"}]""").Select(r => r.SourceId));

    private IReadOnlyList<SourceRecord> Parse(string json) => _vendor.Finnhub.Parse(ScriptedVendor.Request(), Bodies.Of(json)).Records;
}
