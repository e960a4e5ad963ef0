using Sentiment.Domain.Ingestion.Backfills;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Replays;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Workflows;

namespace Sentiment.Domain.Ingestion.Tables;

/// <summary>
/// Writes the chunks of a claimed table; planning again finds them and changes nothing. Where the run is tried again the
/// chunks stay as they were planned, and those that failed or were left are opened again at their checkpoints.
/// </summary>
/// <remarks>The watermark cannot move in between, for only the holder of the claim moves it.</remarks>
internal sealed class PlanTable(RunStore runs, TableStateStore tables, ChunkStore chunks, SourceCatalog sources, ReplayPlan replays, BackfillPlan backfills) : Activity<TableId, int>
{
    public override async Task<int> RunAsync(ActivityContext context, TableId input, CancellationToken cancellationToken)
    {
        var run = (await runs.GetAsync(input.Run, cancellationToken).ConfigureAwait(false))?.Row
            ?? throw new NonRetryableException($"No run '{input.Run}'.");
        var isPlanned = run.Attempt > 1
            && await runs.TableAsync(input.Run, input.Tenant, input.Table, cancellationToken).ConfigureAwait(false) is { Chunks: > 0 };
        var (count, left) = isPlanned ? (await ReopenAsync(input, cancellationToken).ConfigureAwait(false), 0)
            : run.Arguments.Backfill ? await backfills.WriteAsync(
                run, await runs.PinnedTenantAsync(input.Run, input.Tenant, cancellationToken).ConfigureAwait(false), input, cancellationToken).ConfigureAwait(false)
            : (await PlanAsync(run, input, cancellationToken).ConfigureAwait(false), 0);
        await runs.PutTableAsync(input.Run, new RunTableRow(
            input.Tenant, input.Table, WorkStatus.Running, null, count, 0, 0, Ledger.Empty, run.Attempt, left), cancellationToken).ConfigureAwait(false);
        return count;
    }

    private async Task<int> PlanAsync(RunRow run, TableId input, CancellationToken cancellationToken)
    {
        var tenant = await runs.PinnedTenantAsync(input.Run, input.Tenant, cancellationToken).ConfigureAwait(false);
        if (run.Arguments.Replay is { } kind)
        {
            return await replays.WriteAsync(run, kind, tenant, input, cancellationToken).ConfigureAwait(false);
        }

        var watermark = await tables.WatermarkAsync(input.Tenant, input.Table, cancellationToken).ConfigureAwait(false);
        var plan = TablePlan.Of(run, tenant, sources.Get(input.Table).Description, watermark?.Row);
        if (run.Attempt > 1)
        {
            await foreach (var _ in chunks.ListAsync(input.Run, input.Tenant, input.Table, cancellationToken).ConfigureAwait(false))
            {
                // The watermark may have moved since: another plan would not fit what there is of the first.
                throw new NonRetryableException("The run was cancelled while this table was being planned; a new run reads it.");
            }
        }

        await chunks.PlanAsync(plan, cancellationToken).ConfigureAwait(false);
        return plan.Count;
    }

    private async Task<int> ReopenAsync(TableId input, CancellationToken cancellationToken)
    {
        var count = 0;
        await foreach (var chunk in chunks.ListAsync(input.Run, input.Tenant, input.Table, cancellationToken).ConfigureAwait(false))
        {
            count++;
            if (chunk.Status is WorkStatus.Failed or WorkStatus.Deferred
                && await chunks.GetAsync(chunk.Id, cancellationToken).ConfigureAwait(false) is { Row.Status: WorkStatus.Failed or WorkStatus.Deferred } ended)
            {
                // Whoever asks for another attempt wants the waits that it takes.
                await chunks.SaveAsync(
                    Asking(ended.Row) with { Status = WorkStatus.Pending, Reason = null, Failure = null, WaitsUntil = null, EndedAt = null, Epoch = ended.Row.Epoch + 1 },
                    ended.ETag, cancellationToken).ConfigureAwait(false);
            }
        }

        return count;
    }

    // What was drained of kept answers alone is read again from its first page.
    private static ChunkRow Asking(ChunkRow row) => row.Stale is null ? row
        : row.Drained ? row with { Stale = null, Drained = false, FetchedAt = null, LastFetchedAt = null }
        : row with { Stale = null };
}
