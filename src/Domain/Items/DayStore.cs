using System.Globalization;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Items;

/// <summary>That a tenant has, or is about to get, items or bars of a day.</summary>
/// <param name="At">When a page last said so.</param>
/// <param name="IsFolded">Whether all its bars were compacted since.</param>
/// <param name="IsEmptied">Whether its items were removed since.</param>
public sealed record DayMark(DateTimeOffset At, bool IsFolded = false, bool IsEmptied = false);

/// <summary>A day with items.</summary>
/// <param name="Day">As yyyyMMdd.</param>
/// <param name="Tables">The tables that they are of, in order.</param>
public sealed record ItemDay(string Day, IReadOnlyList<string> Tables);

/// <summary>
/// The days of which a tenant has anything, for those who must find them without looking at every day there ever was.
/// </summary>
/// <remarks>
/// In partition <c>days|TENANT</c>: marks <c>YYYYMMDD</c>, oldest first, and for those who read items <c>n|DAY|TABLE</c>, newest
/// first. A page marks a day before it writes items or bars of it; only retention takes a mark away, from an empty day.
/// </remarks>
public sealed class DayStore(ITableStore tables, TimeProvider time)
{
    private const string NewestPrefix = "n|";

    private const int MostDaysPerRead = 100;

    // The most tables of a day that go with its mark in one write.
    private const int TablesPerDay = TableLimits.MaxRowsPerWrite - 1;

    /// <summary>Marks days, as yyyyMMdd, of which a table has items; whoever looked at a mark before finds it changed.</summary>
    public Task MarkAsync(string tenant, string table, IEnumerable<string> days, CancellationToken cancellationToken)
    {
        var mark = Rows.Write(new DayMark(time.GetUtcNow()), RowJson.Default.DayMark);
        var name = Rows.Write(table, RowJson.Default.String);
        return tables.WriteAllAsync(Partition(tenant), [.. days.SelectMany(d => (TableWrite[])[
            TableWrite.Upsert(d, Rows.Version, mark), TableWrite.Upsert(Newest(d) + "|" + TableLimits.Escape(table), Rows.Version, name)])], cancellationToken);
    }

    /// <summary>Days with items, newest first, in one range, or a few where there are many tables or days.</summary>
    /// <param name="reader">Where to read.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="from">Not before this day; null: up to the first.</param>
    /// <param name="to">Not after this day; null: from the last.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    public static async Task<IReadOnlyList<ItemDay>> NewestAsync(
        ITableReader reader, string tenant, string? from, string? to, int limit, CancellationToken cancellationToken)
    {
        var found = new List<(string Key, List<string> Tables)>();
        var range = new TableRange(Partition(tenant), to is null ? NewestPrefix : Newest(to), (from is null ? NewestPrefix : Newest(from)) + "\u007f");

        // Most tenants have few tables: no more rows are asked for than such days have.
        var most = (2 * Math.Min(limit, MostDaysPerRead)) + 1;
        for (var read = most; read == most;)
        {
            read = 0;
            await foreach (var row in reader.QueryAsync(range with { Limit = most }, cancellationToken).ConfigureAwait(false))
            {
                read++;
                range = range with { From = Rows.After(row.Key) };
                var key = row.Key[..row.Key.LastIndexOf('|')];
                if (found.Count == 0 || found[^1].Key != key)
                {
                    if (found.Count == limit)
                    {
                        read = 0;
                        break;
                    }

                    found.Add((key, []));
                }

                found[^1].Tables.Add(Rows.Read(row, RowJson.Default.String));
            }
        }

        return found.ConvertAll(f => new ItemDay(Turned(f.Key[NewestPrefix.Length..]), f.Tables));
    }

    /// <summary>Marked days in order.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="after">After this day; null: from the first.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    public async Task<IReadOnlyList<(string Day, Stored<DayMark> Mark)>> ListAsync(
        string tenant, string? after, int limit, CancellationToken cancellationToken)
    {
        var found = new List<(string, Stored<DayMark>)>();
        var range = new TableRange(Partition(tenant), after is null ? "" : Rows.After(after), NewestPrefix, limit);
        await foreach (var row in tables.QueryAsync(range, cancellationToken).ConfigureAwait(false))
        {
            found.Add((row.Key, new(Rows.Read(row, RowJson.Default.DayMark), row.ETag)));
        }

        return found;
    }

    /// <summary>The marks of days from one to another, both included, by day; one range.</summary>
    internal static async Task<Dictionary<string, Stored<DayMark>>> MarksAsync(ITableReader reader, string tenant, string from, string to, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, Stored<DayMark>>(StringComparer.Ordinal);
        await foreach (var row in reader.QueryAsync(new(Partition(tenant), from, Rows.After(to)), cancellationToken).ConfigureAwait(false))
        {
            found[row.Key] = new(Rows.Read(row, RowJson.Default.DayMark), row.ETag);
        }

        return found;
    }

    /// <summary>Every marked day in order.</summary>
    internal async Task<List<(string Day, Stored<DayMark> Mark)>> AllAsync(string tenant, CancellationToken cancellationToken)
    {
        const int DaysPerRead = 1000;
        var all = new List<(string Day, Stored<DayMark> Mark)>();
        while (true)
        {
            var page = await ListAsync(tenant, all.Count == 0 ? null : all[^1].Day, DaysPerRead, cancellationToken).ConfigureAwait(false);
            all.AddRange(page);
            if (page.Count < DaysPerRead)
            {
                return all;
            }
        }
    }

    /// <summary>Changes a mark, or takes it away, unless a page has marked the day since; a day without items is not listed as one with them.</summary>
    internal async Task ChangeAsync(string tenant, string day, Stored<DayMark> mark, DayMark? next, CancellationToken cancellationToken)
    {
        if (next == mark.Row)
        {
            return;
        }

        var writes = new List<TableWrite>
        {
            next is null ? TableWrite.Delete(day, mark.ETag) : TableWrite.IfMatch(day, Rows.Version, Rows.Write(next, RowJson.Default.DayMark), mark.ETag),
        };
        if (next is null or { IsEmptied: true })
        {
            await foreach (var row in tables.QueryAsync(TableRange.Prefix(Partition(tenant), Newest(day) + "|", TablesPerDay), cancellationToken).ConfigureAwait(false))
            {
                writes.Add(TableWrite.Delete(row.Key));
            }
        }

        try
        {
            await tables.WriteAsync(Partition(tenant), writes, cancellationToken).ConfigureAwait(false);
        }
        catch (TableConflictException)
        {
            // A page is at this day: it is looked at again the next time.
        }
    }

    internal static string Partition(string tenant) => "days|" + tenant;

    private static string Newest(string day) => NewestPrefix + Turned(day);

    // The later a day, the smaller the number; turned twice it is the day again.
    private static string Turned(string day) => (99_999_999 - int.Parse(day, CultureInfo.InvariantCulture)).ToString("D8", CultureInfo.InvariantCulture);
}
