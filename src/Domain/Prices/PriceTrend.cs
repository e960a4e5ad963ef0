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
public static class PriceTrend
{
    private const int MaxTables = 100;

    /// <summary>The table whose bars are used, if any fit, and its bars joined, by the minute since 1970 at which each begins.</summary>
    /// <param name="reader">Where to read.</param>
    /// <param name="sources">Says how long a table's bars are.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="symbol">The symbol.</param>
    /// <param name="resolution">How long the bars are to be; none is shorter than those that are stored.</param>
    /// <param name="from">Inclusive.</param>
    /// <param name="to">Exclusive.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    public static async Task<(string? Table, IReadOnlyDictionary<long, PriceSpan> Bars)> ReadAsync(
        ITableReader reader, SourceCatalog sources, string tenant, string symbol, Resolution resolution, DateTimeOffset from, DateTimeOffset to,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentNullException.ThrowIfNull(resolution);
        var bars = new Dictionary<long, PriceSpan>();
        var series = await PriceStore.SeriesAsync(
            reader, TableRange.Prefix(PriceStore.SeriesPartition(tenant), PriceStore.SeriesPrefix(symbol), MaxTables), cancellationToken).ConfigureAwait(false);
        var table = series.Select(s => (s.Series.Table, Minutes: (int)(sources.Find(s.Series.Table)?.BarLength.TotalMinutes ?? 0)))
            .Where(s => s.Minutes > 0 && resolution.Minutes % s.Minutes == 0).OrderByDescending(s => s.Minutes).FirstOrDefault().Table;
        if (table is null)
        {
            return (null, bars);
        }

        // Stored newest first, so each is put before those that were read.
        var range = PriceStore.Range(tenant, table, symbol) with { From = Rows.After(PriceStore.Key(symbol, to)), To = Rows.After(PriceStore.Key(symbol, from)) };
        var newestFirst = new List<StoredPrices>();
        await foreach (var row in reader.QueryAsync(range, cancellationToken).ConfigureAwait(false))
        {
            newestFirst.Add(Rows.Read(row, RowJson.Default.StoredPrices));
        }

        foreach (var bar in Enumerable.Reverse(newestFirst))
        {
            var start = Bucket.StartOf(Bucket.MinuteOf(bar.Time), resolution.Minutes);
            bars[start] = bars.TryGetValue(start, out var span) ? span.Then(bar) : new(bar.Open, bar.High, bar.Low, bar.Close, bar.Volume);
        }

        return (table, bars);
    }
}
