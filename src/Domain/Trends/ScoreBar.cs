namespace Sentiment.Domain.Trends;

/// <summary>The scores of a bar: of all sources, and how many each gave.</summary>
/// <param name="Total">All of them, beginning where the bar does.</param>
/// <param name="Sources">How many each source gave.</param>
internal sealed record ScoreBar(Bucket Total, SortedDictionary<string, long> Sources)
{
    public static readonly SortedDictionary<string, long> NoSources = new(StringComparer.Ordinal);

    /// <summary>What buckets make at a resolution.</summary>
    public static IEnumerable<ScoreBar> Of(IEnumerable<KeyValuePair<BucketKey, Bucket>> buckets, Resolution resolution)
    {
        var bars = new Dictionary<long, ScoreBar>();
        foreach (var (key, bucket) in buckets)
        {
            var start = Bucket.StartOf(key.Minute, resolution.Minutes);
            if (!bars.TryGetValue(start, out var bar))
            {
                bars.Add(start, bar = new(new() { Minute = start }, new(StringComparer.Ordinal)));
            }

            bar.Total.Merge(bucket);
            bar.Sources[key.Table] = bar.Sources.GetValueOrDefault(key.Table) + bucket.Count;
        }

        return bars.Values;
    }
}

/// <summary>A bar that nothing is merged into any more, as small as it can be kept: which items were first and last is no longer asked.</summary>
internal readonly struct PackedBar(ScoreBar bar)
{
    private readonly long _minute = bar.Total.Minute;
    private readonly int _count = (int)bar.Total.Count;
    private readonly int _negative = (int)bar.Total.Negative;
    private readonly int _positive = (int)bar.Total.Positive;
    private readonly int _low = bar.Total.Low;
    private readonly int _high = bar.Total.High;
    private readonly int _first = bar.Total.First!.Score;
    private readonly int _last = bar.Total.Last!.Score;
    private readonly long _sum = bar.Total.Sum;
    private readonly Int128 _squares = bar.Total.Squares;

    private readonly (string Table, int Count)[] _sources = [.. bar.Sources.Select(s => (s.Key, (int)s.Value))];

    public ScoreBar Unpacked()
    {
        var sources = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var (table, count) in _sources)
        {
            sources.Add(table, count);
        }

        return new(new Bucket
        {
            Minute = _minute,
            Count = _count,
            Negative = _negative,
            Positive = _positive,
            Low = _low,
            High = _high,
            Sum = _sum,
            Squares = _squares,
            First = new(0, "", _first),
            Last = new(0, "", _last),
        }, sources);
    }
}
