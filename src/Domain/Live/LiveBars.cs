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
        var (hours, minutes) = (new List<KeyValuePair<BucketKey, Bucket>>(), new List<KeyValuePair<BucketKey, Bucket>>());

        // A page marks a day before it writes bars of it.
        var marks = await DayStore.MarksAsync(reader, tenant, DayOf(firstHour), DayOf(now), cancellationToken).ConfigureAwait(false);
        foreach (var (day, mark) in marks.OrderBy(m => m.Key, StringComparer.Ordinal))
        {
            // Where minutes are asked for they make the hours, too.
            var grain = string.CompareOrdinal(day, DayOf(firstMinute)) >= 0 ? Grain.Minute : Grain.Hour;
            var buckets = await DayAsync(tenant, symbol, day, grain, mark.Row.IsFolded, cancellationToken).ConfigureAwait(false);
            hours.AddRange(buckets.Where(b => b.Key.Minute >= firstHour && b.Key.Minute <= now));
            minutes.AddRange(buckets.Where(b => grain == Grain.Minute && b.Key.Minute >= firstMinute && b.Key.Minute <= now));
        }

        return Entries(hours, minutes);
    }

    /// <summary>The bars of some minutes, and of the hours that they are in.</summary>
    public async Task<IReadOnlyList<LiveEntry>> OfAsync(string tenant, string symbol, IReadOnlySet<long> minutes, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var now = Bucket.MinuteOf(time);
        var (firstHour, firstMinute) = (FirstHour(now), FirstMinute(now));
        var touched = minutes.Select(m => Bucket.StartOf(m, 60)).Where(h => h >= firstHour).ToHashSet();
        var (ofHours, ofMinutes) = (new List<KeyValuePair<BucketKey, Bucket>>(), new List<KeyValuePair<BucketKey, Bucket>>());
        foreach (var day in touched.Select(DayOf).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var buckets = await DayAsync(tenant, symbol, day, Grain.Minute, isFolded: false, cancellationToken).ConfigureAwait(false);
            ofHours.AddRange(buckets.Where(b => b.Key.Minute <= now && touched.Contains(Bucket.StartOf(b.Key.Minute, 60))));
            ofMinutes.AddRange(buckets.Where(b => b.Key.Minute >= firstMinute && b.Key.Minute <= now && minutes.Contains(b.Key.Minute)));
        }

        return Entries(ofHours, ofMinutes);
    }

    private static string DayOf(long minute) => Rows.Day(TimeOf(minute));

    private static DateTimeOffset TimeOf(long minute) => DateTimeOffset.UnixEpoch.AddMinutes(minute);

    private Task<Dictionary<BucketKey, Bucket>> DayAsync(string tenant, string symbol, string day, Grain grain, bool isFolded, CancellationToken cancellationToken) =>
        TrendReader.DayAsync(reader, tenant, day, symbol, grain, chunks.CommittedAsync, cancellationToken, isFolded);

    private List<LiveEntry> Entries(IEnumerable<KeyValuePair<BucketKey, Bucket>> hours, IEnumerable<KeyValuePair<BucketKey, Bucket>> minutes) =>
        [.. Entries(hours, Resolution.Find("1h")!), .. Entries(minutes, Resolution.Find("1m")!)];

    private IEnumerable<LiveEntry> Entries(IEnumerable<KeyValuePair<BucketKey, Bucket>> buckets, Resolution resolution) => ScoreBar.Of(buckets, resolution)
        .Select(b => new TrendBar(b.Total.Minute, b.Total, MeanEstimate.Of(b.Total, options.Value.LeastCount), b.Sources, null, Spikes.None)).OrderBy(b => b.Minute)
        .Select(b => LiveEntry.Of($"{resolution.Name}|{b.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}", documents.Bar(b)));
}
