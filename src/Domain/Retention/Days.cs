using System.Globalization;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Retention;

/// <summary>UTC days, as partitions name them: <c>yyyyMMdd</c>, so that they compare as text.</summary>
internal static class Days
{
    /// <summary>The start of the day that lies so many days before a time's.</summary>
    public static DateTimeOffset Before(DateTimeOffset time, int days) => new(time.UtcDateTime.Date.AddDays(-days), TimeSpan.Zero);

    /// <summary>The day after.</summary>
    public static string Next(string day) =>
        Rows.Day(DateTimeOffset.ParseExact(day, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).AddDays(1));

    /// <summary>The later one; null comes before all.</summary>
    public static string Later(string? a, string b) => string.CompareOrdinal(a, b) >= 0 ? a! : b;

    /// <summary>Whether a day comes before a horizon; nothing comes before none.</summary>
    public static bool IsBefore(string day, string? horizon) => horizon is not null && string.CompareOrdinal(day, horizon) < 0;
}
