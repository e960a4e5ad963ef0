using Microsoft.AspNetCore.Http;
using Sentiment.Adapters.Tests.Http;
using Sentiment.Domain.Ingestion.Pages;
using Sentiment.Domain.Sources;

namespace Sentiment.Adapters.Tests.Sources;

/// <summary>What every source does, over real sockets. A class per source says how its vendor pages and spells records.</summary>
public abstract partial class SourceConformance(string table, string section, params (string Key, string Value)[] settings) : IAsyncDisposable
{
    private const int MostPages = 60;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly (string Key, string Value)[] _settings = settings;
    private readonly ScriptedVendor _vendor = ScriptedVendor.Start([($"Sources:{section}:Attempts", "2"), .. settings]);

    private ITableSource Source => _vendor.Source(table);

    /// <summary>Records that fill two pages and a half; some where there are no pages.</summary>
    private int Many => PageSize == 0 ? 300 : (PageSize * 5) / 2;

    /// <summary>The most records of a page; 0: as many as there are.</summary>
    private protected abstract int PageSize { get; }

    /// <summary>Whether a walk ends well although date filters are ignored and older records fill pages of their own.</summary>
    private protected virtual bool EndsDespiteIgnoredDates => true;

    /// <summary>Whether records may be removed during a walk without hiding others.</summary>
    private protected virtual bool BearsRemovals => true;

    /// <summary>Answers with status 200 that hold no records, and how the source fails; null: it takes them for an empty page.</summary>
    private protected abstract IEnumerable<(string Body, Type? Failure)> AnswersWithoutRecords { get; }

    /// <summary>JSON that this source does not read.</summary>
    private protected virtual IEnumerable<string> OtherShapes => ["17", "null", "\"no such thing\"", """{"detail":"no such thing"}"""];

    /// <summary>The records that a request gets, and the vendor's mark of the next page.</summary>
    private protected abstract (IEnumerable<WireRecord> Page, string? Next) Select(HttpRequest request, IReadOnlyList<WireRecord> all, bool ignoresDates);

    /// <summary>The title of the record that one was read from; null where it makes no sense.</summary>
    private protected virtual string? TitleOf(SourceRecord record) => record.Title;

    /// <summary>A record in the vendor's shape.</summary>
    private protected abstract string Render(WireRecord record);

    /// <summary>A body around records in the vendor's shape.</summary>
    private protected virtual string Wrap(IEnumerable<string> records, string? next) => $"[{string.Join(',', records)}]";

    /// <summary>Whatever else than the body tells where the next page is.</summary>
    private protected virtual void Mark(HttpResponse response, string? next)
    {
    }

