using System.Text.Json;
using CsCheck;
using Sentiment.Domain.Items;
using Sentiment.Domain.Scoring;
using Sentiment.Domain.Trends;

namespace Sentiment.Domain.Tests.Trends;

public class BucketTests
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 9, 12, 0, 0, TimeSpan.Zero);

    // Few seconds and ids, so that times tie.
    private static readonly Gen<(Item Item, string Symbol)[]> Memberships = Gen.Select(
        Gen.Int[0, 150], Gen.Int[0, 5], Gen.Int[0, 1_000_000], Gen.Int[0, 1_000_000], Gen.Int[0, 2],
        (seconds, id, a, b, symbol) => (ItemOf($"i{id}", Noon.AddSeconds(seconds), Math.Min(a, b), Math.Max(a, b)), $"S{symbol}")).Array[1, 40];

    private static Item ItemOf(string id, DateTimeOffset at, int low, int high) =>
        new(id, "t", id, [], "x", null, at, low, high - low, 1_000_000 - high, "m", "c", 1);

    private static string Bytes(IEnumerable<(string Symbol, Bucket Bucket)> buckets) => string.Join('\n', buckets
        .OrderBy(b => b.Symbol, StringComparer.Ordinal).ThenBy(b => b.Bucket.Minute).Select(b => $"{b.Symbol} {JsonSerializer.Serialize(b.Bucket)}"));

    private static List<(string Symbol, Bucket Bucket)> Pack(IEnumerable<(Item Item, string Symbol)> memberships) =>
        [.. memberships.GroupBy(m => m.Symbol, m => m.Item).SelectMany(s => TrendStore.Pack(s).Select(b => (s.Key, b)))];

    private static List<(string Symbol, Bucket Bucket)> Merge(IEnumerable<List<(string Symbol, Bucket Bucket)>> parts)
    {
        var merged = new Dictionary<(string, long), Bucket>();
        foreach (var (symbol, bucket) in parts.SelectMany(p => p))
        {
            if (merged.TryGetValue((symbol, bucket.Minute), out var into))
            {
                into.Merge(bucket);
            }
            else
            {
                merged.Add((symbol, bucket.Minute), bucket);
            }
        }

        return [.. merged.Select(m => (m.Key.Item1, m.Value))];
    }

    [Fact]
    public void Merging_any_cut_of_the_memberships_in_any_order_gives_the_same_bytes() =>
        Gen.Select(Memberships, Gen.Int[1, 7], Gen.Int).Sample((memberships, size, seed) =>
        {
            // An item is in a bucket once: the same id at the same time is the same item.
            var distinct = memberships.DistinctBy(m => (m.Item.Id, m.Item.PublishedAt, m.Symbol)).ToArray();
            var whole = Bytes(Pack(distinct));
            var shuffled = distinct.ToArray();
            new Random(seed).Shuffle(shuffled);
            Assert.Equal(whole, Bytes(Pack(shuffled)));
            Assert.Equal(whole, Bytes(Merge(shuffled.Chunk(size).Select(Pack))));
            Assert.Equal(whole, Bytes(Merge(shuffled.Chunk(size).Reverse().Select(Pack))));
        });

    [Fact]
    public void A_bucket_agrees_with_a_count_by_hand() => Memberships.Sample(memberships =>
    {
        foreach (var (symbol, bucket) in Pack(memberships))
        {
            var own = memberships.Where(m => m.Symbol == symbol && Bucket.MinuteOf(m.Item.PublishedAt) == bucket.Minute).Select(m => m.Item).ToList();
            Assert.Equal(own.Count, bucket.Count);
            Assert.Equal(own.Sum(i => (long)i.Probabilities.Score), bucket.Sum);
            Assert.Equal(own.Aggregate(Int128.Zero, (sum, i) => sum + ((Int128)i.Probabilities.Score * i.Probabilities.Score)), bucket.Squares);
            Assert.Equal((own.Min(i => i.Probabilities.Score), own.Max(i => i.Probabilities.Score)), (bucket.Low, bucket.High));
            Assert.Equal(own.Count(i => i.Probabilities.Label == SentimentLabel.Positive), bucket.Positive);
            Assert.Equal(own.Count(i => i.Probabilities.Label == SentimentLabel.Negative), bucket.Negative);
            Assert.Equal(own.Min(i => (i.PublishedAt.UtcTicks, i.Id)), (bucket.First!.Ticks, bucket.First.Item));
            Assert.Equal(own.Max(i => (i.PublishedAt.UtcTicks, i.Id)), (bucket.Last!.Ticks, bucket.Last.Item));
        }
    });

    [Theory]
    [InlineData(0, 60, 0)]
    [InlineData(59, 60, 0)]
    [InlineData(60, 60, 60)]
    [InlineData(-1, 60, -60)]
    [InlineData(7, 5, 5)]
    public void A_span_begins_at_a_whole_number_of_its_length(long minute, int minutes, long start) =>
        Assert.Equal(start, Bucket.StartOf(minute, minutes));

    [Fact]
    public void Minutes_begin_on_the_minute_before_1970_too()
    {
        Assert.Equal(0, Bucket.MinuteOf(DateTimeOffset.UnixEpoch.AddSeconds(59)));
        Assert.Equal(1, Bucket.MinuteOf(DateTimeOffset.UnixEpoch.AddSeconds(60)));
        Assert.Equal(-1, Bucket.MinuteOf(DateTimeOffset.UnixEpoch.AddSeconds(-1)));
    }
}
