using Sentiment.Adapters.Http;
using Sentiment.Domain.Sources;

namespace Sentiment.Adapters.Tiingo;

/// <summary>Five-minute prices of Tiingo: <c>GET /iex/TICKER/prices</c>, one symbol and a span of days in one answer.</summary>
internal sealed class TiingoIntradaySource(VendorHttp http) : ITableSource
{
    private static readonly TimeSpan FiveMinutes = TimeSpan.FromMinutes(5);

    /// <inheritdoc/>
    /// <remarks>30 days of bars around the clock are 8,640; the vendor gives 10,000 at most.</remarks>
    public SourceDescription Description { get; } = new(
        "tiingo/intraday", "tiingo", ChunkAxis.SymbolDays, CursorDate.Published, TimeSpan.FromHours(72), SymbolsPerChunk: 1, DaysPerChunk: 30)
    {
        Kind = StreamKind.Prices,
        BarLength = FiveMinutes,
        FollowsMarket = true,
        RecordsPerSymbolDay = 56,
        Auth = TiingoNewsSource.Token,
        Limits = TiingoNewsSource.Limits,
        Answers = TiingoNewsSource.Answers,
    };

    /// <inheritdoc/>
    /// <remarks>A volume comes only where it is asked for.</remarks>
    public Task<SourceBody> FetchAsync(PageRequest request, CancellationToken cancellationToken) => http.GetArrayAsync(
        Description,
        $"iex/{TiingoBars.Segment(request.Symbols[0])}/prices?resampleFreq=5Min&{TiingoBars.Bounds(request)}&columns=open,high,low,close,volume",
        request, cancellationToken);

    /// <inheritdoc/>
    public SourcePage Parse(PageRequest request, SourceBody body) => TiingoBars.Read(body.Bytes, request.Symbols[0], FiveMinutes);
}
