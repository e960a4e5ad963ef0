using System.ComponentModel.DataAnnotations;

namespace Sentiment.Domain.Ingestion;

/// <summary>What to do with a table, or a tick, that another unfinished run holds.</summary>
public enum OverlapPolicy
{
    /// <summary>Leave it out and say so.</summary>
    Skip,

    /// <summary>Wait for that run's end.</summary>
    QueueOne,

    /// <summary>Cancel that run.</summary>
    Cancel,
}

/// <summary>Bounds of a run; resolved once when it starts and carried in its input.</summary>
public sealed record IngestionOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Ingestion";

    /// <summary>Seconds a chunk works before it hands back; 1 to 240, default 60.</summary>
    [Range(1, 240)]
    public int ChunkSeconds { get; init; } = 60;

    /// <summary>Tenants of a run in flight at a time; default 8.</summary>
    [Range(1, 500)]
    public int TenantWindow { get; init; } = 8;

    /// <summary>Tables of a tenant in flight at a time; default 2.</summary>
    [Range(1, 100)]
    public int TableWindow { get; init; } = 2;

    /// <summary>Chunks of a table in flight at a time; default 4.</summary>
    [Range(1, 100)]
    public int ChunkWindow { get; init; } = 4;

    /// <summary>Days before its first run that a table without a watermark is read from; default 7.</summary>
    [Range(1, 3650)]
    public int HistoryDays { get; init; } = 7;

    /// <summary>
    /// Minutes after its start for which a run without a given window waits where a vendor's limits want it; what would
    /// take longer is left for the next run, which begins with it. 1 to 44,640 (31 days), default 15.
    /// </summary>
    [Range(1, 44_640)]
    public int LongestWaitMinutes { get; init; } = 15;

    /// <summary>Attempts at a chunk that fails transiently, each from its checkpoint; default 5.</summary>
    [Range(1, 20)]
    public int ChunkAttempts { get; init; } = 5;

    /// <summary>The most chunks of a backfill, shared evenly by its tables, of which each may have one; 1 to 1,000,000, default 10,000.</summary>
    [Range(1, 1_000_000)]
    public int BackfillChunks { get; init; } = 10_000;
}
