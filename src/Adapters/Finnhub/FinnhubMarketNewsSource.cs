using System.Globalization;
using Sentiment.Adapters.Http;
using Sentiment.Domain.Sources;

namespace Sentiment.Adapters.Finnhub;

/// <summary>
/// Market news of Finnhub: <c>GET /news</c>, one category, from an id on. It is asked for by no symbol; a record is filed
/// under its category alone, for what names a company comes with that company's news and would count twice.
/// </summary>
internal sealed class FinnhubMarketNewsSource(VendorHttp http) : ITableSource
{
    /// <summary>What both tables of the vendor send their token in.</summary>
    public static readonly SourceAuth Token = new(AuthPlace.Header, "X-Finnhub-Token");

    /// <summary>What both tables' calls count against.</summary>
    public static readonly IReadOnlyList<string> Limits = ["finnhub/minute", "finnhub/second"];

    /// <summary>What both tables' answers without records mean.</summary>
    public static readonly IReadOnlyList<AnswerRule> Answers = [new("limit", AnswerMeaning.Retry)];

    private static readonly RecordFields Fields = new("id", "headline", "url", "datetime", null, null);

    /// <inheritdoc/>
    public SourceDescription Description { get; } = new(
        "finnhub/market-news", "finnhub", ChunkAxis.SymbolBatch, CursorDate.Published, TimeSpan.FromHours(72), SymbolsPerChunk: 1, DaysPerChunk: 0)
    {
        Auth = Token,
        Paging = PagingStyle.Id,
        Limits = Limits,
        Answers = Answers,
        OwnSymbols = ["GENERAL", "FOREX", "CRYPTO", "MERGER"],
        FollowsMarket = true,
        AroundTheClock = ["FOREX", "CRYPTO"],
    };

    /// <inheritdoc/>
    public Task<SourceBody> FetchAsync(PageRequest request, CancellationToken cancellationToken) => http.GetArrayAsync(
        Description, string.Create(CultureInfo.InvariantCulture, $"news?category={Uri.EscapeDataString(request.Symbols[0].ToLowerInvariant())}&minId={MinId(request)}"),
        request, cancellationToken);

    /// <inheritdoc/>
    public SourcePage Parse(PageRequest request, SourceBody body)
    {
        var records = JsonRecords.Read(body.Bytes, Fields, request.Symbols);
        var newest = records.Select(r => long.TryParse(r.SourceId, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0).DefaultIfEmpty().Max();

        // A page that brings no newer id is the last: ids only grow, so the walk ends however the vendor repeats itself.
        return new(records, newest > MinId(request) ? newest.ToString(CultureInfo.InvariantCulture) : null);
    }

    private static long MinId(PageRequest request) =>
        request.Cursor is { } cursor ? long.Parse(cursor, NumberStyles.None, CultureInfo.InvariantCulture) : 0;
}
