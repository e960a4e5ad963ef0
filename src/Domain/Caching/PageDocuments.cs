using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Sources;

namespace Sentiment.Domain.Caching;

/// <summary>Has the documents forgotten that a committed page changes.</summary>
public sealed class PageDocuments(DocumentCache cache, SourceCatalog sources) : IPageAnnouncer
{
    /// <inheritdoc/>
    public async Task AnnounceAsync(ChunkRow chunk, int page, IReadOnlyList<CountedItem>? counted, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(chunk);

        // Whose symbols the records name cannot be told from the chunk where its source brings its own.
        var symbols = sources.Find(chunk.Table) is { OwnSymbols: null } ? chunk.Symbols : [];
        await cache.ForgetAsync(chunk.Tenant, symbols, cancellationToken).ConfigureAwait(false);
    }
}
