using System.Globalization;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Retention;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Trends;

/// <summary>How a fold of a day ended.</summary>
/// <param name="Folded">Partials folded.</param>
/// <param name="IsComplete">Whether no partial is left that may be folded later.</param>
/// <param name="HasMore">Whether the budget ended it: call again.</param>
internal sealed record FoldResult(int Folded, bool IsComplete, bool HasMore);

/// <summary>
/// Folds a day's partials of settled chunks into compacted bars. One atomic write merges some partials into the last
/// segment, lists them in it and removes them; a stale holder that writes a listed partial again is not counted.
/// </summary>
/// <remarks>See docs/decisions/0002-compaction.md for why segments, and why the list stays.</remarks>
internal sealed class Compaction(ITableStore tables)
{
    // One write holds 60 partials removed, a segment and its list: together they are as large as a write may be.
    private const int PartialsPerFold = 60;
    private const int PartialBytesPerFold = 1024 * 1024;
    private const int ListBytes = 400 * 1024;
    private const int SegmentBytes = TableLimits.MaxWriteBytes - ListBytes;

    /// <summary>Folds what may be folded, a bounded write at a time, until the budget is used up.</summary>
    public async Task<FoldResult> FoldAsync(string tenant, string day, PageStandings standings, TimeBudget budget, CancellationToken cancellationToken)
    {
        var partition = TrendStore.Partition(tenant, day);
        var folded = 0;
        for (var (after, isOpen) = (TrendStore.PartialPrefix, false); ;)
        {
            var lists = await RowsAsync(partition, TrendStore.ListPrefix, cancellationToken).ConfigureAwait(false);
            var listed = lists.SelectMany(l => Rows.Read(l, RowJson.Default.ListString)).ToHashSet(StringComparer.Ordinal);
            var (next, stale) = (new List<TableRow>(), new List<TableRow>());
            var isLast = true;
            await foreach (var row in tables.QueryAsync(
                new(partition, after, TrendStore.PartialPrefix + "\u007f"), cancellationToken).ConfigureAwait(false))
            {
                if (next.Count + stale.Count == PartialsPerFold || (next.Count > 0 && next.Sum(r => (long)r.Data.Length) + row.Data.Length > PartialBytesPerFold))
                {
                    isLast = false;
                    break;
                }

                after = Rows.After(row.Key);
                if (listed.Contains(row.Key))
                {
                    stale.Add(row);
                    continue;
                }

                switch (await standings.OfAsync(TrendStore.StampOf(row.Key), cancellationToken).ConfigureAwait(false))
                {
                    case PageStanding.Committed or PageStanding.Gone:
                        next.Add(row);
                        break;
                    case PageStanding.Open:
                        isOpen = true;
                        break;
                    default:
                        break; // An abandoned page's never counts: it goes with the bars of its day.
                }
            }

            if (next.Count + stale.Count > 0)
            {
                try
                {
                    await FoldAsync(partition, lists, next, stale, cancellationToken).ConfigureAwait(false);
                    folded += next.Count;
                }
                catch (TableConflictException)
                {
                    // An overtaken try of this activity folds too: look again from the start.
                    (after, isOpen, isLast) = (TrendStore.PartialPrefix, false, false);
                }
            }

            if (isLast || budget.IsUsedUp)
            {
                return new(folded, isLast && !isOpen, !isLast);
            }
        }
    }

    private async Task FoldAsync(
        string partition, List<TableRow> lists, List<TableRow> next, List<TableRow> stale, CancellationToken cancellationToken)
    {
        var writes = next.Concat(stale).Select(r => TableWrite.Delete(r.Key, r.ETag)).ToList();
        if (next.Count > 0)
        {
            var (list, segment) = await SegmentAsync(partition, lists, next, cancellationToken).ConfigureAwait(false);
            var number = list is null ? Rows.Number(lists.Count + 1) : list.Key[TrendStore.ListPrefix.Length..];
            var names = (list is null ? [] : Rows.Read(list, RowJson.Default.ListString)).Concat(next.Select(r => r.Key)).ToList();
            var data = Rows.Write(names, RowJson.Default.ListString);
            writes.Add(list is null ? TableWrite.Insert(TrendStore.ListPrefix + number, Rows.Version, data)
                : TableWrite.IfMatch(list.Key, Rows.Version, data, list.ETag));

            // Merging only adds buckets, so no part of the segment as it was is left over.
            var merged = new Dictionary<(string Symbol, long Minute), Bucket>();
            foreach (var row in segment.Concat(next))
            {
                TrendStore.Merge(merged, Rows.Read(row, RowJson.Default.ListBucket));
            }

            writes.AddRange(merged.Values.OrderBy(b => b.Symbol, StringComparer.Ordinal).ThenBy(b => b.Minute).Chunk(TrendStore.BucketsPerRow)
                .Select((part, index) => TableWrite.Upsert(
                    $"{TrendStore.SegmentPrefix}{number}|{index.ToString("D3", CultureInfo.InvariantCulture)}", Rows.Version, Rows.Write([.. part], RowJson.Default.ListBucket))));
        }

        await tables.WriteAsync(partition, writes, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The last segment and its list if the partials still fit in; else none, and a new one begins.</summary>
    private async Task<(TableRow? List, List<TableRow> Parts)> SegmentAsync(
        string partition, List<TableRow> lists, List<TableRow> next, CancellationToken cancellationToken)
    {
        if (lists.Count == 0 || lists[^1].Data.Length + next.Sum(r => (long)r.Key.Length + 3) > ListBytes)
        {
            return (null, []);
        }

        var parts = await RowsAsync(
            partition, $"{TrendStore.SegmentPrefix}{lists[^1].Key[TrendStore.ListPrefix.Length..]}|", cancellationToken).ConfigureAwait(false);
        return parts.Concat(next).Sum(r => (long)r.Data.Length) > SegmentBytes ? (null, []) : (lists[^1], parts);
    }

    private async Task<List<TableRow>> RowsAsync(string partition, string prefix, CancellationToken cancellationToken)
    {
        var found = new List<TableRow>();
        await foreach (var row in tables.QueryAsync(TableRange.Prefix(partition, prefix), cancellationToken).ConfigureAwait(false))
        {
            found.Add(row);
        }

        return found;
    }
}
