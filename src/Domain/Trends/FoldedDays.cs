using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Items;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Trends;

/// <summary>Reads the bars of days that are folded, once.</summary>
/// <remarks>
/// A page changes a day's mark before it writes a bar of the day, and the day is folded again only when the page is long done: what
/// a mark says is folded stays what it is as long as the mark has the same ETag, whoever writes.
/// </remarks>
public sealed class FoldedDays(ITableReader reader, KeptBars kept)
{
    /// <summary>A folded day's bars of one symbol.</summary>
    internal async ValueTask<IEnumerable<ScoreBar>> ReadAsync(
        string tenant, string day, string symbol, Resolution resolution, Stored<DayMark> mark, CancellationToken cancellationToken)
    {
        var key = (tenant, day, symbol, resolution.Minutes, mark.ETag);
        return (kept.Find<PackedBar>(key) ?? kept.Keep<PackedBar>(key, [.. ScoreBar.Of(
            await TrendReader.DayAsync(reader, tenant, day, symbol, resolution.Grain, NoPartials, cancellationToken, isFolded: true).ConfigureAwait(false), resolution)
            .Select(b => new PackedBar(b))])).Select(b => b.Unpacked());
    }

    private static ValueTask<IReadOnlySet<Stamp>> NoPartials(IReadOnlyCollection<Stamp> pages, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("A folded day has no partials to ask about.");
}
