using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Ingestion.Pages;

/// <summary>Reads quarantine page by page, in the order in which records were first fetched.</summary>
public static class QuarantineList
{
    /// <summary>A page of a tenant's invalid records with their tables, and where the next one begins; null: it was the last.</summary>
    /// <param name="reader">Where to read.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="table">Only this table's: a page may then hold fewer than asked for, even none; null: all.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="after">The end of the page before; null for the first.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    /// <exception cref="ArgumentException"><paramref name="after"/> is no such end.</exception>
    public static async Task<(IReadOnlyList<(string Table, QuarantinedRecord Record)> Records, string? Next)> ReadAsync(
        ITableReader reader, string tenant, string? table, int limit, string? after, CancellationToken cancellationToken)
    {
        if (after?.Split('|').Length is not (null or 3))
        {
            throw new ArgumentException("Not the end of such a page.", nameof(after));
        }

        var places = new List<string[]>();
        string? last = null;
        await foreach (var row in reader.QueryAsync(
            new(QuarantineStore.TimePartition(tenant), after is null ? "" : Rows.After(after), Limit: limit), cancellationToken).ConfigureAwait(false))
        {
            places.Add(row.Key.Split('|'));
            last = row.Key;
        }

        var found = new Dictionary<(string Table, string Key), QuarantinedRecord>();
        foreach (var group in places.GroupBy(p => p[1]).Where(g => table is null || g.Key == TableLimits.Escape(table)))
        {
            // The place's table is escaped, as the partition's is.
            var rows = await reader.GetAllAsync($"quarantine|{tenant}|{group.Key}", group.Select(p => p[2]).Distinct(StringComparer.Ordinal), cancellationToken).ConfigureAwait(false);
            foreach (var row in rows.Values)
            {
                found[(group.Key, row.Key)] = Rows.Read(row, RowJson.Default.QuarantinedRecord);
            }
        }

        // A record removed and met again has a later place as well: it is listed at that one.
        return ([.. places.Where(p => found.TryGetValue((p[1], p[2]), out var record) && Rows.Day(record.At) == p[0])
            .Select(p => (TableLimits.Unescape(p[1]), found[(p[1], p[2])]))], places.Count == limit ? last : null);
    }
}
