using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;

namespace Sentiment.Domain.Verification;

/// <summary>What a stamped row is worth.</summary>
internal enum Standing
{
    /// <summary>Its page is committed.</summary>
    Committed,

    /// <summary>Its page's checkpoint has not come; a redo, or a later run that meets the row, brings it in order.</summary>
    InFlight,

    /// <summary>No chunk of that id exists, or a completed one has no such page.</summary>
    Orphan,
}

/// <summary>All chunks of a snapshot, by id.</summary>
internal sealed class CommittedChunks
{
    private readonly Dictionary<string, ChunkRow> _chunks = new(StringComparer.Ordinal);

    public IEnumerable<string> Tenants => _chunks.Values.Select(c => c.Tenant).Distinct();

    public void Add(ChunkRow chunk) => _chunks.Add(chunk.Id.ToString(), chunk);

    public IEnumerable<ChunkRow> Of(string tenant) => _chunks.Values.Where(c => c.Tenant == tenant);

    public Standing Of(IStamped row) => Of(new Stamp(row.Chunk, row.Page));

    public Standing Of(Stamp stamp) =>
        !_chunks.TryGetValue(stamp.Chunk, out var chunk) || stamp.Page < 1 ? Standing.Orphan
        : stamp.Page <= chunk.Page ? Standing.Committed
        : chunk.Status == WorkStatus.Completed ? Standing.Orphan
        : Standing.InFlight;
}
