using System.Globalization;
using Sentiment.Adapters.Http;
using Sentiment.Domain.Sources;

namespace Sentiment.Adapters.Finnhub;

/// <summary>
/// Company news of Finnhub: <c>GET /company-news</c>, one symbol and a span of days in one answer, without paging.
/// </summary>
internal sealed class FinnhubCompanyNewsSource(VendorHttp http) : ITableSource
{
    private static readonly RecordFields Fields = new("id", "headline", "url", "datetime", null, null);

    /// <inheritdoc/>
    public SourceDescription Description { get; } = new(
        "finnhub/company-news", "finnhub", ChunkAxis.SymbolDays, CursorDate.Published, TimeSpan.FromHours(72), SymbolsPerChunk: 1, DaysPerChunk: 7)
    {
        MostDaysPerChunk = 28,
        Auth = FinnhubMarketNewsSource.Token,
        Limits = FinnhubMarketNewsSource.Limits,
        Answers = FinnhubMarketNewsSource.Answers,
        FollowsMarket = true,
    };

    /// <inheritdoc/>
    public Task<SourceBody> FetchAsync(PageRequest request, CancellationToken cancellationToken) => http.GetArrayAsync(
        Description, $"company-news?symbol={Uri.EscapeDataString(request.Symbols[0])}&from={Day(request.From)}&to={Day(request.To.AddTicks(-1))}",
        request, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>The answer is about the symbol asked for; <c>related</c> may name others or none, so it is not read.</remarks>
    public SourcePage Parse(PageRequest request, SourceBody body) => new(JsonRecords.Read(body.Bytes, Fields, request.Symbols), null);

    private static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
