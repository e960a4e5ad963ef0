using System.Globalization;
using Sentiment.Domain.Ingestion;
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

    /// <summary>Writes a page's partials, overwriting those of an earlier try.</summary>
    public async Task WriteAsync(
        string tenant, string chunk, int page, IEnumerable<(Item Item, string Symbol)> memberships, CancellationToken cancellationToken)
    {
        foreach (var day in memberships.GroupBy(m => Rows.Day(m.Item.PublishedAt)))
        {
            var parts = Pack(day).Chunk(BucketsPerRow).Select((part, index) => TableWrite.Upsert(
                $"p|{chunk}|{Rows.Number(page)}|{index.ToString("D3", CultureInfo.InvariantCulture)}", Rows.Version,
                Rows.Write([.. part], RowJson.Default.ListBucket))).ToList();
            await tables.WriteAllAsync(Partition(tenant, day.Key), parts, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A day's buckets of all symbols, merged over its partials.</summary>
    /// <param name="reader">Where to read.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="day">The day, as yyyyMMdd.</param>
    /// <param name="counts">Whether the partial of a chunk and page is to be counted.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    public static async Task<Dictionary<(string Symbol, long Minute), Bucket>> DayAsync(
        ITableReader reader, string tenant, string day, Func<string, int, bool> counts, CancellationToken cancellationToken)
    {
        var merged = new Dictionary<(string, long), Bucket>();
        await foreach (var row in reader.QueryAsync(TableRange.Prefix(Partition(tenant, day), "p|"), cancellationToken).ConfigureAwait(false))
        {
            var (chunk, page) = Stamp(row.Key);
            if (!counts(chunk, page))
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

    private static (string Chunk, int Page) Stamp(string key)
    {
        var parts = key.Split('|');
        return (string.Join('|', parts[1..^2]), int.Parse(parts[^2], CultureInfo.InvariantCulture));
    }
}
