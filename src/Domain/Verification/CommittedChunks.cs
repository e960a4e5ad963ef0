using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;

namespace Sentiment.Domain.Verification;

/// <summary>What a stamped row is worth.</summary>
internal enum Standing
{
    /// <summary>Its page is committed, or retention has removed its run since.</summary>
    Committed,

    /// <summary>Its page's checkpoint has not come; a redo, or a later run that meets the row, brings it in order.</summary>
    InFlight,

    /// <summary>No chunk of that id exists, or a completed one has no such page.</summary>
    Orphan,
}

/// <summary>All chunks of a snapshot, by id.</summary>
/// <param name="runs">All runs of the snapshot.</param>
/// <param name="runsBefore">Runs started before it may be removed; null: none is.</param>
internal sealed class CommittedChunks(IReadOnlyDictionary<string, RunRow> runs, DateTimeOffset? runsBefore)
{
    private readonly Dictionary<string, ChunkRow> _chunks = new(StringComparer.Ordinal);

    public DateTimeOffset? RunsBefore => runsBefore;

    public IEnumerable<string> Tenants => _chunks.Values.Select(c => c.Tenant).Distinct();

    public void Add(ChunkRow chunk) => _chunks.Add(chunk.Id.ToString(), chunk);

    public IEnumerable<ChunkRow> Of(string tenant) => _chunks.Values.Where(c => c.Tenant == tenant);

    public Standing Of(IStamped row) => Of(new Stamp(row.Chunk, row.Page));

    public Standing Of(Stamp stamp) =>
        stamp.Page < 1 ? Standing.Orphan
        : !_chunks.TryGetValue(stamp.Chunk, out var chunk) ? IsRemoved(stamp.Chunk) ? Standing.Committed : Standing.Orphan
        : stamp.Page <= chunk.Page ? Standing.Committed
        : chunk.Status == WorkStatus.Completed ? Standing.Orphan
        : Standing.InFlight;

    // A run is removed only once nothing uncommitted is left of it. Its id begins with its start.
    private bool IsRemoved(string chunk)
    {
        var run = chunk[..Math.Max(0, chunk.IndexOf('|', StringComparison.Ordinal))];
        return runsBefore is not null && !runs.ContainsKey(run) && RunRow.StartOf(run) < runsBefore;
    }
}
