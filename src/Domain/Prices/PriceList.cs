using System.Text.RegularExpressions;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Prices;

/// <summary>Reads the bars of a symbol page by page, newest first, those of one time by table.</summary>
public static partial class PriceList
{
    private const int MaxTables = 100;

    [GeneratedRegex(@"^[0-9]{19}\|[A-Za-z0-9._~:-]{1,200}\z")]
    private static partial Regex EndPattern { get; }

    /// <summary>A page of bars, from ≤ time &lt; to, and where the next one begins; null: it was the last.</summary>
    /// <param name="reader">Where to read.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="symbol">The symbol.</param>
    /// <param name="table">Only this table's; null: all.</param>
    /// <param name="from">Inclusive; null: from the first.</param>
    /// <param name="to">Exclusive; null: up to the last.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="after">The end of the page before; null for the first.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    /// <exception cref="ArgumentException"><paramref name="after"/> is no such end.</exception>
    public static async Task<(IReadOnlyList<PriceBar> Bars, string? Next)> ReadAsync(
        ITableReader reader, string tenant, string symbol, string? table, DateTimeOffset? from, DateTimeOffset? to, int limit, string? after,
        CancellationToken cancellationToken)
    {
        if (after is not null && !EndPattern.IsMatch(after))
        {
            throw new ArgumentException("Not the end of such a page.", nameof(after));
        }

        var found = new List<(string End, PriceBar Bar)>();
        foreach (var name in table is not null ? [table] : await TablesAsync(reader, tenant, symbol, cancellationToken).ConfigureAwait(false))
        {
            await foreach (var row in reader.QueryAsync(Range(tenant, symbol, name, from, to, limit, after), cancellationToken).ConfigureAwait(false))
            {
                found.Add(($"{row.Key[(row.Key.IndexOf('|', StringComparison.Ordinal) + 1)..]}|{TableLimits.Escape(name)}", Rows.Read(row, RowJson.Default.PriceBar)));
            }
        }

        var page = found.OrderBy(f => f.End, StringComparer.Ordinal).Take(limit).ToList();
        return (page.ConvertAll(p => p.Bar), page.Count == limit ? page[^1].End : null);
    }

    private static TableRange Range(
        string tenant, string symbol, string table, DateTimeOffset? from, DateTimeOffset? to, int limit, string? after)
    {
        var range = PriceStore.Range(tenant, table, symbol, limit);
        var start = to is { } end ? Rows.After(PriceStore.Key(symbol, end)) : range.From;
        if (after is not null)
        {
            // Of the time at which the page before ended, the tables up to its last bar's are through.
            var (time, last) = (range.From + after[..19], after[20..]);
            var next = string.CompareOrdinal(TableLimits.Escape(table), last) <= 0 ? Rows.After(time) : time;
            start = string.CompareOrdinal(next, start) > 0 ? next : start;
        }

        return range with { From = start, To = from is { } first ? Rows.After(PriceStore.Key(symbol, first)) : range.To };
    }

    private static async Task<IReadOnlyList<string>> TablesAsync(ITableReader reader, string tenant, string symbol, CancellationToken cancellationToken) =>
        [.. (await PriceStore.SeriesAsync(
            reader, TableRange.Prefix(PriceStore.SeriesPartition(tenant), PriceStore.SeriesPrefix(symbol), MaxTables), cancellationToken).ConfigureAwait(false)).Select(s => s.Series.Table)];
}
