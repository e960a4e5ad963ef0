using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Trends;

namespace Sentiment.Domain.Live;

/// <summary>Turns committed pages into changes of groups: items of whichever group has them, and the minutes of bars that they count in.</summary>
/// <remarks>
/// Of a page that is announced after a restart nobody knows any more what it counted: the groups of its chunk's symbols are then
/// read as a whole. Symbols that only the records of such a page named are left to the clients' next snapshots.
/// </remarks>
internal sealed class LivePages(LiveSignals signals, SourceCatalog sources, TimeProvider time) : IPageAnnouncer
{
    public Task AnnounceAsync(ChunkRow chunk, int page, IReadOnlyList<CountedItem>? counted, CancellationToken cancellationToken)
    {
        if (counted is not null)
        {
            Tell(chunk.Tenant, counted);
        }
        else if (sources.Find(chunk.Table) is null or { Kind: StreamKind.Texts })
        {
            foreach (var symbol in chunk.Symbols.Where(s => s != SourceDescription.AnySymbol).Append(TrendStore.AllItems))
            {
                signals.Whole(new(chunk.Tenant, LiveKind.Items, symbol));
                signals.Whole(new(chunk.Tenant, LiveKind.Trends, symbol));
            }
        }

        return Task.CompletedTask;
    }

    private void Tell(string tenant, IReadOnlyList<CountedItem> counted)
    {
        var changes = new Dictionary<LiveGroup, LiveChange>();
        var now = Bucket.MinuteOf(time.GetUtcNow());
        var first = LiveBars.FirstHour(now);
        foreach (var (symbol, item) in counted)
        {
            if (Bucket.MinuteOf(item.PublishedAt) is var minute && minute >= first && minute <= now)
            {
                Of(LiveKind.Trends, symbol).Add(minute);
            }
        }

        foreach (var page in counted.GroupBy(c => c.Item.Id, StringComparer.Ordinal))
        {
            // An item that stood before shows its new symbols in the groups of its old ones, too.
            var item = page.First().Item;
            var reference = new ItemRef(item.Table, item.SourceId, new(item.PublishedAt, item.Id));
            foreach (var symbol in page.Select(c => c.Symbol).Concat(item.Symbols).Append(TrendStore.AllItems).Distinct(StringComparer.Ordinal))
            {
                Of(LiveKind.Items, symbol).Add(reference);
            }
        }

        signals.Add(changes);

        LiveChange Of(LiveKind kind, string symbol)
        {
            var group = new LiveGroup(tenant, kind, symbol);
            return changes.TryGetValue(group, out var change) ? change : changes[group] = signals.Begin();
        }
    }
}
