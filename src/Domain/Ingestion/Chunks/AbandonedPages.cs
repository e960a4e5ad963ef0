namespace Sentiment.Domain.Ingestion.Chunks;

/// <summary>
/// Pages that began to write and were never committed, because their run was cancelled or their chunk failed. A later
/// run that meets their rows makes them its own; else those would be duplicates for ever and in no ledger or trend.
/// </summary>
/// <remarks>
/// Only another run's pages can be abandoned: the run that asks holds the claim on the table, so the other is not at it
/// any more. Pages of the same run may be under way beside it. An overtaken holder that still asks, after its run was
/// cancelled and the claim has gone to another, takes nothing over.
/// </remarks>
internal sealed class AbandonedPages(ChunkStore chunks, ChunkRow held)
{
    private readonly Dictionary<Stamp, bool> _committed = [];

    /// <summary>Whether the row was written by such a page.</summary>
    /// <exception cref="ChunkSupersededException">It was, and the chunk that asks has another holder or has ended: stop.</exception>
    public async ValueTask<bool> HoldAsync(IStamped row, CancellationToken cancellationToken)
    {
        if (row.Chunk.StartsWith(held.Run + "|", StringComparison.Ordinal))
        {
            return false;
        }

        var stamp = new Stamp(row.Chunk, row.Page);
        if (!_committed.TryGetValue(stamp, out var isCommitted))
        {
            _committed[stamp] = isCommitted = await chunks.IsCommittedAsync(stamp, cancellationToken).ConfigureAwait(false);
        }

        // A page that was committed long ago and is written again takes nothing over.
        if (isCommitted || held.HasEnded)
        {
            return false;
        }

        return await chunks.FindAsync(held.Id.ToString(), cancellationToken).ConfigureAwait(false) is { HasEnded: false } now && now.Epoch == held.Epoch
            ? true : throw new ChunkSupersededException(held.Id, null);
    }

    /// <summary>Whether the row's page is known to be committed; false where that is for its own run to say.</summary>
    /// <param name="row">The row.</param>
    /// <param name="asking">The page that asks: those of its chunk before it are committed.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    public async ValueTask<bool> IsCommittedAsync(IStamped row, Stamp asking, CancellationToken cancellationToken) =>
        row.Chunk.StartsWith(held.Run + "|", StringComparison.Ordinal)
            ? row.Chunk == asking.Chunk && row.Page < asking.Page
            : !await HoldAsync(row, cancellationToken).ConfigureAwait(false);
}
