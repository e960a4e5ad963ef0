using System.Globalization;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Items;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Trends;

/// <summary>Aggregates: for each UTC day, what each page of each chunk added, packed by symbol and minute.</summary>
public sealed class TrendStore(ITableStore tables)
{
    // About 150 bytes a bucket: well inside a row's 512 KiB.
    private const int BucketsPerRow = 2000;

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

    /// <summary>A day's buckets of all symbols, merged over its partials.</summary>
    /// <param name="reader">Where to read.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="day">The day, as yyyyMMdd.</param>
    /// <param name="isCommitted">Whether a page is committed; a partial that came before its checkpoint does not count yet.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    public static async Task<Dictionary<(string Symbol, long Minute), Bucket>> DayAsync(
        ITableReader reader, string tenant, string day, Func<Stamp, ValueTask<bool>> isCommitted, CancellationToken cancellationToken)
    {
        var merged = new Dictionary<(string, long), Bucket>();
        await foreach (var row in reader.QueryAsync(TableRange.Prefix(Partition(tenant, day), "p|"), cancellationToken).ConfigureAwait(false))
        {
            if (!await isCommitted(StampOf(row.Key)).ConfigureAwait(false))
            {
                continue;
            }

            foreach (var bucket in Rows.Read(row, RowJson.Default.ListBucket))
            {
                if (merged.TryGetValue((bucket.Symbol, bucket.Minute), out var into))
                {
                    into.Merge(bucket);
                }
                else
                {
                    merged.Add((bucket.Symbol, bucket.Minute), bucket);
                }
            }
        }

        return merged;
    }

    internal static string Partition(string tenant, string day) => $"trends|{tenant}|{day}";

    private static string Key(Stamp stamp, int part) =>
        $"p|{stamp.Chunk}|{Rows.Number(stamp.Page)}|{part.ToString("D3", CultureInfo.InvariantCulture)}";

    private static Stamp StampOf(string key)
    {
        var parts = key.Split('|');
        return new(string.Join('|', parts[1..^2]), int.Parse(parts[^2], CultureInfo.InvariantCulture));
    }
}
