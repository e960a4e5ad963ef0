using System.Text.Json.Serialization;
using Sentiment.Domain.Ingestion.Replays;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Quotas;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Ingestion.Chunks;

/// <summary>Which chunk: ids only, as workflows pass it.</summary>
/// <param name="Run">The run's id.</param>
/// <param name="Tenant">The tenant's id.</param>
/// <param name="Table">The table.</param>
/// <param name="Number">Its number in the table's plan, from 1.</param>
public sealed record ChunkId(string Run, string Tenant, string Table, int Number)
{
    /// <summary>The id in keys and stamps: contains the run's.</summary>
    public override string ToString() => $"{Run}|{Tenant}|{TableLimits.Escape(Table)}|{Rows.Number(Number)}";
}

/// <summary>How a chunk failed.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FailureKind>))]
public enum FailureKind
{
    /// <summary>A later try may succeed; those that it had did not.</summary>
    Transient,

    /// <summary>The same call will fail again.</summary>
    Permanent,

    /// <summary>Its table was stopped: the credential was refused or is missing, or the table could not be worked off.</summary>
    Stopped,

    /// <summary>Its run was cancelled.</summary>
    Cancelled,
}

/// <summary>A chunk's checkpoint; it is written last of all that a page writes.</summary>
public sealed record ChunkRow
{
    /// <summary>The run.</summary>
    public required string Run { get; init; }

    /// <summary>The tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>The table.</summary>
    public required string Table { get; init; }

    /// <summary>Its number in the table's plan, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>The symbols it asks for.</summary>
    public required IReadOnlyList<string> Symbols { get; init; }

    /// <summary>The window's start, inclusive.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>The window's end, exclusive.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>Which date the window is about.</summary>
    public required CursorDate Window { get; init; }

    /// <summary>Records published before it are skipped, for retention would remove them again; null: none.</summary>
    public DateTimeOffset? KeepFrom { get; init; }

    /// <summary>The committed pages that it goes through again; null: it asks the vendor.</summary>
    public Replayed? Replayed { get; init; }

    /// <summary>The name of the model that scores its new pages, its tenant's at the start of the run; null: the default.</summary>
    public string? Model { get; init; }

    /// <summary>Which calls go first where its vendor permits few: its run's.</summary>
    public CallPriority Priority { get; init; } = CallPriority.Scheduled;

    /// <summary>Calls that its plan expects; 0 where none was made.</summary>
    public int PlannedCalls { get; init; }

    /// <summary>Records that its plan expects.</summary>
    public long PlannedRecords { get; init; }

    /// <summary>Waits that its vendor's limits want end by then, or it is left for a later run; null: it waits as long as it takes.</summary>
    public DateTimeOffset? WaitsUntil { get; init; }

    /// <summary>Where it stands.</summary>
    public WorkStatus Status { get; init; }

    /// <summary>Why it failed or was left.</summary>
    public string? Reason { get; init; }

    /// <summary>How it failed; null where it did not, and in rows of before that was noted.</summary>
    public FailureKind? Failure { get; init; }

    /// <summary>Why it waits, or waited when it was left or its run was cancelled, as the vendor or what it permits said.</summary>
    public string? WaitingFor { get; init; }

    /// <summary>When that wait ends; null: it does not wait.</summary>
    public DateTimeOffset? WaitingUntil { get; init; }

    /// <summary>Raised by every holder; a holder that finds another's stops.</summary>
    public long Epoch { get; init; }

    /// <summary>Pages committed.</summary>
    public int Page { get; init; }

    /// <summary>Where the next page starts; null before the first and after the last.</summary>
    public string? Cursor { get; init; }

    /// <summary>Whether the last page is committed.</summary>
    public bool Drained { get; init; }

    /// <summary>Pages announced; at most <see cref="Page"/>.</summary>
    public int Announced { get; init; }

    /// <summary>Sums over the committed pages.</summary>
    public Ledger Ledger { get; init; } = Ledger.Empty;

    /// <summary>Bytes of the committed pages' bodies.</summary>
    public long Bytes { get; init; }

    /// <summary>Milliseconds that the committed pages took, from the call to the checkpoint.</summary>
    public long Milliseconds { get; init; }

    /// <summary>The quarantined ones of the ledger by the field that was wrong; null: none.</summary>
    public IReadOnlyDictionary<string, long>? Reasons { get; init; }

    /// <summary>When the earliest of its pages was asked for: the window is covered up to then at most.</summary>
    public DateTimeOffset? FetchedAt { get; init; }

    /// <summary>When its last page was asked for: the next one must not be older. Null before the first.</summary>
    public DateTimeOffset? LastFetchedAt { get; init; }

    /// <summary>Why its vendor could not be asked, so that it stores what was kept of earlier answers and then fails; null: it asks.</summary>
    public string? Stale { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Its id.</summary>
    [JsonIgnore]
    public ChunkId Id => new(Run, Tenant, Table, Number);

    /// <summary>Whether it is done with, well or not.</summary>
    [JsonIgnore]
    public bool HasEnded => Status is WorkStatus.Completed or WorkStatus.Failed or WorkStatus.Skipped or WorkStatus.Deferred;

    /// <summary>The longest time budget, a page's time-out and five minutes: a holder that was overtaken has stopped by then.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(240) + TimeSpan.FromMinutes(4) + TimeSpan.FromMinutes(5);

    /// <summary>Whether it ended so long ago that nobody writes for it any more.</summary>
    public bool IsSettled(DateTimeOffset now) => HasEnded && EndedAt + Grace <= now;
}

/// <summary>A page pinned: what it holds is what this row says, whatever the vendor would answer later.</summary>
/// <param name="Blob">The body's name.</param>
/// <param name="FetchedAt">The page's clock.</param>
/// <param name="NextCursor">Where the next page starts; null on the last.</param>
/// <param name="Model">The model that scores it, a redo too as long as the host has it: name@hash8; each item names the one that scored it.</param>
public sealed record PageRow(string Blob, DateTimeOffset FetchedAt, string? NextCursor, string Model)
{
    /// <summary>The body's size.</summary>
    public long Bytes { get; init; }

    /// <summary>Why its vendor could not be asked, so that it holds a kept answer that was out of date; null: it does not.</summary>
    public string? Stale { get; init; }
}
