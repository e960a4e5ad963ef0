using System.Globalization;

namespace Sentiment.Adapters.Caching;

/// <summary>When the stock market is open; section <c>Caching:Market</c>. The defaults are the New York Stock Exchange's.</summary>
public sealed record MarketOptions
{
    private const string Time = "HH:mm";

    /// <summary>The zone of its times, as IANA names it; default <c>America/New_York</c>.</summary>
    public string TimeZone { get; init; } = "America/New_York";

    /// <summary>When it opens, Monday to Friday, as <c>HH:mm</c>; default 09:30.</summary>
    public string Open { get; init; } = "09:30";

    /// <summary>When it closes, as <c>HH:mm</c> and later than it opens; default 16:00. Days on which it closes early count as whole ones.</summary>
    public string Close { get; init; } = "16:00";

    /// <summary>Minutes before it opens and after it closes that count as open; 0 to 240, default 30.</summary>
    public int MarginMinutes { get; init; } = 30;

    /// <summary>
    /// Days on which it stays closed, <c>yyyy-MM-dd</c> with commas between; default those of 2026 to 2028. A day that is missing
    /// counts as open: nothing arrives late, only more calls are made.
    /// </summary>
    public string Holidays { get; init; } =
        "2026-01-01,2026-01-19,2026-02-16,2026-04-03,2026-05-25,2026-06-19,2026-07-03,2026-09-07,2026-11-26,2026-12-25,"
        + "2027-01-01,2027-01-18,2027-02-15,2027-03-26,2027-05-31,2027-06-18,2027-07-05,2027-09-06,2027-11-25,2027-12-24,"
        + "2028-01-17,2028-02-21,2028-04-14,2028-05-29,2028-06-19,2028-07-04,2028-09-04,2028-11-23,2028-12-25";

    /// <summary>What is not as expected, by key.</summary>
    internal IEnumerable<(string Key, string Problem)> Problems()
    {
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out _))
        {
            yield return (nameof(TimeZone), $"'{TimeZone}' is no time zone that this machine knows (its time zone data may be missing: on Linux the package tzdata)");
        }

        var (open, close) = (ReadTime(Open), ReadTime(Close));
        if (open is null)
        {
            yield return (nameof(Open), $"'{Open}' is no time of day as HH:mm");
        }

        if (close is null || close <= open)
        {
            yield return (nameof(Close), $"'{Close}' is no time of day as HH:mm after {nameof(Open)} ({Open})");
        }

        if (MarginMinutes is < 0 or > 240)
        {
            yield return (nameof(MarginMinutes), $"a number from 0 to 240 expected, found {MarginMinutes}");
        }

        foreach (var day in Days().Where(day => ReadDay(day) is null))
        {
            yield return (nameof(Holidays), $"'{day}' is no day as yyyy-MM-dd");
        }
    }

    /// <summary>The hours of valid options.</summary>
    internal MarketHours Hours() => new(
        TimeZoneInfo.FindSystemTimeZoneById(TimeZone), ReadTime(Open)!.Value, ReadTime(Close)!.Value, TimeSpan.FromMinutes(MarginMinutes),
        Days().Select(day => ReadDay(day)!.Value).ToHashSet());

    private string[] Days() => Holidays.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static TimeOnly? ReadTime(string text) =>
        TimeOnly.TryParseExact(text, Time, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null;

    private static DateOnly? ReadDay(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;
}
