using Sentiment.Domain.Diagnostics;
using Sentiment.Domain.Items;

namespace Sentiment.Domain.Ingestion.Chunks;

/// <summary>An item that a page made known under a symbol.</summary>
/// <param name="Symbol">The symbol; of an item that is the page's own, too, <see cref="Trends.TrendStore.AllItems"/>.</param>
/// <param name="Item">The item; one that stood before has its symbols of before.</param>
public sealed record CountedItem(string Symbol, Item Item);

/// <summary>Learns of committed pages, to push deltas and evaluate alerts.</summary>
public interface IPageAnnouncer
{
    /// <summary>Called at least once for every committed page, in order within a chunk; must be idempotent on (chunk, page).</summary>
    /// <param name="chunk">The chunk as it stands after the page's checkpoint.</param>
    /// <param name="page">The page, from 1.</param>
    /// <param name="counted">What it counts, where it was committed just now; null where it was before a restart.</param>
    /// <param name="cancellationToken">Gives the announcement up; it will be made again.</param>
    Task AnnounceAsync(ChunkRow chunk, int page, IReadOnlyList<CountedItem>? counted, CancellationToken cancellationToken);
}

/// <summary>Announces to all of them in turn; with none there is nobody to tell.</summary>
internal sealed class PageAnnouncers(IEnumerable<IPageAnnouncer> announcers, TimeProvider time)
{
    private readonly IPageAnnouncer[] _announcers = [.. announcers];

    /// <summary>Announces every committed page that is not announced yet; returns the row to save.</summary>
    /// <param name="chunk">The chunk.</param>
    /// <param name="counted">What its last page counts; null: it was not committed just now.</param>
    /// <param name="cancellationToken">Gives up; it will be made again.</param>
    public async Task<ChunkRow> AnnounceAsync(ChunkRow chunk, IReadOnlyList<CountedItem>? counted, CancellationToken cancellationToken)
    {
        for (var page = chunk.Announced + 1; page <= chunk.Page; page++)
        {
            var begun = time.GetTimestamp();
            foreach (var announcer in _announcers)
            {
                await announcer.AnnounceAsync(chunk, page, page == chunk.Page ? counted : null, cancellationToken).ConfigureAwait(false);
            }

            SentimentMeter.StageDuration.Record(time.GetElapsedTime(begun).TotalSeconds, new KeyValuePair<string, object?>("stage", "push"));
        }

        return chunk with { Announced = chunk.Page };
    }
}
