using System.Text;
using Sentiment.Adapters.Tests.Http;
using Sentiment.Domain.Sources;

namespace Sentiment.Adapters.Tests.Tiingo;

public sealed class TiingoRecordTests : IAsyncDisposable
{
    private readonly ScriptedVendor _vendor = ScriptedVendor.Start();

    public ValueTask DisposeAsync() => _vendor.DisposeAsync();

    [Fact]
    public void A_record_is_read_with_its_own_bytes()
    {
        const string Json = """{"id":81,"title":"Profit rises","url":"https://example.com/81","description":"x","publishedDate":"2026-10-31T08:30:00Z","crawlDate":"2026-10-31T08:31:00.250000+00:00","source":"example.com","tickers":["aapl","brk.b","aapl"],"tags":["Stock"]}""";
        var record = Assert.Single(Parse($"[ {Json} ]"));
        Assert.Equal(("81", "Profit rises", "https://example.com/81"), (record.SourceId, record.Title, record.Url));
        Assert.Equal(new DateTimeOffset(2026, 10, 31, 8, 30, 0, TimeSpan.Zero), record.PublishedAt);
        Assert.Equal(new DateTimeOffset(2026, 10, 31, 8, 31, 0, 250, TimeSpan.Zero), record.CrawledAt);
        Assert.Equal(["AAPL", "BRK.B"], record.Symbols);
        Assert.Equal(Json, Encoding.UTF8.GetString(record.Raw.Span));
    }

    [Theory]
    [InlineData("2026-10-31T08:30:00Z", 0)]
    [InlineData("2026-10-31T08:30:00+00:00", 0)]
    [InlineData("2026-10-31T08:30:00.123456Z", 1_234_560)]
    [InlineData("2026-10-31T08:30:00.123456+00:00", 1_234_560)]
    [InlineData("2026-10-31T08:30:00.1234567Z", 1_234_567)]
    [InlineData("2026-10-31T10:30:00+02:00", 0)]
    [InlineData("2026-10-31T03:00:00-05:30", 0)]
    [InlineData("2026-10-31T08:30:00", 0)]
    [InlineData("2026-10-31T08:30:00.123456", 1_234_560)]
    [InlineData(@"2026-10-31T10:30:00\u002B02:00", 0)]
    [InlineData(@"2026-10-31T08:30:00\u005a", 0)]
    public void A_date_in_any_spelling_is_the_same_moment(string date, int ticks)
    {
        var expected = new DateTimeOffset(2026, 10, 31, 8, 30, 0, TimeSpan.Zero).AddTicks(ticks);
        var record = Assert.Single(Parse($$"""[{"publishedDate":"{{date}}","crawlDate":"{{date}}"}]"""));
        Assert.Equal((expected, expected), (record.PublishedAt, record.CrawledAt));
        Assert.Equal(TimeSpan.Zero, record.PublishedAt!.Value.Offset);
    }

    [Theory]
    [InlineData("\"2026-10-31\"", "2026-10-31T00:00:00Z")]
    [InlineData("1793435400", "2026-10-31T08:30:00Z")]
    public void A_day_and_seconds_since_1970_are_dates_too(string date, string expected) =>
        Assert.Equal(DateTimeOffset.Parse(expected, null), Assert.Single(Parse($$"""[{"publishedDate":{{date}}}]""")).PublishedAt);

