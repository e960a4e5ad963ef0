using System.Globalization;
using Sentiment.Domain.Ingestion.Chunks;

namespace Sentiment.Domain.Prices;

/// <summary>The prices of a symbol over a period, as stored: complete when inserted, never changed by a later version.</summary>
/// <param name="Table">The table it came from, which says how long the period is.</param>
/// <param name="Symbol">The symbol.</param>
/// <param name="Time">When the period begins, UTC.</param>
/// <param name="Open">The first price; prices are exactly as the vendor wrote them.</param>
/// <param name="High">The highest price.</param>
/// <param name="Low">The lowest price.</param>
/// <param name="Close">The last price.</param>
/// <param name="Volume">How much was traded; null where the vendor did not say.</param>
/// <param name="IsSuspicious">Whether it closed more than a tenth above or below the bar before it.</param>
/// <param name="Chunk">The chunk that inserted it.</param>
/// <param name="Page">The page of that chunk.</param>
public sealed record PriceBar(
    string Table, string Symbol, DateTimeOffset Time, decimal Open, decimal High, decimal Low, decimal Close, decimal? Volume,
    bool IsSuspicious, string Chunk, int Page) : IStamped
{
    /// <summary>What a vendor's bar is known by inside its table: <c>AAPL@2026-11-02T14:35:00Z</c>, with a fraction where there is one.</summary>
    public static string IdOf(string symbol, DateTimeOffset time) =>
        $"{symbol}@{time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture)}";
}
