using System.Globalization;
using Sentiment.Adapters.Http;
using Sentiment.Domain.Sources;

namespace Sentiment.Adapters.Tiingo;

/// <summary>
/// News of Tiingo: <c>GET /tiingo/news</c>, newest first, by offset. Its date filter has been seen to be ignored, so
/// paging ends where the records themselves are older than the window.
/// </summary>
internal sealed class TiingoNewsSource(VendorHttp http) : ITableSource
{
    /// <summary>What every table of the vendor sends its token in.</summary>
    public static readonly SourceAuth Token = new(AuthPlace.Header, "Authorization", "Token ");

    /// <summary>What every table's calls count against.</summary>
    public static readonly IReadOnlyList<string> Limits = ["tiingo/hour", "tiingo/day", "tiingo/month"];

    /// <summary>What every table's answers without records mean.</summary>
    public static readonly IReadOnlyList<AnswerRule> Answers = [new("limit", AnswerMeaning.Retry)];

    private const int PageSize = 1000;

    // Records that arrive or go between two pages shift offsets; what the overlap repeats is inserted once.
    private const int Overlap = 10;
    private const int MaxOffset = 2_000_000;

    private static readonly RecordFields Fields = new("id", "title", "url", "publishedDate", "crawlDate", "tickers");

    /// <inheritdoc/>
    public SourceDescription Description { get; } = new(
        "tiingo/news", "tiingo", ChunkAxis.SymbolBatch, CursorDate.Crawled, TimeSpan.FromHours(1), SymbolsPerChunk: 10, DaysPerChunk: 0)
    {
        Auth = Token,
        Paging = PagingStyle.Offset,
        PageSize = PageSize,
        PageOverlap = Overlap,
        MostSymbolsPerChunk = 50,
        FollowsMarket = true,
        Limits = Limits,
        Answers = Answers,
    };

    /// <inheritdoc/>
    public Task<SourceBody> FetchAsync(PageRequest request, CancellationToken cancellationToken)
    {
        var tickers = string.Join(',', request.Symbols.Select(s => Uri.EscapeDataString(s.ToLowerInvariant())));
        var order = request.Window == CursorDate.Crawled
            ? "sortBy=crawlDate"
            : $"sortBy=publishedDate&startDate={Day(request.From)}&endDate={Day(request.To)}";
        return http.GetArrayAsync(
            Description, string.Create(CultureInfo.InvariantCulture, $"tiingo/news?tickers={tickers}&{order}&limit={PageSize}&offset={Offset(request)}"),
            request, cancellationToken);
    }

    /// <inheritdoc/>
    public SourcePage Parse(PageRequest request, SourceBody body)
    {
        var records = JsonRecords.Read(body.Bytes, Fields, []);

        // Records that a page repeats make it longer than asked for, yet take no offsets.
        var next = Offset(request) + Math.Min(records.Count, PageSize) - Overlap;
        var isLast = records.Count < PageSize || records.TakeLast(Overlap).All(r => DateOf(r, request.Window) < request.From);
        return isLast ? new(records, null)
            : next <= MaxOffset ? new(records, next.ToString(CultureInfo.InvariantCulture))
            : throw new SourceException($"tiingo has more than {MaxOffset:#,0} records in the window; ask for a shorter one", isTransient: false);
    }

    private static DateTimeOffset? DateOf(SourceRecord record, CursorDate window) =>
        window == CursorDate.Crawled ? record.CrawledAt ?? record.PublishedAt : record.PublishedAt;

    private static int Offset(PageRequest request) =>
        request.Cursor is { } cursor ? int.Parse(cursor, NumberStyles.None, CultureInfo.InvariantCulture) : 0;

    private static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
