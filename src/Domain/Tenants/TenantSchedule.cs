using Cronos;

namespace Sentiment.Domain.Tenants;

/// <summary>A tenant's own schedule: six NCRONTAB fields, seconds first, UTC.</summary>
public static class TenantSchedule
{
    /// <summary>What is wrong with a schedule; null: nothing.</summary>
    public static string? ProblemOf(string fields) => CronExpression.TryParse(fields, CronFormat.IncludeSeconds, out _)
        ? null : $"six NCRONTAB fields such as '0 */15 * * * *' expected, found '{fields}'";

    /// <summary>Whether a schedule was due since a time; what was missed in between is due once.</summary>
    /// <param name="fields">The schedule.</param>
    /// <param name="last">When its tenant last took part; null: never, so that it is due.</param>
    /// <param name="now">The time.</param>
    public static bool IsDue(string fields, DateTimeOffset? last, DateTimeOffset now) =>
        last is not { } since || CronExpression.Parse(fields, CronFormat.IncludeSeconds).GetNextOccurrence(since, TimeZoneInfo.Utc) <= now;
}
