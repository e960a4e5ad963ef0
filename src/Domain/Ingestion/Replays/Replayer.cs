using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Pages;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Workflows;

namespace Sentiment.Domain.Ingestion.Replays;

/// <summary>Goes through a committed page again, as it lies in the archive and by the rules of now.</summary>
internal sealed class Replayer(SourceCatalog sources, ChunkStore chunks, IBlobStore blobs, QuarantineStore quarantine, PageCommitters committers, ChunkModels models)
{
    /// <summary>Writes all of a replay's page but its checkpoint; repeated, it writes the same.</summary>
    /// <exception cref="NonRetryableException">The chunk, the page or its body is gone.</exception>
    public async Task<(PageRow Pinned, CommittedPage Committed)> CommitAsync(ChunkRow chunk, int number, CancellationToken cancellationToken)
    {
        var (kind, id, pages) = chunk.Replayed!;
        var original = await chunks.FindAsync(id, cancellationToken).ConfigureAwait(false) ?? throw new NonRetryableException($"Chunk '{id}' is gone.");
        var page = await PageAsync(original, pages[number - 1], cancellationToken).ConfigureAwait(false);
        var next = number == pages.Count ? null
            : pages[number] == pages[number - 1] + 1 ? page.NextCursor
            : (await PageAsync(original, pages[number] - 1, cancellationToken).ConfigureAwait(false)).NextCursor;

        // What comes back is scored as it was; what is let in now, as anything new is.
        var model = kind == ReplayKind.Raw ? page.Model : models.Of(chunk).Model;
        var pinned = await chunks.PinAsync(chunk.Id, number, page with { NextCursor = next, Model = model }, cancellationToken).ConfigureAwait(false);
        var bytes = await blobs.GetAsync(page.Blob, cancellationToken).ConfigureAwait(false)
            ?? throw new NonRetryableException($"The archive has no '{page.Blob}' any more, which page {pages[number - 1]} of '{id}' is in.");
        var records = sources.Get(chunk.Table).Parse(RequestOf(chunk), new(bytes, page.FetchedAt)).Records;
        var standing = await quarantine.FindAsync(chunk.Tenant, chunk.Table, records, cancellationToken).ConfigureAwait(false);
        var chosen = Chosen(kind, records, page.FetchedAt, key => standing.ContainsKey(TableLimits.Escape(key)));
        var committer = committers.Of(chunk.Table);
        if (kind == ReplayKind.Raw)
        {
            // Under its own stamp, as a redo: what is there stays, what is missing comes back as it was.
            var owners = await committer.OwnersAsync(chunk.Tenant, chunk.Table, chosen, cancellationToken).ConfigureAwait(false);
            var rebuilt = await committer.CommitAsync(
                original with { KeepFrom = chunk.KeepFrom, Model = chunk.Model }, pages[number - 1], page.FetchedAt, chosen, isNew: false, cancellationToken, owners, page.Model).ConfigureAwait(false);
            return (pinned, rebuilt with
            {
                Ledger = new(rebuilt.Inserted, rebuilt.Ledger.Read - rebuilt.Inserted, 0, rebuilt.Ledger.Skipped),
                Counted = rebuilt.Inserted == 0 ? [] : rebuilt.Counted,
            });
        }

        var committed = await committer.CommitAsync(chunk, number, page.FetchedAt, chosen, isNew: false, cancellationToken, model: pinned.Model).ConfigureAwait(false);
        var valid = SortedPage.Of(chosen, chunk, page.FetchedAt).Valid.Values.SelectMany(v => QuarantinedRecord.KeysOf(v.Record)).Select(TableLimits.Escape);
        await quarantine.AcceptAsync(
            chunk.Tenant, chunk.Table, valid.Where(standing.ContainsKey).Distinct(StringComparer.Ordinal).Select(k => standing[k]), chunk.Id.ToString(), cancellationToken).ConfigureAwait(false);
        return (pinned, committed);
    }

    /// <summary>The records that a replay is about: those in quarantine, or the valid ones that are not.</summary>
    /// <param name="kind">What for.</param>
    /// <param name="records">The page's.</param>
    /// <param name="fetchedAt">The page's clock.</param>
    /// <param name="isQuarantined">Whether a record of that key stands in quarantine, accepted since or not.</param>
    public static IReadOnlyList<SourceRecord> Chosen(
        ReplayKind kind, IReadOnlyList<SourceRecord> records, DateTimeOffset fetchedAt, Func<string, bool> isQuarantined) => kind == ReplayKind.Quarantine
        ? [.. records.Where(r => QuarantinedRecord.KeysOf(r).Any(isQuarantined))]
        : [.. records.Where(r => RecordRules.Problem(r, fetchedAt) is null && !QuarantinedRecord.KeysOf(r).Any(isQuarantined))];

    private static PageRequest RequestOf(ChunkRow chunk) => new(chunk.Symbols, chunk.From, chunk.To, chunk.Window, chunk.Cursor, null);

    private async Task<PageRow> PageAsync(ChunkRow original, int page, CancellationToken cancellationToken) =>
        await chunks.PageAsync(original.Id, page, cancellationToken).ConfigureAwait(false) ?? throw new NonRetryableException($"Page {page} of '{original.Id}' is gone.");
}
