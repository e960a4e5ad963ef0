using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Trends;

/// <summary>How finely a day is read.</summary>
public enum Grain
{
    /// <summary>By the minute.</summary>
    Minute,

    /// <summary>By the hour; less is read.</summary>
    Hour,
}

/// <summary>Scores of a symbol from one source.</summary>
/// <param name="Symbol">The symbol, or <see cref="TrendStore.AllItems"/>.</param>
/// <param name="Table">The source.</param>
/// <param name="Minute">When the bucket begins, in minutes since 1970 UTC.</param>
public readonly record struct BucketKey(string Symbol, string Table, long Minute);

/// <summary>Which of some pages are committed.</summary>
/// <param name="pages">The pages.</param>
/// <param name="cancellationToken">Gives the read up.</param>
public delegate ValueTask<IReadOnlySet<Stamp>> CommittedPages(IReadOnlyCollection<Stamp> pages, CancellationToken cancellationToken);

/// <summary>Reads aggregates: what was folded, and the partials that are not folded yet.</summary>
/// <remarks>
/// Partials are read first, then which of them are folded, then what they were folded into. A fold removes a partial and counts
/// itself in the same write, so that a partial that is not listed is not in the segments as long as they know of no later fold.
/// </remarks>
public static class TrendReader
{
    /// <summary>A day's buckets of one symbol, or of all with <see cref="TrendStore.AllItems"/>.</summary>
    /// <param name="reader">Where to read.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="day">The day, as yyyyMMdd.</param>
    /// <param name="symbol">The symbol; null: every one.</param>
    /// <param name="grain">How finely.</param>
    /// <param name="committed">Tells committed pages; a partial that came before its checkpoint does not count yet.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    /// <param name="isFolded">Whether the day's mark, read before, says that there are no partials.</param>
    public static async Task<Dictionary<BucketKey, Bucket>> DayAsync(
        ITableReader reader, string tenant, string day, string? symbol, Grain grain, CommittedPages committed, CancellationToken cancellationToken, bool isFolded = false)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(committed);
        var partition = TrendStore.Partition(tenant, day);
        var partials = isFolded ? [] : await ReadAsync(reader, partition, TrendStore.Partials, symbol, cancellationToken).ConfigureAwait(false);
        var segmentKind = grain == Grain.Minute ? TrendStore.Minutes : TrendStore.Hours;
        if (partials.Count == 0)
        {
            return Merge([], await ReadAsync(reader, partition, segmentKind, symbol, cancellationToken).ConfigureAwait(false), grain);
        }

        var pages = await committed([.. partials.Select(p => TrendStore.StampOf(p.Key)).Distinct()], cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var folds = await ReadAsync(reader, partition, TrendStore.Folds, symbol, cancellationToken).ConfigureAwait(false);
            var segments = await ReadAsync(reader, partition, segmentKind, symbol, cancellationToken).ConfigureAwait(false);
            if (AreOfOneTime(folds, segments))
            {
                var folded = folds.Where(f => !IsHead(f)).SelectMany(f => Rows.Read(f, RowJson.Default.ListString).Select(n => (TrendStore.SymbolOf(f.Key), n))).ToHashSet();
                return Merge(
                    partials.Where(p => pages.Contains(TrendStore.StampOf(p.Key)) && !folded.Contains((TrendStore.SymbolOf(p.Key), TrendStore.RestOf(p.Key)))), segments, grain);
            }

            // Something was folded between the two reads: it would be counted twice.
        }
    }

    /// <summary>The row that counts the folds of a symbol's day.</summary>
    internal static bool IsHead(TableRow row) => row.Key.EndsWith("|000000", StringComparison.Ordinal);

    private static bool AreOfOneTime(List<TableRow> folds, List<TableRow> segments)
    {
        var known = folds.Where(IsHead).ToDictionary(f => TrendStore.SymbolOf(f.Key), f => Rows.Read(f, RowJson.Default.Int32), StringComparer.Ordinal);
        return segments.All(s => Rows.Read(s, RowJson.Default.Segment).Folds <= known.GetValueOrDefault(TrendStore.SymbolOf(s.Key)));
    }

    private static Dictionary<BucketKey, Bucket> Merge(IEnumerable<TableRow> partials, List<TableRow> segments, Grain grain)
    {
        var merged = new Dictionary<BucketKey, Bucket>();
        foreach (var row in segments)
        {
            Add(merged, TrendStore.SymbolOf(row.Key), TrendStore.RestOf(row.Key), Rows.Read(row, RowJson.Default.Segment).Buckets, grain);
        }

        foreach (var row in partials)
        {
            Add(merged, TrendStore.SymbolOf(row.Key), TrendStore.TableOf(TrendStore.StampOf(row.Key)), Rows.Read(row, RowJson.Default.ListBucket), grain);
        }

        return merged;
    }

    private static void Add(Dictionary<BucketKey, Bucket> merged, string symbol, string table, List<Bucket> buckets, Grain grain)
    {
        var (plainSymbol, plainTable) = (TableLimits.Unescape(symbol), TableLimits.Unescape(table));
        foreach (var bucket in buckets)
        {
            var start = Bucket.StartOf(bucket.Minute, grain == Grain.Minute ? 1 : 60);
            var key = new BucketKey(plainSymbol, plainTable, start);
            if (!merged.TryGetValue(key, out var into))
            {
                merged.Add(key, into = new Bucket { Minute = start });
            }

            into.Merge(bucket);
        }
    }

    private static async Task<List<TableRow>> ReadAsync(ITableReader reader, string partition, char kind, string? symbol, CancellationToken cancellationToken)
    {
        var found = new List<TableRow>();
        await foreach (var row in reader.QueryAsync(TableRange.Prefix(partition, TrendStore.Prefix(kind, symbol)), cancellationToken).ConfigureAwait(false))
        {
            found.Add(row);
        }

        return found;
    }
}
