using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Sources;

namespace Sentiment.Domain.Ingestion.Pages;

/// <summary>
/// Writes what a pinned page holds. Every write can be repeated; the chunk's checkpoint, which the caller writes
/// afterwards, makes the page count.
/// </summary>
internal interface IPageCommitter
{
    /// <summary>Writes the page; returns where its records went, how many were not there before, and what was wrong with the invalid ones.</summary>
    /// <param name="chunk">Its chunk, as of the checkpoint before it.</param>
    /// <param name="number">The page, from 1.</param>
    /// <param name="fetchedAt">Its clock.</param>
    /// <param name="records">What it holds.</param>
    /// <param name="isNew">Whether nobody has worked on it before.</param>
    /// <param name="cancellationToken">Gives up; the next try writes the same.</param>
    /// <param name="owners">Other pages that records belong to if they are missing, by vendor id; null: all are this page's.</param>
    /// <param name="model">The model that it was pinned to, name@hash8; null: its chunk's.</param>
    Task<CommittedPage> CommitAsync(
        ChunkRow chunk, int number, DateTimeOffset fetchedAt, IReadOnlyList<SourceRecord> records, bool isNew, CancellationToken cancellationToken,
        IReadOnlyDictionary<string, Stamp>? owners = null, string? model = null);

    /// <summary>The pages that valid records belong to, as far as anything beside the records themselves says so, by vendor id.</summary>
    Task<IReadOnlyDictionary<string, Stamp>> OwnersAsync(string tenant, string table, IReadOnlyList<SourceRecord> records, CancellationToken cancellationToken);
}

/// <summary>Who commits the pages of a table: the one place where the kinds of streams part.</summary>
internal sealed class PageCommitters(SourceCatalog sources, PageCommitter texts, PriceCommitter prices)
{
    public IPageCommitter Of(string table) => sources.Get(table).Description.Kind switch
    {
        StreamKind.Prices => prices,
        _ => texts,
    };
}

/// <summary>What came of a page.</summary>
/// <param name="Ledger">Where its records went.</param>
/// <param name="Inserted">Items or bars that were not there before, in this try.</param>
/// <param name="Reasons">The quarantined ones by the field that was wrong.</param>
/// <param name="Counted">The items that it made known under a symbol, or as its own.</param>
internal sealed record CommittedPage(Ledger Ledger, int Inserted, IReadOnlyDictionary<string, long> Reasons, IReadOnlyList<CountedItem> Counted);
