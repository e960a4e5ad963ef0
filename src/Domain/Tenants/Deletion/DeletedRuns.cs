using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Retention;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Tenants.Deletion;

/// <summary>Removes a tenant's part in every run: pages, chunks, tables, its own row; a run that was asked for about nobody else goes as a whole.</summary>
internal sealed class DeletedRuns(RunStore runs, ITableStore tables)
{
    private const int RunsPerRead = 100;
    private const int ChunksPerStep = 50;

    /// <summary>What is kept of a tenant in a run's partition.</summary>
    public static IEnumerable<TableRange> RangesOf(string run, string tenant)
    {
        var partition = RunStore.RunPartition(run);
        yield return new(partition, $"t|{tenant}", Rows.After($"t|{tenant}"));
        yield return TableRange.Prefix(partition, $"w|{tenant}|");
        yield return TableRange.Prefix(partition, $"c|{tenant}|");
    }

    /// <summary>Goes on after a run; returns where to go on next, or null when done.</summary>
    public async Task<string?> RemoveAsync(string tenant, string? after, TimeBudget budget, Removed removed, CancellationToken cancellationToken)
    {
        while (true)
        {
            var page = await RunStore.PageAsync(tables, after, RunsPerRead, cancellationToken).ConfigureAwait(false);
            foreach (var run in page)
            {
                if (!await RemoveAsync(tenant, run, budget, removed, cancellationToken).ConfigureAwait(false))
                {
                    return after ?? "";
                }

                after = run.Id;
                if (budget.IsUsedUp)
                {
                    return after;
                }
            }

            if (page.Count < RunsPerRead)
            {
                return null;
            }
        }
    }

    private async Task<bool> RemoveAsync(string tenant, RunRow run, TimeBudget budget, Removed removed, CancellationToken cancellationToken)
    {
        while (true)
        {
            var step = await ChunkStore.PageAsync(tables, run.Id, tenant, null, ChunksPerStep, null, cancellationToken).ConfigureAwait(false);
            foreach (var (_, chunk) in step)
            {
                if (!await tables.EmptyAsync(new(ChunkStore.PagePartition(chunk.Id)), "pages", budget, removed, cancellationToken).ConfigureAwait(false))
                {
                    return false;
                }
            }

            // Chunks after their pages, which are found by them.
            await tables.WriteAllAsync(RunStore.RunPartition(run.Id), [.. step.Select(c => TableWrite.Delete(c.Key))], cancellationToken).ConfigureAwait(false);
            removed.Add("chunks", step.Count);
            if (step.Count < ChunksPerStep)
            {
                break;
            }

            if (budget.IsUsedUp)
            {
                return false;
            }
        }

        foreach (var range in RangesOf(run.Id, tenant))
        {
            if (!await tables.EmptyAsync(range, "runs", budget, removed, cancellationToken).ConfigureAwait(false))
            {
                return false;
            }
        }

        if (run.Arguments.Tenants.Contains(tenant, StringComparer.Ordinal))
        {
            await runs.ForgetTenantAsync(run.Id, tenant, cancellationToken).ConfigureAwait(false);
            removed.Add("runs", 1);
        }

        return true;
    }
}
