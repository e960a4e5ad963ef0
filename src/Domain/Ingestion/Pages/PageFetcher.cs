using System.Security.Cryptography;
using Sentiment.Domain.Diagnostics;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Retention;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Workflows;

namespace Sentiment.Domain.Ingestion.Pages;

/// <summary>Fetches a page, archives its body and pins it; a page once pinned is read from the archive alone.</summary>
internal sealed class PageFetcher(
    SourceCatalog sources, RunStore runs, ChunkStore chunks, IBlobStore blobs, ISecrets secrets, ChunkModels models, TimeProvider time)
{
    /// <summary>The page as pinned, its records, and whether this call pinned it, so that nobody has worked on it before.</summary>
    /// <param name="chunk">Its chunk.</param>
    /// <param name="page">The page, from 1.</param>
    /// <param name="mayBePinned">Whether an earlier holder may have pinned it; otherwise one that did is met only when this one pins.</param>
    /// <param name="cancellationToken">Gives up; the page is pinned or not.</param>
    /// <exception cref="SourceException">It could not be had; nothing was pinned.</exception>
    /// <exception cref="NonRetryableException">The host has no such model as the tenant wants.</exception>
    /// <exception cref="SecretMissingException">The tenant's credential leads nowhere.</exception>
    public async Task<(PageRow Pinned, IReadOnlyList<SourceRecord> Records, bool IsNew)> GetAsync(
        ChunkRow chunk, int page, bool mayBePinned, CancellationToken cancellationToken)
    {
        var source = sources.Get(chunk.Table);
        var request = new PageRequest(chunk.Symbols, chunk.From, chunk.To, chunk.Window, chunk.Cursor, null)
        {
            Tenant = chunk.Tenant,
            Priority = chunk.Priority,
            WaitsUntil = chunk.WaitsUntil,
            NotBefore = chunk.LastFetchedAt,
            OnlyKept = chunk.Stale is not null,
        };
        if (mayBePinned && await chunks.PageAsync(chunk.Id, page, cancellationToken).ConfigureAwait(false) is { } pinned)
        {
            return (pinned, await ArchivedAsync(source, request, pinned, cancellationToken).ConfigureAwait(false), false);
        }

        // Before the vendor is asked: where there is no such model, the answer would be for nothing.
        var model = models.Of(chunk).Model;
        var credential = await CredentialAsync(chunk, source.Description, cancellationToken).ConfigureAwait(false);
        var (body, parsed) = await AskAsync(source, request with { Credential = credential }, cancellationToken).ConfigureAwait(false);

        var storing = time.GetTimestamp();
        var hash = Convert.ToHexStringLower(SHA256.HashData(body.Bytes.Span));

        // Bodies of a day lie together and are shared by no other day's pages, so that a day can be removed as a whole.
        var blob = OldBodies.Folder(chunk.Tenant, Rows.Day(body.FetchedAt)) + hash;
        await blobs.PutAsync(blob, body.Bytes, cancellationToken).ConfigureAwait(false);
        var wanted = new PageRow(blob, body.FetchedAt, parsed.NextCursor, model) { Bytes = body.Bytes.Length, Stale = chunk.Stale };
        var row = await chunks.PinAsync(chunk.Id, page, wanted, cancellationToken).ConfigureAwait(false);
        Observe("store", storing);

        // Another holder may have pinned another body in between: then that is the page.
        return (row, row == wanted ? parsed.Records : await ArchivedAsync(source, request, row, cancellationToken).ConfigureAwait(false), ReferenceEquals(row, wanted));
    }

    private async Task<(SourceBody Body, SourcePage Page)> AskAsync(ITableSource source, PageRequest request, CancellationToken cancellationToken)
    {
        var asked = time.GetUtcNow();
        var fetching = time.GetTimestamp();
        var body = await source.FetchAsync(request, cancellationToken).ConfigureAwait(false);
        Observe("fetch", fetching);
        try
        {
            var parsing = time.GetTimestamp();
            var parsed = source.Parse(request with { Credential = null }, body);
            Observe("parse", parsing);
            return (body, parsed);
        }
        catch (SourceException) when (body.FetchedAt < asked && !request.OnlyKept)
        {
            // A kept answer that cannot be read must not stand in a better one's way.
            return await AskAsync(source, request with { NotBefore = asked }, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<IReadOnlyList<SourceRecord>> ArchivedAsync(
        ITableSource source, PageRequest request, PageRow pinned, CancellationToken cancellationToken)
    {
        var bytes = await blobs.GetAsync(pinned.Blob, cancellationToken).ConfigureAwait(false)
            ?? throw new NonRetryableException($"The archive lacks '{pinned.Blob}', which a page was pinned to.");
        return source.Parse(request, new(bytes, pinned.FetchedAt)).Records;
    }

    private async Task<string?> CredentialAsync(ChunkRow chunk, SourceDescription source, CancellationToken cancellationToken)
    {
        if (source.Auth.Place == AuthPlace.None)
        {
            return null;
        }

        var tenant = await runs.PinnedTenantAsync(chunk.Run, chunk.Tenant, cancellationToken).ConfigureAwait(false);
        return await secrets.ResolveAsync(tenant.CredentialFor(source)!, cancellationToken).ConfigureAwait(false);
    }

    private void Observe(string stage, long since) =>
        SentimentMeter.StageDuration.Record(time.GetElapsedTime(since).TotalSeconds, new KeyValuePair<string, object?>("stage", stage));
}
