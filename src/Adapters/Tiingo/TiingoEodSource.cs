using Sentiment.Adapters.Http;
using Sentiment.Domain.Sources;

namespace Sentiment.Adapters.Tiingo;

/// <summary>End-of-day prices of Tiingo: <c>GET /tiingo/daily/TICKER/prices</c>, one symbol and a span of days in one answer.</summary>
internal sealed class TiingoEodSource(VendorHttp http) : ITableSource
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <inheritdoc/>
    /// <remarks>A bar comes on the evening of its day; over a long weekend it may come late, which the lookback bears.</remarks>
    public SourceDescription Description { get; } = new(
        "tiingo/eod", "tiingo", ChunkAxis.SymbolDays, CursorDate.Published, TimeSpan.FromDays(7), SymbolsPerChunk: 1, DaysPerChunk: 365)
    {
        Kind = StreamKind.Prices,
        BarLength = Day,

        // A bar a day, which comes some hours after the close: no answer is good until the next morning.
        Interval = TimeSpan.FromHours(1),
        RecordsPerSymbolDay = 0.7,
        Auth = TiingoNewsSource.Token,
        Limits = TiingoNewsSource.Limits,
        Answers = TiingoNewsSource.Answers,
    };

    /// <inheritdoc/>
    public Task<SourceBody> FetchAsync(PageRequest request, CancellationToken cancellationToken) => http.GetArrayAsync(
        Description, $"tiingo/daily/{TiingoBars.Segment(request.Symbols[0])}/prices?{TiingoBars.Bounds(request)}", request, cancellationToken);

    /// <inheritdoc/>
    public SourcePage Parse(PageRequest request, SourceBody body) => TiingoBars.Read(body.Bytes, request.Symbols[0], Day);
}
