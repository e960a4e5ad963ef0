using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Prices;

/// <summary>Bars by (tenant, table, symbol, time), and which symbols of which tables there are bars of.</summary>
/// <remarks>
/// Bars live in partition <c>prices|TENANT|TABLE</c> under <c>SYMBOL|</c>, newest first, so that those of a symbol in a
/// period of time, or the one before a time, are one range. The series <c>SYMBOL|TABLE</c> in partition
/// <c>series|TENANT</c> lead to them; a series is there before its first bar and changes after each that is written.
/// </remarks>
public sealed class PriceStore(ITableStore tables)
{
    /// <summary>Those of some bars' places that are taken, as they stand, by key.</summary>
    internal async Task<Dictionary<string, Stored<PriceBar>>> KnownAsync(
        string tenant, string table, IEnumerable<string> keys, CancellationToken cancellationToken) =>
        Read(await tables.GetAllAsync(Partition(tenant, table), keys, cancellationToken).ConfigureAwait(false));

    /// <summary>Inserts bars of a table; returns those whose places were taken already, as they stand, by key.</summary>
    internal async Task<Dictionary<string, Stored<PriceBar>>> InsertAsync(
        string tenant, string table, IEnumerable<PriceBar> bars, CancellationToken cancellationToken) =>
        Read(await tables.InsertAbsentAsync(
            Partition(tenant, table), [.. bars.Select(b => TableWrite.Insert(Key(b), Rows.Version, Data(b)))], cancellationToken).ConfigureAwait(false));

    /// <summary>Puts bars in the places of others that still are as they were read.</summary>
    /// <exception cref="TableConflictException">One has changed since.</exception>
    internal Task ReplaceAsync(string tenant, string table, IEnumerable<(PriceBar Bar, string ETag)> bars, CancellationToken cancellationToken) =>
        tables.WriteAllAsync(
            Partition(tenant, table), [.. bars.Select(b => TableWrite.IfMatch(Key(b.Bar), Rows.Version, Data(b.Bar), b.ETag))], cancellationToken);

    /// <summary>The last bar of a symbol before a time, or null.</summary>
    public async Task<PriceBar?> BeforeAsync(string tenant, string table, string symbol, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var range = Range(tenant, table, symbol, 1) with { From = Rows.After(Key(symbol, time)) };
        await foreach (var row in tables.QueryAsync(range, cancellationToken).ConfigureAwait(false))
        {
            return Rows.Read(row, RowJson.Default.PriceBar);
        }

        return null;
    }

    /// <summary>Makes series known; whoever inserts bars does it first.</summary>
    internal async Task RegisterAsync(string tenant, string table, IReadOnlyCollection<string> symbols, CancellationToken cancellationToken)
    {
        var known = await tables.GetAllAsync(SeriesPartition(tenant), symbols.Select(s => SeriesKey(s, table)), cancellationToken).ConfigureAwait(false);
        await tables.InsertAbsentAsync(SeriesPartition(tenant), [.. symbols.Select(s => new PriceSeries(s, table))
            .Where(s => !known.ContainsKey(SeriesKey(s.Symbol, s.Table)))
            .Select(s => TableWrite.Insert(SeriesKey(s.Symbol, s.Table), Rows.Version, Rows.Write(s, RowJson.Default.PriceSeries)))], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Changes series whose bars have changed, so that what is kept of them is read anew; whoever writes or removes bars does it last.</summary>
    internal Task TouchAsync(string tenant, string table, IReadOnlyCollection<string> symbols, CancellationToken cancellationToken) =>
        tables.WriteAllAsync(SeriesPartition(tenant), [.. symbols.Select(s =>
            TableWrite.Upsert(SeriesKey(s, table), Rows.Version, Rows.Write(new PriceSeries(s, table), RowJson.Default.PriceSeries)))], cancellationToken);

    /// <summary>Series of a tenant by symbol and table, with their keys and what they change with.</summary>
    internal static async Task<IReadOnlyList<(string Key, PriceSeries Series, string ETag)>> SeriesAsync(
        ITableReader reader, TableRange range, CancellationToken cancellationToken)
    {
        var found = new List<(string, PriceSeries, string)>();
        await foreach (var row in reader.QueryAsync(range, cancellationToken).ConfigureAwait(false))
        {
            found.Add((row.Key, Rows.Read(row, RowJson.Default.PriceSeries), row.ETag));
        }

        return found;
    }

    internal static string Partition(string tenant, string table) => $"prices|{tenant}|{TableLimits.Escape(table)}";

    internal static string SeriesPartition(string tenant) => "series|" + tenant;

    /// <summary>What the keys of a symbol's series begin with.</summary>
    internal static string SeriesPrefix(string symbol) => TableLimits.Escape(symbol) + "|";

    internal static TableRange Range(string tenant, string table, string symbol, int? limit = null) =>
        TableRange.Prefix(Partition(tenant, table), TableLimits.Escape(symbol) + "|", limit);

    internal static string Key(PriceBar bar) => Key(bar.Symbol, bar.Time);

    internal static string Key(string symbol, DateTimeOffset time) => $"{TableLimits.Escape(symbol)}|{Rows.NewestFirst(time)}";

    private static string SeriesKey(string symbol, string table) => SeriesPrefix(symbol) + TableLimits.Escape(table);

    private static byte[] Data(PriceBar bar) => Rows.Write(bar, RowJson.Default.PriceBar);

    private static Dictionary<string, Stored<PriceBar>> Read(IReadOnlyDictionary<string, TableRow> rows) =>
        rows.ToDictionary(r => r.Key, r => new Stored<PriceBar>(Rows.Read(r.Value, RowJson.Default.PriceBar), r.Value.ETag), StringComparer.Ordinal);
}

/// <summary>That a tenant has, or is about to get, bars of a symbol.</summary>
/// <param name="Symbol">The symbol.</param>
/// <param name="Table">The table they come from.</param>
public sealed record PriceSeries(string Symbol, string Table);
