using Sentiment.Domain.Diagnostics;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Items;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Retention;

/// <summary>How far a day has come.</summary>
internal enum DayResult
{
    /// <summary>Nothing is left of it.</summary>
    Emptied,

    /// <summary>What is left belongs to chunks that somebody may still be at.</summary>
    Waiting,

    /// <summary>The budget is used up: call again.</summary>
    More,
}

/// <summary>Removes a day's items and all that its index says of them, found by that index.</summary>
internal sealed class OldItems(ITableStore tables)
{
    private const int RowsPerStep = 50;

    /// <summary>Removes what settled chunks wrote of a day.</summary>
    public async Task<DayResult> RemoveAsync(string tenant, string day, PageStandings standings, TimeBudget budget, CancellationToken cancellationToken)
    {
        var partition = ItemStore.IndexPartition(tenant, day);
        for (var (after, waits, hasRemoved) = ((string?)null, false, false); ;)
        {
            var hints = new List<(TableRow Row, Membership Hint)>();
            await foreach (var row in tables.QueryAsync(
                new(partition, after is null ? "" : Rows.After(after), Limit: RowsPerStep), cancellationToken).ConfigureAwait(false))
            {
                hints.Add((row, Rows.Read(row, RowJson.Default.Membership)));
            }

            var kept = new HashSet<(string, string)>();
            foreach (var table in hints.GroupBy(h => h.Hint.Table))
            {
                foreach (var id in await RemoveItemsAsync(tenant, table.Key, day, [.. table.Select(h => h.Hint.SourceId).Distinct(StringComparer.Ordinal)], standings, cancellationToken).ConfigureAwait(false))
                {
                    kept.Add((table.Key, id));
                }
            }

            // Hints after items: while an item is there, a hint leads to it.
            var gone = new List<TableWrite>();
            foreach (var (row, hint) in hints)
            {
                var isOpen = await standings.OfAsync(new Stamp(hint.Chunk, hint.Page), cancellationToken).ConfigureAwait(false) == PageStanding.Open;
                if (isOpen || kept.Contains((hint.Table, hint.SourceId)))
                {
                    waits = true;
                }
                else
                {
                    gone.Add(TableWrite.Delete(row.Key));
                }
            }

            await tables.WriteAllAsync(partition, gone, cancellationToken).ConfigureAwait(false);
            SentimentMeter.RetentionRemoved.Add(gone.Count, new KeyValuePair<string, object?>("kind", "index"));
            if (hints.Count < RowsPerStep)
            {
                return waits ? DayResult.Waiting : DayResult.Emptied;
            }

            after = hints[^1].Row.Key;
            hasRemoved |= gone.Count > 0;
            if (hasRemoved && budget.IsUsedUp)
            {
                return DayResult.More; // Without any progress the next call would read the same again.
            }
        }
    }

    /// <summary>Removes items of the day; returns those that must stay for now.</summary>
    private async Task<List<string>> RemoveItemsAsync(
        string tenant, string table, string day, IReadOnlyCollection<string> ids, PageStandings standings, CancellationToken cancellationToken)
    {
        var partition = ItemStore.Partition(tenant, table);
        var kept = new List<string>();
        var removed = new List<(TableRow, string?)>();
        foreach (var row in (await tables.GetAllAsync(partition, ids.Select(ItemStore.Key), cancellationToken).ConfigureAwait(false)).Values)
        {
            var item = Rows.Read(row, RowJson.Default.Item);
            if (Rows.Day(item.PublishedAt) != day)
            {
                continue; // The same id has come again with another date: that day leads to it.
            }

            var standing = await standings.OfAsync(new Stamp(item.Chunk, item.Page), cancellationToken).ConfigureAwait(false);
            if (standing == PageStanding.Open)
            {
                kept.Add(item.SourceId);
            }
            else
            {
                removed.Add((row, standing == PageStanding.Committed ? item.Chunk : null));
            }
        }

        await RemovedRecords.RemoveAsync(tables, partition, removed, cancellationToken).ConfigureAwait(false);
        SentimentMeter.RetentionRemoved.Add(removed.Count, new KeyValuePair<string, object?>("kind", "item"));
        return kept;
    }
}
