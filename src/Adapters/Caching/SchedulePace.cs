using Cronos;
using Sentiment.Domain.Ingestion;

namespace Sentiment.Adapters.Caching;

/// <summary>How soon after one scheduled run the next one comes.</summary>
internal sealed class SchedulePace
{
    // A Monday; the pace of a schedule is not to depend on when it is looked at.
    private static readonly DateTimeOffset Start = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Standard = TimeSpan.FromMinutes(5);
    private const int TicksLookedAt = 500;

    private readonly CronExpression _cron;

    /// <summary>Reads a schedule.</summary>
    /// <param name="cron">NCRONTAB with six fields.</param>
    /// <exception cref="ArgumentException">It is none; the message names its key.</exception>
    public SchedulePace(string cron)
    {
        try
        {
            _cron = CronExpression.Parse(cron, CronFormat.IncludeSeconds);
        }
        catch (CronFormatException exception)
        {
            throw new ArgumentException($"{ScheduleOptions.Section}:{nameof(ScheduleOptions.Cron)}: '{cron}' is not six NCRONTAB fields: {exception.Message}", exception);
        }

        Interval = Shortest(_cron);
    }

    /// <summary>The shortest time between two runs.</summary>
    public TimeSpan Interval { get; }

    /// <summary>Until when an answer is good: half an interval, but not into the next run, which would take it for news.</summary>
    public DateTimeOffset Until(DateTimeOffset fetchedAt)
    {
        var half = fetchedAt + (Interval / 2);
        return _cron.GetNextOccurrence(fetchedAt, TimeZoneInfo.Utc) is { } tick && tick < half ? tick : half;
    }

    private static TimeSpan Shortest(CronExpression cron)
    {
        var shortest = TimeSpan.MaxValue;
        var last = cron.GetNextOccurrence(Start, TimeZoneInfo.Utc, inclusive: true);
        for (var i = 0; i < TicksLookedAt && last is not null; i++)
        {
            var next = cron.GetNextOccurrence(last.Value, TimeZoneInfo.Utc);
            shortest = next - last is { } gap && gap < shortest ? gap : shortest;
            last = next;
        }

        return shortest == TimeSpan.MaxValue ? Standard : shortest;
    }
}
