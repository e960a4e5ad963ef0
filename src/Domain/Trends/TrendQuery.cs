using Microsoft.Extensions.Options;
using Sentiment.Domain.Anomalies;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Items;
using Sentiment.Domain.Prices;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Trends;

/// <summary>A symbol's bars over a span of time.</summary>
/// <param name="Bars">Those that have scores or prices, oldest first.</param>
/// <param name="PriceTable">The table that the prices are from; null: there are none.</param>
public sealed record Trend(IReadOnlyList<TrendBar> Bars, string? PriceTable);

/// <summary>Reads trends: a range or two of each day, days side by side.</summary>
public sealed class TrendQuery(ITableReader reader, FoldedDays folded, PriceTrend priceTrend, ChunkStore chunks, IOptions<TrendOptions> options)
{
    /// <summary>The most bars of one read.</summary>
    public const int MaxBars = 20_000;

    /// <summary>The most days of one read.</summary>
    public const int MaxDays = 800;

    private const int DaysAtOnce = 16;
    private const int SpikeWindow = 20;
    private const int SpikeLeast = 8;

    /// <summary>A symbol's bars, from ≤ time &lt; to, widened to whole bars.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="symbol">The symbol; null: all items of the tenant, without prices.</param>
    /// <param name="resolution">How long a bar is.</param>
    /// <param name="from">Inclusive.</param>
    /// <param name="to">Exclusive; at most <see cref="MaxBars"/> bars and <see cref="MaxDays"/> days later.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    public async Task<Trend> ReadAsync(
        string tenant, string? symbol, Resolution resolution, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(resolution);
        var first = Bucket.StartOf(Bucket.MinuteOf(from), resolution.Minutes);
        var end = Bucket.StartOf(Bucket.MinuteOf(to.AddTicks(-1)), resolution.Minutes) + resolution.Minutes;

        // What stands out is told by the bars before it.
        var before = first - (SpikeWindow * resolution.Minutes);
        var prices = symbol is null ? Task.FromResult<(string? Table, IReadOnlyDictionary<long, PriceSpan> Bars)>((null, new Dictionary<long, PriceSpan>()))
            : priceTrend.ReadAsync(tenant, symbol, resolution, first, end, cancellationToken);
        var scores = await ScoresAsync(tenant, symbol ?? TrendStore.AllItems, resolution, before, end, cancellationToken).ConfigureAwait(false);
        var (table, spans) = await prices.ConfigureAwait(false);
        return new([.. Bars(scores, spans, resolution, before, first, end)], table);
    }

    private IEnumerable<TrendBar> Bars(
        Dictionary<long, ScoreBar> scores, IReadOnlyDictionary<long, PriceSpan> spans, Resolution resolution, long before, long first, long end)
    {
        // A count may differ by its square root by chance; a mean by a hundredth without anybody's noticing.
        var (volume, sentiment) = (new RollingDeviation(SpikeWindow, SpikeLeast, floor: 1), new RollingDeviation(SpikeWindow, SpikeLeast, floor: 0.01));
        var hasBegun = false;
        for (var minute = before; minute < end; minute += resolution.Minutes)
        {
            var scored = scores.GetValueOrDefault(minute);
            var mean = scored is null ? null : MeanEstimate.Of(scored.Total, options.Value.LeastCount);

            // Before the first item nothing is known, which is not the same as a stream that is silent.
            hasBegun |= scored is not null;
            var spikes = hasBegun && IsSpike(volume.Observe(scored?.Total.Count ?? 0)) ? Spikes.Volume : Spikes.None;
            if (mean is { } known && IsSpike(sentiment.Observe((double)known.Mean)))
            {
                spikes |= Spikes.Sentiment;
            }

            var price = spans.GetValueOrDefault(minute);
            if (minute >= first && (scored is not null || price is not null))
            {
                yield return new(minute, scored?.Total, mean, scored?.Sources ?? ScoreBar.NoSources, price, spikes);
            }
        }
    }

    private static bool IsSpike(double? deviations) => Math.Abs(deviations ?? 0) > RollingDeviation.Threshold;

    private async Task<Dictionary<long, ScoreBar>> ScoresAsync(
        string tenant, string symbol, Resolution resolution, long from, long end, CancellationToken cancellationToken)
    {
        var bars = new Dictionary<long, ScoreBar>();
        var days = Enumerable.Range(0, (int)((Bucket.StartOf(end - 1, 1440) - Bucket.StartOf(from, 1440)) / 1440) + 1)
            .Select(d => Rows.Day(TimeOf(Bucket.StartOf(from, 1440) + (d * 1440L))));

        // A page marks a day before it writes bars of it, so where there is no mark there is nothing, and where it says folded
        // there are no partials.
        var marks = await DayStore.MarksAsync(reader, tenant, Rows.Day(TimeOf(from)), Rows.Day(TimeOf(end - 1)), cancellationToken).ConfigureAwait(false);
        foreach (var some in days.Where(marks.ContainsKey).Chunk(DaysAtOnce))
        {
            // A bar is of one day.
            foreach (var bar in (await Task.WhenAll(some.Select(DayAsync)).ConfigureAwait(false)).SelectMany(d => d).Where(b => b.Total.Minute >= from && b.Total.Minute < end))
            {
                bars.Add(bar.Total.Minute, bar);
            }
        }

        return bars;

        async Task<IEnumerable<ScoreBar>> DayAsync(string day) => marks[day].Row.IsFolded
            ? await folded.ReadAsync(tenant, day, symbol, resolution, marks[day], cancellationToken).ConfigureAwait(false)
            : ScoreBar.Of(await TrendReader.DayAsync(reader, tenant, day, symbol, resolution.Grain, chunks.CommittedAsync, cancellationToken).ConfigureAwait(false), resolution);
    }

    private static DateTimeOffset TimeOf(long minute) => DateTimeOffset.UnixEpoch.AddMinutes(minute);
}
