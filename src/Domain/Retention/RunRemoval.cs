using Sentiment.Domain.Diagnostics;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Pages;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Ingestion.Tables;
using Sentiment.Domain.Items;
using Sentiment.Domain.Prices;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Retention;

/// <summary>Removes a run: first from every list, then chunk by chunk what it planned, pinned and covered.</summary>
internal sealed class RunRemoval(RetentionStore retention, RunStore runs, ChunkStore chunks, TableStateStore coverage, ITableStore tables)
{
    private const int ChunksPerStep = 50;

    /// <summary>Whether nothing that the run left uncommitted can still be there: only then may its chunks be forgotten.</summary>
    /// <remarks>
    /// A row whose chunk is gone counts as committed. So a run with an abandoned page stays until every row that the page
    /// may have written has become old itself.
    /// </remarks>
    public async Task<bool> MayGoAsync(RunRow run, RetentionOptions options, DateTimeOffset at, CancellationToken cancellationToken)
    {
        await foreach (var chunk in chunks.ListAsync(run.Id, null, null, cancellationToken).ConfigureAwait(false))
        {
            if (chunk.Status != WorkStatus.Completed && await chunks.PageAsync(chunk.Id, chunk.Page + 1, cancellationToken).ConfigureAwait(false) is not null)
            {
                var kept = (await retention.TenantAsync(chunk.Tenant, cancellationToken).ConfigureAwait(false))?.Kept ?? options.For(null);

                // A record may be dated a day ahead, and a day is removed as a whole on the day after.
                var days = 3 + Math.Max(kept.Bars!.Value, kept.Quarantine!.Value);
                if (run.EndedAt > at.AddDays(-days))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>Takes the run out of the lists; <see cref="GoOnAsync"/> removes the rest, after a crash too.</summary>
    public async Task BeginAsync(RunRow run, CancellationToken cancellationToken)
    {
        await retention.BeginRemovalAsync(run.Id, cancellationToken).ConfigureAwait(false);
        await runs.ForgetAsync(run, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes what is left of a run whose removal has begun; returns whether nothing is left.</summary>
    public async Task<bool> GoOnAsync(string run, TimeBudget budget, CancellationToken cancellationToken)
    {
        // A crash between the note and the lists leaves both: the lists go first, as ever.
        if (await runs.GetAsync(run, cancellationToken).ConfigureAwait(false) is { } standing)
        {
            await runs.ForgetAsync(standing.Row, cancellationToken).ConfigureAwait(false);
        }

        var partition = RunStore.RunPartition(run);
        while (true)
        {
            var step = new List<ChunkRow>();
            await foreach (var chunk in chunks.ListAsync(run, null, null, cancellationToken).ConfigureAwait(false))
            {
                step.Add(chunk);
                if (step.Count == ChunksPerStep)
                {
                    break;
                }
            }

            foreach (var chunk in step)
            {
                await ClearAsync(ChunkStore.PagePartition(chunk.Id), cancellationToken).ConfigureAwait(false);
                await coverage.UncoverAsync(chunk, cancellationToken).ConfigureAwait(false);
                var count = TableWrite.Delete(RemovedRecords.Key(chunk.Id.ToString()));
                await tables.WriteAsync(ItemStore.Partition(chunk.Tenant, chunk.Table), [count], cancellationToken).ConfigureAwait(false);
                await tables.WriteAsync(PriceStore.Partition(chunk.Tenant, chunk.Table), [count], cancellationToken).ConfigureAwait(false);
                await tables.WriteAsync(QuarantineStore.Partition(chunk.Tenant, chunk.Table), [count], cancellationToken).ConfigureAwait(false);
            }

            await tables.WriteAllAsync(partition, step.ConvertAll(c => TableWrite.Delete(ChunkStore.Key(c.Id))), cancellationToken).ConfigureAwait(false);
            if (step.Count < ChunksPerStep)
            {
                break;
            }

            if (budget.IsUsedUp)
            {
                return false;
            }
        }

        await ClearAsync(partition, cancellationToken).ConfigureAwait(false);
        await retention.EndRemovalAsync(run, cancellationToken).ConfigureAwait(false);
        SentimentMeter.RetentionRemoved.Add(1, new KeyValuePair<string, object?>("kind", "run"));
        return true;
    }

    private async Task ClearAsync(string partition, CancellationToken cancellationToken)
    {
        var keys = new List<string>();
        do
        {
            keys.Clear();
            await foreach (var row in tables.QueryAsync(new(partition, Limit: TableLimits.MaxRowsPerWrite), cancellationToken).ConfigureAwait(false))
            {
                keys.Add(row.Key);
            }

            await tables.WriteAllAsync(partition, keys.ConvertAll(k => TableWrite.Delete(k)), cancellationToken).ConfigureAwait(false);
        }
        while (keys.Count == TableLimits.MaxRowsPerWrite);
    }
}
