using Sentiment.Domain.Diagnostics;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Pages;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Retention;

/// <summary>Removes invalid records by the day they were fetched, oldest first.</summary>
internal sealed class OldQuarantine(RetentionStore retention, ITableStore tables)
{
    private const int RecordsPerStep = 50;

    /// <summary>Removes records older than the tenant keeps them; returns where to go on, or null when done.</summary>
    public async Task<string?> RemoveAsync(
        RetainedTenant tenant, DateTimeOffset at, string? after, PageStandings standings, TimeBudget budget, CancellationToken cancellationToken)
    {
        var horizon = Rows.Day(Days.Before(at, tenant.Kept.Quarantine!.Value));
        await retention.MoveAsync(tenant.Tenant, m => m with { Quarantine = Days.Later(m.Quarantine, horizon) }, cancellationToken).ConfigureAwait(false);
        var partition = QuarantineStore.TimePartition(tenant.Tenant);
        do
        {
            var places = new List<TableRow>();
            var range = new TableRange(partition, after is null ? "" : Rows.After(after), horizon, RecordsPerStep);
            await foreach (var row in tables.QueryAsync(range, cancellationToken).ConfigureAwait(false))
            {
                places.Add(row);
            }

            var kept = new HashSet<string>(StringComparer.Ordinal);
            foreach (var table in places.GroupBy(p => p.Key.Split('|')[1]))
            {
                kept.UnionWith(await RemoveAsync($"quarantine|{tenant.Tenant}|{table.Key}", horizon, [.. table], standings, cancellationToken).ConfigureAwait(false));
            }

            // Places after records: while a record is there, its place leads to it.
            var gone = places.Where(p => !kept.Contains(p.Key)).Select(p => TableWrite.Delete(p.Key)).ToList();
            await tables.WriteAllAsync(partition, gone, cancellationToken).ConfigureAwait(false);
            if (places.Count < RecordsPerStep)
            {
                return null;
            }

            after = places[^1].Key;
        }
        while (!budget.IsUsedUp);
        return after;
    }

    /// <summary>Removes the records of some places of one table; returns the places whose records must stay for now.</summary>
    private async Task<List<string>> RemoveAsync(
        string partition, string horizon, List<TableRow> places, PageStandings standings, CancellationToken cancellationToken)
    {
        var kept = new List<string>();
        var removed = new List<(TableRow, string?)>();
        var records = await tables.GetAllAsync(partition, places.Select(p => p.Key.Split('|')[2]).Distinct(StringComparer.Ordinal), cancellationToken).ConfigureAwait(false);
        foreach (var row in records.Values)
        {
            var record = Rows.Read(row, RowJson.Default.QuarantinedRecord);
            if (!Days.IsBefore(Rows.Day(record.At), horizon))
            {
                continue; // Taken over, or removed and met again, since: a later place leads to it.
            }

            var standing = await standings.OfAsync(new Stamp(record.Chunk, record.Page), cancellationToken).ConfigureAwait(false);
            if (standing == PageStanding.Open)
            {
                kept.AddRange(places.Where(p => p.Key.Split('|')[2] == row.Key).Select(p => p.Key));
            }
            else
            {
                removed.Add((row, standing == PageStanding.Committed ? record.Chunk : null));
            }
        }

        await RemovedRecords.RemoveAsync(tables, partition, removed, cancellationToken).ConfigureAwait(false);
        SentimentMeter.RetentionRemoved.Add(removed.Count, new KeyValuePair<string, object?>("kind", "quarantine"));
        return kept;
    }
}
