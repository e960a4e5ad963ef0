using System.Globalization;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Items;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Trends;

/// <summary>Aggregates: for each UTC day, what each page of each chunk added, packed by symbol and minute.</summary>
/// <remarks>
/// In partition <c>trends|TENANT|DAY</c>: partials <c>p|CHUNK|PAGE|PART</c>, and segments of compacted bars
/// <c>s|SEGMENT|PART</c>, each with the list <c>f|SEGMENT</c> of the partials that were folded into it.
/// </remarks>
public sealed class TrendStore(ITableStore tables)
{
    // At most about 300 bytes a bucket: inside a row's 512 KiB.
    internal const int BucketsPerRow = 1500;

    internal const string ListPrefix = "f|";
    internal const string PartialPrefix = "p|";
    internal const string SegmentPrefix = "s|";

    /// <summary>Packs memberships into buckets ordered by symbol and minute; the same set gives the same bytes.</summary>
    public static List<Bucket> Pack(IEnumerable<(Item Item, string Symbol)> memberships)
    {
        var buckets = new Dictionary<(string, long), Bucket>();
        foreach (var (item, symbol) in memberships)
        {
            var minute = Bucket.MinuteOf(item.PublishedAt);
            if (!buckets.TryGetValue((symbol, minute), out var bucket))
            {
                buckets.Add((symbol, minute), bucket = new Bucket { Symbol = symbol, Minute = minute });
            }

            bucket.Add(item.PublishedAt, item.Id, item.Probabilities);
        }

        return [.. buckets.Values.OrderBy(b => b.Symbol, StringComparer.Ordinal).ThenBy(b => b.Minute)];
    }

    /// <summary>Writes a page's partials over those of an earlier try; what the earlier one had and this one lacks is removed.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="stamp">The page.</param>
    /// <param name="memberships">All memberships the page met; those of its own are counted.</param>
    /// <param name="tried">Times of the memberships that an earlier try may have counted; none where there was no such try.</param>
    /// <param name="cancellationToken">Gives up; the next try overwrites.</param>
    public async Task WriteAsync(
        string tenant, Stamp stamp, IReadOnlyList<(Item Item, string Symbol, bool Own)> memberships, IEnumerable<DateTimeOffset> tried,
        CancellationToken cancellationToken)
    {
        var own = memberships.Where(m => m.Own).ToLookup(m => Rows.Day(m.Item.PublishedAt), m => (m.Item, m.Symbol));
        var before = tried.CountBy(Rows.Day).ToDictionary(StringComparer.Ordinal);
        foreach (var day in own.Select(d => d.Key).Union(before.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var parts = Pack(own[day]).Chunk(BucketsPerRow).ToList();
            var atMost = Math.Max(parts.Count, (before.GetValueOrDefault(day) + BucketsPerRow - 1) / BucketsPerRow);
            await tables.WriteAllAsync(Partition(tenant, day), [.. Enumerable.Range(0, atMost).Select(index => index < parts.Count
                ? TableWrite.Upsert(Key(stamp, index), Rows.Version, Rows.Write([.. parts[index]], RowJson.Default.ListBucket))
                : TableWrite.Delete(Key(stamp, index)))], cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A day's buckets of all symbols, merged over its segments and the partials that are not folded yet.</summary>
    /// <param name="reader">Where to read.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="day">The day, as yyyyMMdd.</param>
    /// <param name="isCommitted">Whether a page is committed; a partial that came before its checkpoint does not count yet.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    public static async Task<Dictionary<(string Symbol, long Minute), Bucket>> DayAsync(
        ITableReader reader, string tenant, string day, Func<Stamp, ValueTask<bool>> isCommitted, CancellationToken cancellationToken)
    {
        while (true)
        {
            var lists = new List<string>();
            var folded = new HashSet<string>(StringComparer.Ordinal);
            var merged = new Dictionary<(string, long), Bucket>();
            await foreach (var row in reader.QueryAsync(new(Partition(tenant, day)), cancellationToken).ConfigureAwait(false))
            {
                // Lists come first in key order, so that it is known of every partial whether it counts.
                if (row.Key.StartsWith(ListPrefix, StringComparison.Ordinal))
                {
                    lists.Add(row.ETag);
                    folded.UnionWith(Rows.Read(row, RowJson.Default.ListString));
                }
                else if (row.Key.StartsWith(SegmentPrefix, StringComparison.Ordinal)
                    || (!folded.Contains(row.Key) && await isCommitted(StampOf(row.Key)).ConfigureAwait(false)))
                {
                    Merge(merged, Rows.Read(row, RowJson.Default.ListBucket));
                }
            }

            if (reader is ITableSnapshot || await AreTheListsOfAsync(reader, Partition(tenant, day), lists, cancellationToken).ConfigureAwait(false))
            {
                return merged;
            }

            // Something was folded while it was read: it may be missing here, or counted twice.
        }
    }

    internal static void Merge(Dictionary<(string Symbol, long Minute), Bucket> into, IEnumerable<Bucket> buckets)
    {
        foreach (var bucket in buckets)
        {
            if (into.TryGetValue((bucket.Symbol, bucket.Minute), out var standing))
            {
                standing.Merge(bucket);
            }
            else
            {
                into.Add((bucket.Symbol, bucket.Minute), bucket);
            }
        }
    }

    internal static string Partition(string tenant, string day) => $"trends|{tenant}|{day}";

    private static async Task<bool> AreTheListsOfAsync(ITableReader reader, string partition, List<string> lists, CancellationToken cancellationToken)
    {
        var index = 0;
        await foreach (var row in reader.QueryAsync(TableRange.Prefix(partition, ListPrefix), cancellationToken).ConfigureAwait(false))
        {
            if (index == lists.Count || lists[index++] != row.ETag)
            {
                return false;
            }
        }

        return index == lists.Count;
    }

    private static string Key(Stamp stamp, int part) =>
        $"p|{stamp.Chunk}|{Rows.Number(stamp.Page)}|{part.ToString("D3", CultureInfo.InvariantCulture)}";

    internal static Stamp StampOf(string key)
    {
        var parts = key.Split('|');
        return new(string.Join('|', parts[1..^2]), int.Parse(parts[^2], CultureInfo.InvariantCulture));
    }
}
