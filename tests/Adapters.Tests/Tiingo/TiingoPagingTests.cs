using System.Globalization;
using Sentiment.Adapters.Tests.Http;
using Sentiment.Domain.Sources;

namespace Sentiment.Adapters.Tests.Tiingo;

public sealed class TiingoPagingTests : IAsyncDisposable
{
    private const int PageSize = 1000;
    private const int Overlap = 10;

    private readonly ScriptedVendor _vendor = ScriptedVendor.Start();

    public ValueTask DisposeAsync() => _vendor.DisposeAsync();

    [Fact]
    public async Task News_is_asked_for_in_the_order_of_its_arrival()
    {
        _vendor.Always(ScriptedVendor.Body("[]"));
        await _vendor.Tiingo.FetchAsync(ScriptedVendor.Request(symbols: ["AAPL", "BRK.B", "A&B"]), default);
        Assert.Equal("/tiingo/news?tickers=aapl,brk.b,a%26b&sortBy=crawlDate&limit=1000&offset=0", _vendor.Seen.Single().Target);
    }

    [Fact]
    public async Task News_of_a_published_window_is_asked_for_by_its_days()
    {
        _vendor.Always(ScriptedVendor.Body("[]"));
        await _vendor.Tiingo.FetchAsync(ScriptedVendor.Request(CursorDate.Published, cursor: "990"), default);
        Assert.Equal(
            "/tiingo/news?tickers=aapl&sortBy=publishedDate&startDate=2026-10-25&endDate=2026-11-01&limit=1000&offset=990", _vendor.Seen.Single().Target);
    }

    [Theory]
    [InlineData(null, "990")]
    [InlineData("990", "1980")]
    public void A_full_page_is_followed_by_one_that_overlaps_it(string? cursor, string next) =>
        Assert.Equal(next, Next(Page(PageSize, ScriptedVendor.Now), cursor));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(PageSize - 1)]
    public void A_page_that_is_not_full_is_the_last(int records) => Assert.Null(Next(Page(records, ScriptedVendor.Now)));

    [Theory]
    [InlineData(1)]
    [InlineData(Overlap)]
    [InlineData(143)]
    public void Records_that_are_sent_twice_do_not_make_the_next_page_skip_any(int extra) =>
        Assert.Equal("990", Next(Page(PageSize + extra, ScriptedVendor.Now)));

    [Theory]
    [InlineData(CursorDate.Crawled)]
    [InlineData(CursorDate.Published)]
    public void An_ignored_date_filter_still_ends_where_the_records_are_older_than_the_window(CursorDate window)
    {
        var from = ScriptedVendor.Request().From;
        var young = Page(PageSize - Overlap, from);
        Assert.Null(Next(young.Concat(Page(Overlap, from.AddSeconds(-1))), window: window));
        Assert.Equal("990", Next(young.Concat(Page(Overlap - 1, from.AddSeconds(-1))).Append(Page(1, from).Single()), window: window));
    }

    [Fact]
    public void Old_news_that_arrived_late_does_not_end_a_window_of_arrivals()
    {
        var from = ScriptedVendor.Request().From;
        var late = Enumerable.Repeat($$"""{"publishedDate":"{{Spell(from.AddDays(-3))}}","crawlDate":"{{Spell(from)}}"}""", PageSize);
        Assert.Equal("990", Next(late, window: CursorDate.Crawled));
        Assert.Null(Next(late, window: CursorDate.Published));
    }

    [Fact]
    public void Records_without_a_date_do_not_end_the_window() => Assert.Equal("990", Next(Enumerable.Repeat("{}", PageSize)));

    [Fact]
    public void A_window_that_is_too_long_to_page_through_is_refused()
    {
        var page = Page(PageSize, ScriptedVendor.Now).ToList();
        Assert.Equal("2000000", Next(page, "1999010"));
        var exception = Assert.Throws<SourceException>(() => Next(page, "1999011"));
        Assert.False(exception.IsTransient);
        Assert.Equal("tiingo has more than 2,000,000 records in the window; ask for a shorter one", exception.Message);
    }

    private static IEnumerable<string> Page(int records, DateTimeOffset at) =>
        Enumerable.Range(0, records).Select(id => $$"""{"id":{{id}},"publishedDate":"{{Spell(at)}}","crawlDate":"{{Spell(at)}}"}""");

    private static string Spell(DateTimeOffset time) => time.ToString("O", CultureInfo.InvariantCulture);

    private string? Next(IEnumerable<string> records, string? cursor = null, CursorDate window = CursorDate.Crawled) =>
        _vendor.Tiingo.Parse(ScriptedVendor.Request(window, cursor), Bodies.Of($"[{string.Join(',', records)}]")).NextCursor;
}
