using System.Text;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Items;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Trends;

/// <summary>Buckets as bytes, to compare what is stored with what is counted anew.</summary>
internal static class TrendBytes
{
    /// <summary>As they were read.</summary>
    public static byte[] Of(IReadOnlyDictionary<BucketKey, Bucket> buckets)
    {
        var bytes = new List<byte>();
        foreach (var series in buckets.GroupBy(b => (b.Key.Symbol, b.Key.Table)).OrderBy(s => s.Key.Symbol, StringComparer.Ordinal).ThenBy(s => s.Key.Table, StringComparer.Ordinal))
        {
            bytes.AddRange(Encoding.UTF8.GetBytes($"{series.Key.Symbol} {series.Key.Table} "));
            bytes.AddRange(Rows.Write([.. series.OrderBy(b => b.Key.Minute).Select(b => b.Value)], RowJson.Default.ListBucket));
        }

        return [.. bytes];
    }

    /// <summary>Counted from items and the symbols they are known under.</summary>
    public static byte[] Of(IEnumerable<(Item Item, string Symbol)> memberships, Grain grain)
    {
        var minutes = grain == Grain.Minute ? 1 : 60;
        var buckets = new Dictionary<BucketKey, Bucket>();
        foreach (var (item, symbol) in memberships)
        {
            var start = Bucket.StartOf(Bucket.MinuteOf(item.PublishedAt), minutes);
            var key = new BucketKey(symbol, item.Table, start);
            if (!buckets.TryGetValue(key, out var bucket))
            {
                buckets.Add(key, bucket = new Bucket { Minute = start });
            }

            bucket.Add(item.PublishedAt, item.Id, item.Probabilities);
        }

        return Of(buckets);
    }
}
