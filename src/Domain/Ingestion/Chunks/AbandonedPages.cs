namespace Sentiment.Domain.Ingestion.Chunks;

/// <summary>
/// Pages that began to write and were never committed, because their run was cancelled or their chunk failed. A later
/// run that meets their rows makes them its own; else those would be duplicates for ever and in no ledger or trend.
/// </summary>
/// <remarks>
/// Only another run's pages can be abandoned: the run that asks holds the claim on the table, so the other is not at it
/// any more. Pages of the same run may be under way beside it.
/// </remarks>
internal sealed class AbandonedPages(ChunkStore chunks, string run)
{
    private readonly Dictionary<string, int> _committed = new(StringComparer.Ordinal);

    /// <summary>Whether the row was written by such a page.</summary>
    public async ValueTask<bool> HoldAsync(IStamped row, CancellationToken cancellationToken)
    {
        if (row.Chunk.StartsWith(run + "|", StringComparison.Ordinal))
        {
            return false;
        }

        if (!_committed.TryGetValue(row.Chunk, out var page))
        {
            // A chunk that retention has removed was committed long ago.
            page = await chunks.CommittedPagesAsync(row.Chunk, cancellationToken).ConfigureAwait(false) ?? int.MaxValue;
            _committed.Add(row.Chunk, page);
        }

        return row.Page > page;
    }

    /// <summary>Whether the row's page is known to be committed; false where that is for its own run to say.</summary>
    /// <param name="row">The row.</param>
    /// <param name="asking">The page that asks: those of its chunk before it are committed.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    public async ValueTask<bool> IsCommittedAsync(IStamped row, Stamp asking, CancellationToken cancellationToken) =>
        row.Chunk.StartsWith(run + "|", StringComparison.Ordinal)
            ? row.Chunk == asking.Chunk && row.Page < asking.Page
            : !await HoldAsync(row, cancellationToken).ConfigureAwait(false);
}
