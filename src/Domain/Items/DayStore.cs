using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Items;

/// <summary>That a tenant has, or is about to get, items or bars of a day.</summary>
/// <param name="At">When a page last said so.</param>
/// <param name="IsFolded">Whether all its bars were compacted since.</param>
/// <param name="IsEmptied">Whether its items were removed since.</param>
public sealed record DayMark(DateTimeOffset At, bool IsFolded = false, bool IsEmptied = false);

/// <summary>
/// The days of which a tenant has anything, for those who must find old days without looking at every day there ever was.
/// </summary>
/// <remarks>A page marks a day before it writes items or bars of it; only retention takes a mark away, from an empty day.</remarks>
public sealed class DayStore(ITableStore tables, TimeProvider time)
{
    /// <summary>Marks days, as yyyyMMdd; whoever looked at a mark before finds it changed.</summary>
    public Task MarkAsync(string tenant, IEnumerable<string> days, CancellationToken cancellationToken)
    {
        var data = Rows.Write(new DayMark(time.GetUtcNow()), RowJson.Default.DayMark);
        return tables.WriteAllAsync(Partition(tenant), [.. days.Select(d => TableWrite.Upsert(d, Rows.Version, data))], cancellationToken);
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
        var range = new TableRange(Partition(tenant), after is null ? "" : Rows.After(after), Limit: limit);
        await foreach (var row in tables.QueryAsync(range, cancellationToken).ConfigureAwait(false))
        {
            found.Add((row.Key, new(Rows.Read(row, RowJson.Default.DayMark), row.ETag)));
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

    /// <summary>Changes a mark, or takes it away, unless a page has marked the day since.</summary>
    internal async Task ChangeAsync(string tenant, string day, Stored<DayMark> mark, DayMark? next, CancellationToken cancellationToken)
    {
        if (next == mark.Row)
        {
            return;
        }

        try
        {
            await tables.WriteAsync(Partition(tenant), [next is null ? TableWrite.Delete(day, mark.ETag)
                : TableWrite.IfMatch(day, Rows.Version, Rows.Write(next, RowJson.Default.DayMark), mark.ETag)], cancellationToken).ConfigureAwait(false);
        }
        catch (TableConflictException)
        {
            // A page is at this day: it is looked at again the next time.
        }
    }

    private static string Partition(string tenant) => "days|" + tenant;
}
