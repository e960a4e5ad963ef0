using System.Globalization;
using System.Text.Json.Serialization;
using Sentiment.Domain.Ingestion.Replays;
using Sentiment.Domain.Quotas;
using Sentiment.Domain.Tenants;

namespace Sentiment.Domain.Ingestion.Runs;

/// <summary>Where a run, tenant, table or chunk stands.</summary>
public enum WorkStatus
{
    /// <summary>Planned, not begun.</summary>
    Pending,

    /// <summary>Begun.</summary>
    Running,

    /// <summary>Ended well.</summary>
    Completed,

    /// <summary>A run of which some tenants failed and some tables completed.</summary>
    Partial,

    /// <summary>Stopped, or some part of it failed.</summary>
    Failed,

    /// <summary>Left out because another run was at it.</summary>
    Skipped,

    /// <summary>A chunk left for a later run, for its vendor permits no call soon enough; no failure.</summary>
    Deferred,
}

/// <summary>What the caller asked of a run, as given.</summary>
/// <param name="Tenants">Only these tenants; empty: all.</param>
/// <param name="Tables">Only these tables; empty: all.</param>
/// <param name="From">The window's explicit start.</param>
/// <param name="To">The window's explicit end.</param>
/// <param name="TenantsFile">A hash of the tenants file.</param>
/// <param name="Replay">What of the archive is gone through again; null: the vendors are asked.</param>
/// <param name="Backfill">Whether the holes of the coverage map are fetched; it is written only where it holds, so that the hashes of other arguments stay.</param>
public sealed record RunArguments(
    IReadOnlyList<string> Tenants, IReadOnlyList<string> Tables, DateTimeOffset? From, DateTimeOffset? To, string TenantsFile,
    ReplayKind? Replay = null, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Backfill = false)
{
    /// <summary>Whether the caller gave a window, or asked for a replay or a backfill; then the run moves no watermark.</summary>
    public bool IsExplicit => From is not null || To is not null || Replay is not null || Backfill;
}

/// <summary>A run as stored.</summary>
/// <param name="Id">Start time and a hash of the arguments.</param>
/// <param name="Arguments">What was asked.</param>
/// <param name="StartedAt">UTC; also the end of a window not given.</param>
/// <param name="EndedAt">UTC; null while unfinished.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Tenants">Tenants in it.</param>
/// <param name="Bounds">The options it was started with.</param>
/// <param name="Overlap">What it does where another run is at a table.</param>
/// <param name="Attempt">How often it was begun, from 1: each retry has workflows of its own.</param>
/// <param name="IsSuspended">Whether it is held.</param>
/// <param name="Priority">Whose calls go first where a vendor permits few.</param>
public sealed record RunRow(
    string Id, RunArguments Arguments, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, WorkStatus Status, int Tenants,
    IngestionOptions Bounds, OverlapPolicy Overlap, int Attempt = 1, bool IsSuspended = false,
    CallPriority Priority = CallPriority.Scheduled)
{
    private const string StartFormat = "yyyyMMdd'T'HHmmssfff'Z'";

    /// <summary>The id of a run that starts at a time with arguments of a hash.</summary>
    internal static string IdOf(DateTimeOffset startedAt, string argumentsHash) =>
        $"{startedAt.UtcDateTime.ToString(StartFormat, CultureInfo.InvariantCulture)}-{argumentsHash[..8]}";

    /// <summary>When the run of an id started; null if it is no such id.</summary>
    internal static DateTimeOffset? StartOf(string id) => DateTimeOffset.TryParseExact(
        id.Split('-')[0], StartFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var start) ? start : null;
}

/// <summary>A tenant of a run: its settings as they were when the run started, and how it went.</summary>
/// <param name="Tenant">The pinned settings.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Reason">Why it failed.</param>
public sealed record RunTenantRow(Tenant Tenant, WorkStatus Status, string? Reason);

/// <summary>A table of a tenant in a run.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Table">The table.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Reason">Why it was stopped, failed or skipped.</param>
/// <param name="Chunks">Chunks planned.</param>
/// <param name="ChunksCompleted">Of them completed.</param>
/// <param name="ChunksFailed">Of them failed.</param>
/// <param name="Ledger">The sum over its chunks.</param>
/// <param name="Attempt">The run's attempt that wrote the row.</param>
/// <param name="HolesLeft">Of a backfill: holes that its bound left no room for, counted in chunks.</param>
/// <param name="CoveredTo">Up to when the table was known at its end; null: nothing yet, or in rows of before that was noted.</param>
public sealed record RunTableRow(
    string Tenant, string Table, WorkStatus Status, string? Reason, int Chunks, int ChunksCompleted, int ChunksFailed, Ledger Ledger,
    int Attempt = 1, int HolesLeft = 0, DateTimeOffset? CoveredTo = null);