    public async ValueTask DisposeAsync()
    {
        await _vendor.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void It_declares_what_the_product_must_know()
    {
        var description = Source.Description;
        Assert.Equal(table, description.Table);
        Assert.NotEqual("", description.Vendor);
        Assert.True(description.Lookback >= TimeSpan.Zero && description.SymbolsPerChunk >= 1 && description.CallCost >= 1);
        Assert.True(description.Auth.Place == AuthPlace.None || description.Auth.Name.Length > 0);
        Assert.Equal(PageSize, description.PageSize == 0 ? PageSize : description.PageSize);
        Assert.True(description.Axis != ChunkAxis.SymbolDays || description.DaysPerChunk > 0);
    }

    [Fact]
    public async Task Every_record_that_was_there_when_the_walk_began_is_seen_whatever_arrives_between_its_pages()
    {
        var feed = WireFeed.Of(Many);
        var there = feed.Titles.ToList();
        Serve(feed);
        var read = await WalkAsync(Request(), page =>
        {
            // New ones, late ones and back-dated ones, in front of where the walk stands and behind it.
            for (var i = 1; i <= (page <= 5 ? 7 : 0); i++)
            {
                feed.Add(ScriptedVendor.Now.AddHours(-20 * i), ScriptedVendor.Now.AddSeconds(page));
            }
        });
        Assert.Empty(there.Except(read.Select(TitleOf)));
    }

    [Fact]
    public async Task Records_that_go_between_its_pages_hide_no_others()
    {
        var feed = WireFeed.Of(Many);
        Serve(feed);
        var read = await WalkAsync(Request(), page => feed.RemoveNewest(page <= 5 && BearsRemovals ? 3 : 0));
        Assert.Empty(feed.Titles.Except(read.Select(TitleOf)));
    }

    [Theory]
    [InlineData(7)]
    [InlineData(60)]
    public async Task Records_of_one_moment_are_all_seen_where_a_page_ends_among_them(int together)
    {
        var feed = WireFeed.Of(Many, together: together);
        Serve(feed);
        Assert.Empty(feed.Titles.Except((await WalkAsync(Request())).Select(TitleOf)));
    }

    [Fact]
    public async Task Records_that_a_page_repeats_lose_no_others()
    {
        var feed = WireFeed.Of(Many);
        Serve(feed, page => page.SelectMany((r, i) => Enumerable.Repeat(r, i % 7 == 0 ? 2 : 1)));
        Assert.Empty(feed.Titles.Except((await WalkAsync(Request())).Select(TitleOf)));
    }

    [Fact]
    public async Task Ignored_date_filters_lose_nothing_and_let_the_walk_end()
    {
        var feed = new WireFeed();
        for (var i = 0; i < (EndsDespiteIgnoredDates ? PageSize : PageSize / 4) + 20; i++)
        {
            feed.Add(ScriptedVendor.Now.AddDays(-30).AddSeconds(i));
        }

        var wanted = Enumerable.Range(1, 50).Select(i => feed.Add(ScriptedVendor.Now.AddHours(-i)).Title).ToList();
        Serve(feed, ignoresDates: true);
        var read = await WalkAsync(Request());
        Assert.Empty(wanted.Except(read.Where(IsInWindow(Request())).Select(TitleOf)));
    }

    [Fact]
    public async Task Late_and_back_dated_records_are_found_by_the_next_walk_within_the_lookback()
    {
        var feed = WireFeed.Of(30);
        Serve(feed);
        await WalkAsync(Request());
        var late = feed.Add(ScriptedVendor.Now.AddHours(-48), ScriptedVendor.Now.AddMinutes(3)).Title;
        var next = Request() with { From = ScriptedVendor.Now - Source.Description.Lookback, To = ScriptedVendor.Now.AddMinutes(5) };
        Assert.Contains(late, (await WalkAsync(next)).Where(IsInWindow(next)).Select(TitleOf));
    }

    [Fact]
    public async Task An_empty_page_is_the_last()
    {
        Serve(new WireFeed());
        Assert.Empty(await WalkAsync(Request()));
        Assert.Single(_vendor.Seen);
    }

    [Fact]
    public async Task A_body_is_read_alike_again_and_without_a_credential()
    {
        Serve(WireFeed.Of(40));
        var body = await Source.FetchAsync(Request(), default);
        var (first, second) = (Source.Parse(Request(), body), Source.Parse(Request() with { Credential = null }, body));
        Assert.Equal(first.NextCursor, second.NextCursor);
        Assert.Equal(first.Records.Select(Line), second.Records.Select(Line));
        Assert.All(first.Records, r => Assert.Null(RecordRules.Problem(r, ScriptedVendor.Now)));
    }

    [Theory]
    [InlineData("17")]
    [InlineData("null")]
    [InlineData("\"id\"")]
    [InlineData("[[]]")]
    [InlineData("{}")]
    [InlineData("""{"id":{},"title":[],"url":7,"tickers":{"a":1},"datetime":"x","time_published":8,"feed":[],"ticker_sentiment":[7,{"ticker":[]}],"company":[[]]}""")]
    [InlineData("""{"id":"\ud83d","title":"\udc00","headline":"\ud83d","url":"\ud83d","summary":"\ud83d","time_published":"\ud83d"}""")]
    [InlineData("""{"\ud83d":1,"\udc00id":2}""")]
    public void A_record_that_makes_no_sense_is_a_record_and_leaves_its_neighbours_alone(string json)
    {
        var good = new WireRecord(1, ScriptedVendor.Now.AddHours(-1), ScriptedVendor.Now.AddHours(-1));
        var records = Source.Parse(Request(), Bodies.Of(Wrap([json, Render(good), json], null))).Records;
        Assert.Equal([null, good.Title, null], records.Select(TitleOf));
        Assert.Equal(json, System.Text.Encoding.UTF8.GetString(records[0].Raw.Span));
        Assert.Null(RecordRules.Problem(records[1], ScriptedVendor.Now));
        Assert.NotNull(RecordRules.Problem(records[2], ScriptedVendor.Now));
    }

    private protected PageRequest Request() => ScriptedVendor.Request(
        Source.Description.Cursor, symbols: [.. (Source.Description.OwnSymbols ?? ["AAPL"]).Take(1)]);

    private void Serve(WireFeed feed, Func<IEnumerable<WireRecord>, IEnumerable<WireRecord>>? change = null, bool ignoresDates = false) => _vendor.Always(context =>
    {
        var (page, next) = Select(context.Request, feed.Records, ignoresDates);
        Mark(context.Response, next);
        return context.Response.WriteAsync(Wrap((change?.Invoke(page) ?? page).Select(Render), next));
    });

    private async Task<List<SourceRecord>> WalkAsync(PageRequest request, Action<int>? after = null)
    {
        var read = new List<SourceRecord>();
        for (var number = 1; ; number++)
        {
            Assert.InRange(number, 1, MostPages);
            var page = Source.Parse(request with { Credential = null }, await Source.FetchAsync(request, default).WaitAsync(Limit));
            read.AddRange(page.Records);
            after?.Invoke(number);
            if (page.NextCursor is null)
            {
                return read;
            }

            request = request with { Cursor = page.NextCursor };
        }
    }

    private static Func<SourceRecord, bool> IsInWindow(PageRequest request) =>
        record => record.PublishedAt is not null && RecordRules.IsInWindow(record, request.Window, request.From, request.To);

    private static string Line(SourceRecord r) =>
        $"{r.SourceId} {r.Title} {r.Bar} {r.Url} {r.PublishedAt:O} {r.CrawledAt:O} {string.Join(',', r.Symbols)} {Convert.ToHexString(r.Raw.Span)}";
}
