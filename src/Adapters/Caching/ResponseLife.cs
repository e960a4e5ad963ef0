namespace Sentiment.Adapters.Caching;

/// <summary>For how long a vendor's answer is good.</summary>
/// <param name="market">When the market is open.</param>
/// <param name="pace">How often runs come.</param>
/// <param name="closed">The longest while it is closed.</param>
internal sealed class ResponseLife(MarketHours market, SchedulePace pace, TimeSpan closed)
{
    /// <summary>Until when an answer is good.</summary>
    /// <param name="fetchedAt">When it was asked for: an answer of market hours stays short-lived when they are over.</param>
    /// <param name="followsMarket">Whether nothing much is expected while the market is closed.</param>
    public DateTimeOffset Until(DateTimeOffset fetchedAt, bool followsMarket)
    {
        if (!followsMarket || market.ClosedUntil(fetchedAt) is not { } opens)
        {
            return pace.Until(fetchedAt);
        }

        var longest = fetchedAt + closed;
        return opens < longest ? opens : longest;
    }
}
