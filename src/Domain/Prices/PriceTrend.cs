using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Trends;

namespace Sentiment.Domain.Prices;

/// <summary>Prices over a span of time.</summary>
/// <param name="Open">The first.</param>
/// <param name="High">The highest.</param>
/// <param name="Low">The lowest.</param>
/// <param name="Close">The last.</param>
/// <param name="Volume">How much was traded; null where not all of it was told.</param>
public sealed record PriceSpan(decimal Open, decimal High, decimal Low, decimal Close, decimal? Volume)
{
    /// <summary>This span and the one after it together.</summary>
    internal PriceSpan Then(StoredPrices next) =>
        new(Open, Math.Max(High, next.High), Math.Min(Low, next.Low), next.Close, Volume + next.Volume);
}

/// <summary>What a trend needs of a stored <see cref="PriceBar"/>; properties that can be set are read from JSON much faster.</summary>
internal sealed class StoredPrices
{
    public DateTimeOffset Time { get; set; }

    public decimal Open { get; set; }

    public decimal High { get; set; }

    public decimal Low { get; set; }

    public decimal Close { get; set; }

    public decimal? Volume { get; set; }
}

/// <summary>Bars of prices at a trend's resolution, made of the longest stored bars that fit into it.</summary>
/// <remarks>Whoever has written bars changes their series afterwards, so what was read of a series is kept under its ETag.</remarks>
public sealed class PriceTrend(ITableReader reader, SourceCatalog sources, KeptBars kept)
{
    private const int MaxTables = 100;
    private const int MinutesADay = 1440;

    /// <summary>The table whose bars are used, if any fit, and its bars joined, by the minute since 1970 at which each begins.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="symbol">The symbol.</param>
    /// <param name="resolution">How long the bars are to be; none is shorter than those that are stored.</param>
    /// <param name="from">Inclusive, in minutes since 1970, where a bar begins.</param>
    /// <param name="to">Exclusive, where a bar begins.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    public async Task<(string? Table, IReadOnlyDictionary<long, PriceSpan> Bars)> ReadAsync(
        string tenant, string symbol, Resolution resolution, long from, long to, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(resolution);
        var bars = new Dictionary<long, PriceSpan>();
        var series = await PriceStore.SeriesAsync(
            reader, TableRange.Prefix(PriceStore.SeriesPartition(tenant), PriceStore.SeriesPrefix(symbol), MaxTables), cancellationToken).ConfigureAwait(false);
        var fitting = series.Select(s => (s.Series.Table, s.ETag, Minutes: (int)(sources.Find(s.Series.Table)?.BarLength.TotalMinutes ?? 0)))
            .Where(s => s.Minutes > 0 && resolution.Minutes % s.Minutes == 0).OrderByDescending(s => s.Minutes).FirstOrDefault();
        if (fitting.Table is null)
        {
            return (null, bars);
        }

        var days = new Dictionary<long, KeyValuePair<long, PriceSpan>[]>();
        var missing = new List<long>();
        for (var day = Bucket.StartOf(from, MinutesADay); day < to; day += MinutesADay)
        {
            if (kept.Find<KeyValuePair<long, PriceSpan>>(KeyOf(day)) is { } known)
            {
                days.Add(day, known);
            }
            else
            {
                missing.Add(day);
            }
        }

        if (missing.Count > 0)
        {
            // One range, from the first day that is missing to the last.
            var read = await JoinAsync(tenant, fitting.Table, symbol, resolution, missing[0], missing[^1] + MinutesADay, cancellationToken).ConfigureAwait(false);
            foreach (var day in missing)
            {
                days.Add(day, kept.Keep(KeyOf(day), [.. read[day]]));
            }
        }

        foreach (var (start, span) in days.Values.SelectMany(d => d).Where(b => b.Key >= from && b.Key < to))
        {
            bars.Add(start, span);
        }

        return (fitting.Table, bars);

        object KeyOf(long day) => (tenant, fitting.Table, symbol, resolution.Minutes, day, fitting.ETag);
    }

    /// <summary>Joined bars by the day on which they begin, in order of time.</summary>
    private async Task<ILookup<long, KeyValuePair<long, PriceSpan>>> JoinAsync(
        string tenant, string table, string symbol, Resolution resolution, long from, long to, CancellationToken cancellationToken)
    {
        // Stored newest first, so each is put before those that were read.
        var range = PriceStore.Range(tenant, table, symbol) with { From = Rows.After(PriceStore.Key(symbol, TimeOf(to))), To = Rows.After(PriceStore.Key(symbol, TimeOf(from))) };
        var newestFirst = new List<StoredPrices>();
        await foreach (var row in reader.QueryAsync(range, cancellationToken).ConfigureAwait(false))
        {
            newestFirst.Add(Rows.Read(row, RowJson.Default.StoredPrices));
        }

        var joined = new SortedDictionary<long, PriceSpan>();
        foreach (var bar in Enumerable.Reverse(newestFirst))
        {
            var start = Bucket.StartOf(Bucket.MinuteOf(bar.Time), resolution.Minutes);
            joined[start] = joined.TryGetValue(start, out var span) ? span.Then(bar) : new(bar.Open, bar.High, bar.Low, bar.Close, bar.Volume);
        }

        return joined.ToLookup(b => Bucket.StartOf(b.Key, MinutesADay));
    }

    private static DateTimeOffset TimeOf(long minute) => DateTimeOffset.UnixEpoch.AddMinutes(minute);
}
