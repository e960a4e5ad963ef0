using System.Globalization;

namespace Sentiment.Domain.Alerts.Delivery;

/// <summary>When digests end and quiet hours are over.</summary>
internal static class DigestTime
{
    /// <summary>The id of a digest's message, the same for all alerts of a rule in the same interval.</summary>
    public static string IdOf(string tenant, string rule, DateTimeOffset until) => Alert.IdOf(tenant, rule, 0, "digest", until.ToUnixTimeSeconds());

    /// <summary>The first end of an interval on the clock that is after a time, and in no quiet hour; one within is put off to the first after it.</summary>
    public static DateTimeOffset EndAfter(AlertRule rule, int minutes, DateTimeOffset time)
    {
        var end = Next(minutes, time);
        return QuietEnd(rule.Quiet, end) is { } over ? Next(minutes, over.AddTicks(-1)) : end;
    }

    /// <summary>When the quiet hours that a time is in are over; null: it is in none.</summary>
    public static DateTimeOffset? QuietEnd(QuietHours? quiet, DateTimeOffset time)
    {
        if (quiet is null || !TryMinute(quiet.From, out var from) || !TryMinute(quiet.To, out var to) || from == to)
        {
            return null;
        }

        var zone = TimeZoneInfo.TryFindSystemTimeZoneById(quiet.TimeZone, out var found) ? found : TimeZoneInfo.Utc;
        var local = TimeZoneInfo.ConvertTime(time, zone).DateTime;
        var minute = local.TimeOfDay;
        var isQuiet = from < to ? minute >= from && minute < to : minute >= from || minute < to;
        if (!isQuiet)
        {
            return null;
        }

        var end = local.Date + to;
        if (end <= local) end = end.AddDays(1);

        // An hour that the clock leaves out ends when it goes on.
        while (zone.IsInvalidTime(end)) end = end.AddMinutes(1);
        var over = new DateTimeOffset(end, zone.GetUtcOffset(end)).ToUniversalTime();
        return over > time ? over : time.AddMinutes(1);
    }

    private static DateTimeOffset Next(int minutes, DateTimeOffset time)
    {
        var length = TimeSpan.FromMinutes(minutes).Ticks;
        return DateTimeOffset.UnixEpoch.AddTicks((((time - DateTimeOffset.UnixEpoch).Ticks / length) + 1) * length);
    }

    private static bool TryMinute(string text, out TimeSpan minute)
    {
        var isTime = TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time);
        minute = time.ToTimeSpan();
        return isTime;
    }
}
