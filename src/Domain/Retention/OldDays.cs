using Sentiment.Domain.Diagnostics;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Items;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Trends;

namespace Sentiment.Domain.Retention;

/// <summary>Goes through the days a tenant has anything of: removes old items and bars, folds the partials of the others.</summary>
internal sealed class OldDays(RetentionStore retention, DayStore days, OldItems items, Compaction compaction, ITableStore tables)
{
    private const int DaysPerRead = 100;
    private const int BarRowsPerStep = 20;

    /// <summary>Goes on after a day; returns where to go on next, or null when done.</summary>
    public async Task<string?> RetainAsync(
        RetainedTenant tenant, DateTimeOffset at, string? after, PageStandings standings, TimeBudget budget, CancellationToken cancellationToken)
    {
        var (itemsFrom, barsFrom) = (Rows.Day(Days.Before(at, tenant.Kept.Items!.Value)), Rows.Day(Days.Before(at, tenant.Kept.Bars!.Value)));
        await retention.MoveAsync(tenant.Tenant, m => m with { Items = Days.Later(m.Items, itemsFrom), Bars = Days.Later(m.Bars, barsFrom) }, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var page = await days.ListAsync(tenant.Tenant, after, DaysPerRead, cancellationToken).ConfigureAwait(false);
            foreach (var (day, mark) in page)
            {
                if (await RetainDayAsync(tenant.Tenant, at, day, mark, Days.IsBefore(day, itemsFrom), Days.IsBefore(day, barsFrom), standings, budget, cancellationToken).ConfigureAwait(false))
                {
                    after = day;
                }
                else
                {
                    return after ?? "";
                }

                if (budget.IsUsedUp)
                {
                    return after;
                }
            }

            if (page.Count < DaysPerRead)
            {
                return null;
            }
        }
    }

    /// <summary>Whether the day is done with for now.</summary>
    private async Task<bool> RetainDayAsync(
        string tenant, DateTimeOffset at, string day, Stored<DayMark> mark, bool hasOldItems, bool hasOldBars,
        PageStandings standings, TimeBudget budget, CancellationToken cancellationToken)
    {
        // A page that has just marked the day may not have written yet: then nothing is concluded from what is not there.
        var isQuiet = mark.Row.At + ChunkRow.Grace <= at;
        var next = mark.Row;
        if (hasOldItems && !next.IsEmptied)
        {
            var result = await items.RemoveAsync(tenant, day, standings, budget, cancellationToken).ConfigureAwait(false);
            if (result == DayResult.More)
            {
                return false;
            }

            next = next with { IsEmptied = isQuiet && result == DayResult.Emptied };
        }

        if (hasOldBars)
        {
            if (!await RemoveBarsAsync(tenant, day, budget, cancellationToken).ConfigureAwait(false))
            {
                return false;
            }

            await days.ChangeAsync(tenant, day, mark, isQuiet && next.IsEmptied ? null : next, cancellationToken).ConfigureAwait(false);
            return true;
        }

        if (!next.IsFolded)
        {
            var result = await compaction.FoldAsync(tenant, day, standings, budget, cancellationToken).ConfigureAwait(false);
            SentimentMeter.RetentionRemoved.Add(result.Folded, new KeyValuePair<string, object?>("kind", "partial"));
            if (result.HasMore)
            {
                return false;
            }

            next = next with { IsFolded = isQuiet && result.IsComplete };
        }

        await days.ChangeAsync(tenant, day, mark, next, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async Task<bool> RemoveBarsAsync(string tenant, string day, TimeBudget budget, CancellationToken cancellationToken)
    {
        var partition = TrendStore.Partition(tenant, day);
        while (true)
        {
            var keys = new List<string>();
            await foreach (var row in tables.QueryAsync(new(partition, Limit: BarRowsPerStep), cancellationToken).ConfigureAwait(false))
            {
                keys.Add(row.Key);
            }

            await tables.WriteAllAsync(partition, keys.ConvertAll(k => TableWrite.Delete(k)), cancellationToken).ConfigureAwait(false);
            SentimentMeter.RetentionRemoved.Add(keys.Count, new KeyValuePair<string, object?>("kind", "bar"));
            if (keys.Count < BarRowsPerStep)
            {
                return true;
            }

            if (budget.IsUsedUp)
            {
                return false;
            }
        }
    }
}
