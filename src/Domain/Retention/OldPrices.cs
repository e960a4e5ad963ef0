using Sentiment.Domain.Diagnostics;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Prices;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Retention;

/// <summary>Removes bars of prices that are older than their tenant keeps items, series by series.</summary>
internal sealed class OldPrices(RetentionStore retention, PriceStore prices, ITableStore tables)
{
    private const int SeriesPerRead = 100;
    private const int BarsPerStep = 50;

    /// <summary>Goes on after a series; returns where to go on next, or null when done.</summary>
    public async Task<string?> RemoveAsync(
        RetainedTenant tenant, DateTimeOffset at, string? after, PageStandings standings, TimeBudget budget, CancellationToken cancellationToken)
    {
        var horizon = Days.Before(at, tenant.Kept.Items!.Value);
        await retention.MoveAsync(tenant.Tenant, m => m with { Items = Days.Later(m.Items, Rows.Day(horizon)) }, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var range = new TableRange(PriceStore.SeriesPartition(tenant.Tenant), after is null ? "" : Rows.After(after), Limit: SeriesPerRead);
            var page = await PriceStore.SeriesAsync(tables, range, cancellationToken).ConfigureAwait(false);
            foreach (var (key, series, _) in page)
            {
                if (!await RemoveAsync(tenant.Tenant, series, horizon, standings, budget, cancellationToken).ConfigureAwait(false))
                {
                    return after ?? "";
                }

                after = key;
                if (budget.IsUsedUp)
                {
                    return after;
                }
            }

            if (page.Count < SeriesPerRead)
            {
                return null;
            }
        }
    }

    /// <summary>Removes what settled chunks wrote of a series before the horizon; returns whether it is done with for now.</summary>
    private async Task<bool> RemoveAsync(
        string tenant, PriceSeries series, DateTimeOffset horizon, PageStandings standings, TimeBudget budget, CancellationToken cancellationToken)
    {
        var all = PriceStore.Range(tenant, series.Table, series.Symbol, BarsPerStep);
        var (after, hasRemoved) = (PriceStore.Key(series.Symbol, horizon), false);
        while (true)
        {
            var (removed, read) = (new List<(TableRow, string?)>(), 0);
            await foreach (var row in tables.QueryAsync(all with { From = Rows.After(after) }, cancellationToken).ConfigureAwait(false))
            {
                (after, read) = (row.Key, read + 1);
                var bar = Rows.Read(row, RowJson.Default.PriceBar);
                var standing = await standings.OfAsync(new Stamp(bar.Chunk, bar.Page), cancellationToken).ConfigureAwait(false);
                if (standing != PageStanding.Open)
                {
                    removed.Add((row, standing == PageStanding.Committed ? bar.Chunk : null));
                }
            }

            await RemovedRecords.RemoveAsync(tables, all.Partition, removed, cancellationToken).ConfigureAwait(false);
            SentimentMeter.RetentionRemoved.Add(removed.Count, new KeyValuePair<string, object?>("kind", "price"));
            hasRemoved |= removed.Count > 0;
            var isDone = read < BarsPerStep;

            // Without any progress the next call would read the same again.
            if (isDone || (hasRemoved && budget.IsUsedUp))
            {
                if (hasRemoved)
                {
                    await prices.TouchAsync(tenant, series.Table, [series.Symbol], cancellationToken).ConfigureAwait(false);
                }

                return isDone;
            }
        }
    }
}
