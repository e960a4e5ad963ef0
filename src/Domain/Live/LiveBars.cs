using System.Globalization;
using Microsoft.Extensions.Options;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Items;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Trends;

namespace Sentiment.Domain.Live;

/// <summary>Reads the bars that a group of trends tells: of the last 24 begun hours and the last 60 begun minutes, those with items.</summary>
internal sealed class LiveBars(ITableReader reader, ChunkStore chunks, ILiveDocuments documents, IOptions<TrendOptions> options)
{
    public const int Hours = 24;
    public const int Minutes = 60;

    /// <summary>The first hour of the span, in minutes since 1970.</summary>
    public static long FirstHour(long now) => Bucket.StartOf(now, 60) - ((Hours - 1) * 60);

    /// <summary>The first minute of the span.</summary>
    public static long FirstMinute(long now) => now - (Minutes - 1);

    /// <summary>All bars, in order: hours, then minutes.</summary>
    public async Task<IReadOnlyList<LiveEntry>> AllAsync(string tenant, string symbol, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var now = Bucket.MinuteOf(time);
        var (firstHour, firstMinute) = (FirstHour(now), FirstMinute(now));
        var bars = new Bars();

        // A page marks a day before it writes bars of it.
        var marks = await DayStore.MarksAsync(reader, tenant, DayOf(firstHour), DayOf(now), cancellationToken).ConfigureAwait(false);
        foreach (var (day, mark) in marks.OrderBy(m => m.Key, StringComparer.Ordinal))
        {
            // Where minutes are asked for they make the hours, too.
            var grain = string.CompareOrdinal(day, DayOf(firstMinute)) >= 0 ? Grain.Minute : Grain.Hour;
            foreach (var (key, bucket) in await DayAsync(tenant, symbol, day, grain, mark.Row.IsFolded, cancellationToken).ConfigureAwait(false))
            {
                if (key.Minute >= firstHour && key.Minute <= now)
                {
                    bars.Add(60, key, bucket);
                }

                if (grain == Grain.Minute && key.Minute >= firstMinute && key.Minute <= now)
                {
                    bars.Add(1, key, bucket);
                }
            }
        }

        return bars.Entries(documents, options.Value.LeastCount);
    }

    /// <summary>The bars of some minutes, and of the hours that they are in.</summary>
    public async Task<IReadOnlyList<LiveEntry>> OfAsync(string tenant, string symbol, IReadOnlySet<long> minutes, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var now = Bucket.MinuteOf(time);
        var (firstHour, firstMinute) = (FirstHour(now), FirstMinute(now));
        var hours = minutes.Select(m => Bucket.StartOf(m, 60)).Where(h => h >= firstHour).ToHashSet();
        var bars = new Bars();
        foreach (var day in hours.Select(DayOf).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            foreach (var (key, bucket) in await DayAsync(tenant, symbol, day, Grain.Minute, isFolded: false, cancellationToken).ConfigureAwait(false))
            {
                if (key.Minute <= now && hours.Contains(Bucket.StartOf(key.Minute, 60)))
                {
                    bars.Add(60, key, bucket);
                }

                if (key.Minute >= firstMinute && key.Minute <= now && minutes.Contains(key.Minute))
                {
                    bars.Add(1, key, bucket);
                }
            }
        }

        return bars.Entries(documents, options.Value.LeastCount);
    }

    private static string DayOf(long minute) => Rows.Day(TimeOf(minute));

    private static DateTimeOffset TimeOf(long minute) => DateTimeOffset.UnixEpoch.AddMinutes(minute);

    private Task<Dictionary<BucketKey, Bucket>> DayAsync(string tenant, string symbol, string day, Grain grain, bool isFolded, CancellationToken cancellationToken) =>
        TrendReader.DayAsync(reader, tenant, day, symbol, grain, chunks.CommittedAsync, cancellationToken, isFolded);

    private sealed class Bars
    {
        // Hours before minutes, each in order of time.
        private readonly SortedDictionary<(int Order, long Start), (Bucket Total, SortedDictionary<string, long> Sources)> _bars = [];

        public void Add(int minutes, BucketKey key, Bucket bucket)
        {
            var start = Bucket.StartOf(key.Minute, minutes);
            if (!_bars.TryGetValue((-minutes, start), out var bar))
            {
                _bars.Add((-minutes, start), bar = (new Bucket { Minute = start }, new(StringComparer.Ordinal)));
            }

            bar.Total.Merge(bucket);
            bar.Sources[key.Table] = bar.Sources.GetValueOrDefault(key.Table) + bucket.Count;
        }

        public IReadOnlyList<LiveEntry> Entries(ILiveDocuments documents, int least) => [.. _bars.Select(b => LiveEntry.Of(
            KeyOf(-b.Key.Order, b.Key.Start), documents.Bar(new(b.Key.Start, b.Value.Total, MeanEstimate.Of(b.Value.Total, least), b.Value.Sources, null, Spikes.None))))];

        private static string KeyOf(int minutes, long start) =>
            $"{(minutes == 60 ? "1h" : "1m")}|{TimeOf(start).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}";
    }
}
