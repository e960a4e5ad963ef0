using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Ingestion.Spans;
using Sentiment.Domain.Sources;

namespace Sentiment.Domain.Ingestion.Tables;

/// <summary>How far a tenant's table is known to be complete.</summary>
/// <param name="At">Everything before it has been fetched, for the symbols named.</param>
/// <param name="Symbols">The symbols it holds for; one added later starts with its own history.</param>
public sealed record Watermark(DateTimeOffset At, IReadOnlyList<string> Symbols)
{
    /// <summary>Symbols that are complete up to a later time than <see cref="At"/>; null: none.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset>? Ahead { get; init; }

    /// <summary>What the table's pages were like of late; null where none was read yet.</summary>
    public TablePace? Pace { get; init; }

    /// <summary>Up to when a symbol is complete; null where nothing is known of it.</summary>
    public DateTimeOffset? Of(string symbol) =>
        Ahead?.TryGetValue(symbol, out var ahead) == true ? ahead : Symbols.Contains(symbol) ? At : null;
}

/// <summary>Which run is at a tenant's table.</summary>
/// <param name="Run">The run.</param>
public sealed record Claim(string Run);

/// <summary>How long the longest recorded span of a table is: what overlaps a window starts no earlier before it.</summary>
/// <param name="Span">Its length; it only grows.</param>
internal sealed record LongestSpan(TimeSpan Span);

/// <summary>A span of a tenant's table that was asked for, and what came of it.</summary>
/// <param name="Symbols">For these symbols.</param>
/// <param name="From">Inclusive.</param>
/// <param name="To">Exclusive; of a success never after the fetch.</param>
/// <param name="Window">Which date it is about.</param>
/// <param name="Chunk">The chunk that asked.</param>
/// <param name="State">What came of it; rows of before failures were recorded are of successes.</param>
/// <param name="Reason">Why it failed, or waits.</param>
/// <param name="Failure">How it failed.</param>
/// <param name="At">When it failed.</param>
/// <param name="IsExplicit">Whether its run did not go on from the watermark: it says nothing of where the table's history begins.</param>
/// <param name="Until">When its wait ends; never of a chunk that has ended.</param>
public sealed record Coverage(
    IReadOnlyList<string> Symbols, DateTimeOffset From, DateTimeOffset To, CursorDate Window, string Chunk,
    SpanState State = SpanState.Covered, string? Reason = null, FailureKind? Failure = null, DateTimeOffset? At = null,
    bool IsExplicit = false, DateTimeOffset? Until = null)
{
    /// <summary>What is known of a chunk's span; null of a replay's, which asks nobody.</summary>
    /// <param name="chunk">The chunk.</param>
    /// <param name="isExplicit">Whether its run did not go on from the watermark.</param>
    public static Coverage? Of(ChunkRow chunk, bool isExplicit)
    {
        ArgumentNullException.ThrowIfNull(chunk);
        if (chunk.Replayed is not null)
        {
            return null;
        }

        var asked = new Coverage(chunk.Symbols, chunk.From, chunk.To, chunk.Window, chunk.Id.ToString(), IsExplicit: isExplicit);
        if (chunk.Status == WorkStatus.Completed)
        {
            // An answer covers time only up to when it was asked for.
            return asked with
            {
                To = chunk.FetchedAt is { } fetched && fetched < chunk.To ? fetched : chunk.To,
                State = chunk.Ledger.Read > 0 ? SpanState.Covered : SpanState.Empty,
            };
        }

        var waits = chunk.WaitingUntil is not null && chunk.Failure is null or FailureKind.Cancelled;
        var known = asked with { State = waits ? SpanState.RateLimited : chunk.HasEnded ? SpanState.Failed : SpanState.Pending };
        return chunk.HasEnded
            ? known with { Failure = chunk.Failure, At = chunk.EndedAt, Reason = ReasonOf(chunk, waits) }
            : known with { Reason = chunk.WaitingFor, Until = chunk.WaitingUntil };
    }

    private static string? ReasonOf(ChunkRow chunk, bool waits) => !waits ? chunk.Reason
        : chunk.Status == WorkStatus.Deferred ? $"{chunk.WaitingFor}: left until {chunk.WaitingUntil!.Value.UtcDateTime:O}"
        : $"{chunk.WaitingFor} ({chunk.Reason})";
}
