using Sentiment.Domain.Ingestion.Chunks;

namespace Sentiment.Domain.Retention;

/// <summary>What a stamped row is to those who fold or remove it.</summary>
internal enum PageStanding
{
    /// <summary>Somebody may still write for its chunk: leave it.</summary>
    Open,

    /// <summary>Its chunk has ended with the page committed; the chunk's ledger counts it.</summary>
    Committed,

    /// <summary>Its chunk has ended without committing the page; no ledger counts it.</summary>
    Abandoned,

    /// <summary>Its chunk is removed, as a run is only once all it left uncommitted is gone; no ledger is left to count it.</summary>
    Gone,
}

/// <summary>Judges stamps at one moment; remembers the chunks it met, which is bounded by the activity that asks.</summary>
internal sealed class PageStandings(ChunkStore chunks, DateTimeOffset now)
{
    private readonly Dictionary<string, ChunkRow?> _chunks = new(StringComparer.Ordinal);

    public async ValueTask<PageStanding> OfAsync(Stamp stamp, CancellationToken cancellationToken)
    {
        if (!_chunks.TryGetValue(stamp.Chunk, out var chunk))
        {
            _chunks.Add(stamp.Chunk, chunk = await chunks.FindAsync(stamp.Chunk, cancellationToken).ConfigureAwait(false));
        }

        return chunk is null ? PageStanding.Gone
            : !chunk.IsSettled(now) ? PageStanding.Open
            : stamp.Page <= chunk.Page ? PageStanding.Committed
            : PageStanding.Abandoned;
    }
}
