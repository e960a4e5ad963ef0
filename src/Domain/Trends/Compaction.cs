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
/// Folds a day's partials of settled chunks into compacted bars, symbol by symbol. One atomic write merges some partials of a
/// symbol into its segments, lists them and removes them; a stale holder that writes a listed partial again is not counted.
/// </summary>
/// <remarks>See docs/decisions/0002-compaction.md for why the list stays.</remarks>
internal sealed class Compaction(ITableStore tables)
{
    // A day has 1,440 minutes, at most about 300 bytes each, and 24 hours; four sources' and a list are within a write, beside
    // the count of folds and the partials removed.
    private const int PartialsPerFold = 60;
    private const int SourcesPerFold = 4;
    private const int ListBytes = 400 * 1024;

    /// <summary>Folds what may be folded, a bounded write at a time, until the budget is used up.</summary>
    public async Task<FoldResult> FoldAsync(string tenant, string day, PageStandings standings, TimeBudget budget, CancellationToken cancellationToken)
    {
        var partition = TrendStore.Partition(tenant, day);
        var (folded, isOpen) = (0, false);
        for (var after = TrendStore.Prefix(TrendStore.Partials, null); ;)
        {
            var next = new List<TableRow>();
            var isLast = true;
            await foreach (var row in tables.QueryAsync(
                new(partition, after, TrendStore.Prefix(TrendStore.Partials, null) + "\u007f"), cancellationToken).ConfigureAwait(false))
            {
                if (next.Count > 0 && (next.Count == PartialsPerFold || TrendStore.SymbolOf(next[0].Key) != TrendStore.SymbolOf(row.Key)
                    || next.Append(row).Select(Source).Distinct(StringComparer.Ordinal).Count() > SourcesPerFold))
                {
                    isLast = false;
                    break;
                }

                after = Rows.After(row.Key);
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

            if (next.Count > 0)
            {
                try
                {
                    folded += await FoldAsync(partition, TrendStore.SymbolOf(next[0].Key), next, cancellationToken).ConfigureAwait(false);
                }
                catch (TableConflictException)
                {
                    // An overtaken try of this activity folds too: look again from the start.
                    (after, isOpen, isLast) = (TrendStore.Prefix(TrendStore.Partials, null), false, false);
                }
            }

            if (isLast || budget.IsUsedUp)
            {
                return new(folded, isLast && !isOpen, !isLast);
            }
        }
    }

    private static string Source(TableRow partial) => TrendStore.TableOf(TrendStore.StampOf(partial.Key));

    /// <summary>Folds partials of one symbol; those that are listed already are stale and only removed. Returns how many were folded.</summary>
    private async Task<int> FoldAsync(string partition, string symbol, List<TableRow> partials, CancellationToken cancellationToken)
    {
        var lists = await RowsAsync(partition, $"{TrendStore.Folds}|{symbol}|", cancellationToken).ConfigureAwait(false);
        var head = lists.FirstOrDefault(TrendReader.IsHead);
        lists.RemoveAll(TrendReader.IsHead);
        var listed = lists.SelectMany(l => Rows.Read(l, RowJson.Default.ListString)).ToHashSet(StringComparer.Ordinal);
        var next = partials.FindAll(p => !listed.Contains(TrendStore.RestOf(p.Key)));
        var writes = partials.ConvertAll(p => TableWrite.Delete(p.Key, p.ETag));
        if (next.Count > 0)
        {
            var folds = 1 + (head is null ? 0 : Rows.Read(head, RowJson.Default.Int32));
            writes.Add(Put($"{TrendStore.Folds}|{symbol}|{Rows.Number(0)}", head, Rows.Write(folds, RowJson.Default.Int32)));
            writes.Add(Listed(symbol, lists, next));
            foreach (var source in next.GroupBy(Source, StringComparer.Ordinal))
            {
                var buckets = source.SelectMany(p => Rows.Read(p, RowJson.Default.ListBucket)).ToList();
                writes.Add(await MergedAsync(partition, TrendStore.Minutes, symbol, source.Key, 1, folds, buckets, cancellationToken).ConfigureAwait(false));
                writes.Add(await MergedAsync(partition, TrendStore.Hours, symbol, source.Key, 60, folds, buckets, cancellationToken).ConfigureAwait(false));
            }
        }

        await tables.WriteAsync(partition, writes, cancellationToken).ConfigureAwait(false);
        return next.Count;
    }

    private static TableWrite Listed(string symbol, List<TableRow> lists, List<TableRow> next)
    {
        var last = lists.Count > 0 && lists[^1].Data.Length + next.Sum(r => (long)r.Key.Length + 3) <= ListBytes ? lists[^1] : null;
        var names = (last is null ? [] : Rows.Read(last, RowJson.Default.ListString)).Concat(next.Select(r => TrendStore.RestOf(r.Key))).ToList();
        return Put(last?.Key ?? $"{TrendStore.Folds}|{symbol}|{Rows.Number(lists.Count + 1)}", last, Rows.Write(names, RowJson.Default.ListString));
    }

    private async Task<TableWrite> MergedAsync(
        string partition, char kind, string symbol, string table, int minutes, int folds, List<Bucket> buckets, CancellationToken cancellationToken)
    {
        var key = $"{kind}|{symbol}|{table}";
        var standing = await tables.GetAsync(partition, key, cancellationToken).ConfigureAwait(false);
        var merged = new SortedDictionary<long, Bucket>();
        foreach (var bucket in (standing is null ? [] : Rows.Read(standing, RowJson.Default.Segment).Buckets).Concat(buckets))
        {
            var start = Bucket.StartOf(bucket.Minute, minutes);
            if (!merged.TryGetValue(start, out var into))
            {
                merged.Add(start, into = new Bucket { Minute = start });
            }

            into.Merge(bucket);
        }

        return Put(key, standing, Rows.Write(new Segment(folds, [.. merged.Values]), RowJson.Default.Segment));
    }

    private static TableWrite Put(string key, TableRow? standing, byte[] data) =>
        standing is null ? TableWrite.Insert(key, Rows.Version, data) : TableWrite.IfMatch(key, Rows.Version, data, standing.ETag);

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
