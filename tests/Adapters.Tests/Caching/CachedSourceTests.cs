using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sentiment.Adapters.Tests.Http;
using Sentiment.Domain.Sources;

namespace Sentiment.Adapters.Tests.Caching;

public sealed class CachedSourceTests : IAsyncDisposable
{
    // A Sunday; the market opens on Monday at 14:00 UTC, the margin included.
    private readonly ScriptedVendor _vendor = ScriptedVendor.Start(("Caching:ClosedHours", "12"));

    public CachedSourceTests() => _vendor.Time.Haste = TimeSpan.FromTicks(-1);

    public ValueTask DisposeAsync() => _vendor.DisposeAsync();

    [Fact]
    public async Task The_same_question_with_the_same_credential_is_asked_once_whoever_asks()
    {
        _vendor.Always(ScriptedVendor.Body("[]"));
        var first = await _vendor.Tiingo.FetchAsync(ScriptedVendor.Request() with { Tenant = "acme" }, default);
        _vendor.Time.Advance(TimeSpan.FromHours(1));
        var second = await _vendor.Tiingo.FetchAsync(ScriptedVendor.Request() with { Tenant = "beta", To = _vendor.Time.GetUtcNow() }, default);
        Assert.Single(_vendor.Seen);
        Assert.Equal(first.FetchedAt, second.FetchedAt);
    }

    [Fact]
    public async Task Another_credential_or_another_question_never_gets_the_answer()
    {
        _vendor.Always(context => context.Response.WriteAsync($"[\"{context.Request.Headers.Authorization} {context.Request.QueryString}\"]"));
        var bodies = new List<string>();
        foreach (var request in (PageRequest[])
            [ScriptedVendor.Request(), ScriptedVendor.Request(credential: "other"), ScriptedVendor.Request(cursor: "990"), ScriptedVendor.Request(symbols: "MSFT"),
             ScriptedVendor.Request(), ScriptedVendor.Request(credential: "other")])
        {
            bodies.Add(Encoding.UTF8.GetString((await _vendor.Tiingo.FetchAsync(request, default)).Bytes.Span));
        }

        Assert.Equal(4, _vendor.Seen.Count);
        Assert.Equal(4, bodies.Distinct().Count());
        Assert.Equal((bodies[0], bodies[1]), (bodies[4], bodies[5]));
        Assert.Contains("Token other ", bodies[5], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Neither_rows_nor_logs_hold_a_secret()
    {
        _vendor.Always(ScriptedVendor.Body("[]"));
        await _vendor.FetchAsync();
        var rows = new List<string>();
        await foreach (var row in _vendor.Tables.QueryAsync(new("responses|20261101"), default))
        {
            rows.Add($"{row.Key} {Encoding.UTF8.GetString(row.Data.Span)}");
        }

        Assert.Single(rows);
        Assert.DoesNotContain(rows.Concat(_vendor.Logged.Lines), line => line.Contains(ScriptedVendor.Secret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task However_many_ask_at_once_the_vendor_is_asked_once()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _vendor.Always(async context =>
        {
            await gate.Task;
            await context.Response.WriteAsync("[]");
        });
        var all = Enumerable.Range(0, 20).Select(_ => _vendor.FetchAsync()).ToList();
        await _vendor.ArrivalAsync();
        gate.SetResult();
        Assert.Single((await Task.WhenAll(all)).Select(body => body.FetchedAt).Distinct());
        Assert.Single(_vendor.Seen);
    }

    [Fact]
    public async Task While_the_market_is_open_an_answer_is_good_for_half_an_interval()
    {
        _vendor.Always(ScriptedVendor.Body("[]"));
        _vendor.Time.Advance(new DateTimeOffset(2026, 11, 2, 15, 0, 1, TimeSpan.Zero) - ScriptedVendor.Now);
        await _vendor.FetchAsync();
        _vendor.Time.Advance(TimeSpan.FromSeconds(149));
        await _vendor.FetchAsync();
        Assert.Single(_vendor.Seen);
        _vendor.Time.Advance(TimeSpan.FromSeconds(1));
        await _vendor.FetchAsync();
        Assert.Equal(2, _vendor.Seen.Count);
    }

    [Theory]
    [InlineData("GENERAL", 1)]
    [InlineData("MERGER", 1)]
    [InlineData("FOREX", 2)]
    [InlineData("CRYPTO", 2)]
    public async Task What_is_traded_around_the_clock_is_asked_anew_while_the_market_is_closed(string category, int calls)
    {
        _vendor.Always(ScriptedVendor.Body("[]"));
        var source = _vendor.Source("finnhub/market-news");
        await source.FetchAsync(ScriptedVendor.Request(symbols: category), default);
        _vendor.Time.Advance(TimeSpan.FromMinutes(5));
        await source.FetchAsync(ScriptedVendor.Request(symbols: category), default);
        Assert.Equal(calls, _vendor.Seen.Count);
    }

    [Theory]
    [InlineData("tiingo/news", "[]")]
    [InlineData("finnhub/company-news", "[]")]
    [InlineData("finnhub/market-news", "[]")]
    [InlineData("alphavantage/news-sentiment", """{"feed":[]}""")]
    public async Task A_later_run_of_the_same_day_asks_the_same_question(string table, string body)
    {
        _vendor.Always(ScriptedVendor.Body(body));
        var source = _vendor.Source(table);
        await source.FetchAsync(ScriptedVendor.Request(), default);
        _vendor.Time.Advance(TimeSpan.FromHours(5));
        await source.FetchAsync(ScriptedVendor.Request() with { From = ScriptedVendor.Now.AddDays(-7).AddHours(5), To = _vendor.Time.GetUtcNow() }, default);
        Assert.Single(_vendor.Seen);
    }

    [Fact]
    public async Task A_page_kept_from_before_records_arrived_does_not_follow_one_asked_since()
    {
        var feed = Enumerable.Range(0, 1500).Select(i => new { id = i, crawlDate = ScriptedVendor.Now.AddMinutes(-i) }).ToList();
        _vendor.Always(context =>
        {
            var query = context.Request.Query;
            return context.Response.WriteAsync(JsonSerializer.Serialize(feed.Skip(int.Parse(query["offset"]!, null)).Take(int.Parse(query["limit"]!, null))));
        });

        // The first page goes out of date an hour before the second.
        var first = await _vendor.Tiingo.FetchAsync(ScriptedVendor.Request(), default);
        _vendor.Time.Advance(TimeSpan.FromHours(1));
        await WalkAsync();
        _vendor.Time.Advance(TimeSpan.FromHours(11));
        Assert.Equal(2, _vendor.Seen.Count);

        feed.InsertRange(0, Enumerable.Range(10_000, 50).Select(i => new { id = i, crawlDate = ScriptedVendor.Now }));
        Assert.Equal(feed.Select(r => r.id.ToString(null, null)).Order(StringComparer.Ordinal), (await WalkAsync()).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(4, _vendor.Seen.Count);
    }

    /// <summary>The ids on all pages, each page no older than the one before it.</summary>
    private async Task<IReadOnlyList<string?>> WalkAsync()
    {
        var ids = new List<string?>();
        var request = ScriptedVendor.Request();
        do
        {
            var body = await _vendor.Tiingo.FetchAsync(request, default);
            var page = _vendor.Tiingo.Parse(request, body);
            ids.AddRange(page.Records.Select(r => r.SourceId));
            request = request with { Cursor = page.NextCursor, NotBefore = body.FetchedAt };
        }
        while (request.Cursor is not null);
        return ids;
    }
}