    [Theory]
    [InlineData("\"yesterday at noon\"")]
    [InlineData("\"\"")]
    [InlineData("\"2026-02-30T00:00:00Z\"")]
    [InlineData("\"31/10/2026\"")]
    [InlineData("\"\\ud83d\"")]
    [InlineData("\"2026-10-31T08:30:0\\ud83d\"")]
    [InlineData("1e300")]
    [InlineData("17.5")]
    [InlineData("99999999999999")]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("{\"at\":\"2026-10-31T08:30:00Z\"}")]
    [InlineData("[\"2026-10-31T08:30:00Z\"]")]
    public void A_date_that_cannot_be_read_is_none(string date)
    {
        var record = Assert.Single(Parse($$"""[{"publishedDate":{{date}},"crawlDate":{{date}},"id":1}]"""));
        Assert.Equal((null, null, "1"), (record.PublishedAt, record.CrawledAt, record.SourceId));
    }

    [Theory]
    [InlineData("AT&amp;T beats", "AT&T beats")]
    [InlineData("AT&amp;amp;T beats", "AT&amp;T beats")]
    [InlineData("Macy&#39;s &quot;sale&quot; &lt;now&gt; &#x20AC;5 &eacute;", "Macy's \"sale\" <now> €5 é")]
    [InlineData("Fish & Chips; R&D &unknown; up", "Fish & Chips; R&D &unknown; up")]
    [InlineData(@"Caf\u00e9 \ud83d\ude80 \u0026amp; \""Co\""", "Café 🚀 & \"Co\"")]
    public void Entities_of_a_title_are_decoded_once(string sent, string read) =>
        Assert.Equal(read, Assert.Single(Parse($$"""[{"title":"{{sent}}"}]""")).Title);

    [Theory]
    [InlineData("Rocket &#xD83D; up")]
    [InlineData("Rocket &#55357; up")]
    public void An_entity_that_is_half_a_character_does_not_break_the_text(string title) => Assert.All(
        Assert.Single(Parse($$"""[{"title":"{{title}}"}]""")).Title!, c => Assert.False(char.IsSurrogate(c)));

    [Theory]
    [InlineData("[{}]")]
    [InlineData("""[{"id":null,"title":null,"url":null,"publishedDate":null,"crawlDate":null,"tickers":null}]""")]
    [InlineData("""[{"id":true,"title":7,"url":{},"publishedDate":[],"crawlDate":false,"tickers":"aapl"}]""")]
    [InlineData("""[{"id":{"id":1},"title":["t"],"url":["https://example.com"],"publishedDate":{"id":3},"crawlDate":[[]],"tickers":{"0":"aapl"}}]""")]
    [InlineData("""[{"id":"\ud83d","title":"\ud83d half","url":"https://example.com/\udc00","publishedDate":"\ud83d","crawlDate":"\ud83d","tickers":["\ud83d"]}]""")]
    [InlineData("""[{"ID":1,"Title":"t","TICKERS":["a"]}]""")]
    [InlineData("[null]")]
    [InlineData("[17]")]
    [InlineData("[\"id\"]")]
    [InlineData("[[{\"id\":1}]]")]
    public void A_record_without_readable_fields_has_none_and_is_still_a_record(string json)
    {
        var record = Assert.Single(Parse(json));
        Assert.Equal((null, null, null, null, null), (record.SourceId, record.Title, record.Url, record.PublishedAt, record.CrawledAt));
        Assert.Empty(record.Symbols);
        Assert.Equal(json[1..^1], Encoding.UTF8.GetString(record.Raw.Span));
    }

    [Fact]
    public void One_bad_record_leaves_its_neighbours_alone() => Assert.Equal(
        ["1", null, null, null, "5"],
        Parse("""[{"id":1},{"title":{"id":2}},[{"id":3}],"\ud83d",{"id":"5"}]""").Select(r => r.SourceId));

    [Theory]
    [InlineData(@"\ud83d")]
    [InlineData(@"i\ud83d")]
    [InlineData(@"title\ud83d")]
    [InlineData(@"\udc00\ud83d")]
    public void A_field_whose_name_is_half_a_character_is_skipped(string name)
    {
        var record = Assert.Single(Parse($$"""[{"id":1,"{{name}}":{"id":2},"title":"t"}]"""));
        Assert.Equal(("1", "t"), (record.SourceId, record.Title));
    }

    [Fact]
    public void A_text_that_is_no_UTF8_is_none()
    {
        byte[] json = [.. "[{\"id\":1,\"title\":\"a"u8, 0xff, 0xc3, .. "\",\"url\":\"https://example.com\"}]"u8];
        var record = Assert.Single(_vendor.Tiingo.Parse(ScriptedVendor.Request(), new(json, ScriptedVendor.Now)).Records);
        Assert.Equal(("1", null, "https://example.com"), (record.SourceId, record.Title, record.Url));
    }

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("ftp://example.com/1")]
    [InlineData("/news/1")]
    [InlineData("example.com")]
    [InlineData("")]
    [InlineData("http://")]
    public void A_link_that_is_no_absolute_web_address_is_none(string url) =>
        Assert.Null(Assert.Single(Parse($$"""[{"url":"{{url}}"}]""")).Url);

    [Theory]
    [InlineData("12345678901234567890123", "12345678901234567890123")]
    [InlineData("\"n-1\"", "n-1")]
    [InlineData("1.0", "1.0")]
    public void An_id_is_kept_as_it_is_written(string id, string expected) =>
        Assert.Equal(expected, Assert.Single(Parse($$"""[{"id":{{id}}}]""")).SourceId);

    [Fact]
    public void Symbols_that_are_no_short_texts_are_left_out() => Assert.Equal(
        ["AAPL", "MSFT", new string('X', 32)],
        Assert.Single(Parse($$"""[{"tickers":["aapl",7,null,["goog"],{"id":"tsla"},"","AAPL","msft","{{new string('x', 33)}}","{{new string('x', 32)}}"]}]""")).Symbols);

    [Fact]
    public void An_item_that_comes_twice_is_given_twice() =>
        Assert.Equal(["1", "1"], Parse("""[{"id":1,"title":"t"},{"id":1,"title":"t"}]""").Select(r => r.SourceId));

    [Theory]
    [InlineData("", true)]
    [InlineData("[{\"id\":1}", true)]
    [InlineData("[{\"id\":1},]", true)]
    [InlineData("<html>", true)]
    [InlineData("{\"detail\":\"no\"}", false)]
    [InlineData("null", false)]
    public void An_archived_body_that_is_no_list_fails_alike(string body, bool isTransient) =>
        Assert.Equal(isTransient, Assert.Throws<SourceException>(() => Parse(body)).IsTransient);

    private IReadOnlyList<SourceRecord> Parse(string json) => _vendor.Tiingo.Parse(ScriptedVendor.Request(), Bodies.Of(json)).Records;
}
