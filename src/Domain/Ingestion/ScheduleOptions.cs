namespace Sentiment.Domain.Ingestion;

/// <summary>When runs start by themselves.</summary>
public sealed record ScheduleOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Schedule";

    /// <summary>NCRONTAB with six fields, seconds first, UTC; default every five minutes.</summary>
    public string Cron { get; init; } = "0 */5 * * * *";

    /// <summary>What to do where another unfinished run is in the way: skip (the default), queue-one or cancel.</summary>
    public OverlapPolicy Overlap { get; init; } = OverlapPolicy.Skip;
}
