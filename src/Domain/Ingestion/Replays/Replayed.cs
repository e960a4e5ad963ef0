namespace Sentiment.Domain.Ingestion.Replays;

/// <summary>What of the archive a run goes through again, without a call to any vendor.</summary>
public enum ReplayKind
{
    /// <summary>Records in quarantine: those that are valid by now become items, counted where the replay stands.</summary>
    Quarantine,

    /// <summary>Every committed page: items, memberships and aggregates that are missing are written again as the page wrote them.</summary>
    Raw,
}

/// <summary>Which committed pages a chunk goes through again.</summary>
/// <param name="Kind">What for.</param>
/// <param name="Chunk">The id of the chunk that fetched them.</param>
/// <param name="Pages">Their numbers there, in order; its own pages are numbered from 1.</param>
public sealed record Replayed(ReplayKind Kind, string Chunk, IReadOnlyList<int> Pages);
