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

    /// <summary>Options of configured values; null stands for the default.</summary>
    /// <param name="cron">NCRONTAB with six fields; the host that keeps the schedule checks it.</param>
    /// <param name="overlap"><c>skip</c>, <c>queue-one</c> or <c>cancel</c>.</param>
    /// <exception cref="ArgumentException"><paramref name="overlap"/> is none of them; the message names its key.</exception>
    public static ScheduleOptions Read(string? cron, string? overlap) => new()
    {
        Cron = cron ?? new ScheduleOptions().Cron,
        Overlap = overlap?.ToLowerInvariant() switch
        {
            null or "skip" => OverlapPolicy.Skip,
            "queue-one" => OverlapPolicy.QueueOne,
            "cancel" => OverlapPolicy.Cancel,
            _ => throw new ArgumentException($"{Section}:{nameof(Overlap)}: '{overlap}' is none of skip, queue-one, cancel"),
        },
    };
}
