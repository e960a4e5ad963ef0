namespace Sentiment.Adapters.Caching;

/// <summary>When a market is open, Monday to Friday but for its holidays.</summary>
/// <param name="zone">The zone of its times.</param>
/// <param name="open">When it opens.</param>
/// <param name="close">When it closes.</param>
/// <param name="margin">How long before and after counts as open.</param>
/// <param name="holidays">Days on which it stays closed.</param>
internal sealed class MarketHours(TimeZoneInfo zone, TimeOnly open, TimeOnly close, TimeSpan margin, IReadOnlySet<DateOnly> holidays)
{
    // Longer than any row of holidays and weekends.
    private const int MostDays = 14;

    /// <summary>When it opens next, the margin included; null where it is open.</summary>
    /// <param name="at">Seen from when.</param>
    public DateTimeOffset? ClosedUntil(DateTimeOffset at)
    {
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, zone).DateTime);
        for (var ahead = -1; ahead <= MostDays; ahead++)
        {
            var day = today.AddDays(ahead);
            if (day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday || holidays.Contains(day))
            {
                continue;
            }

            if (at < Instant(day, open) - margin)
            {
                return Instant(day, open) - margin;
            }

            if (at < Instant(day, close) + margin)
            {
                return null;
            }
        }

        return at + TimeSpan.FromDays(MostDays);
    }

    private DateTimeOffset Instant(DateOnly day, TimeOnly time)
    {
        var local = day.ToDateTime(time);
        return new DateTimeOffset(local, zone.GetUtcOffset(local)).ToUniversalTime();
    }
}
