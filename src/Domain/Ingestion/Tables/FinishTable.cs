using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Metrics;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Workflows;

namespace Sentiment.Domain.Ingestion.Tables;

/// <summary>How a table's part in a run ended.</summary>
/// <param name="Table">Which table.</param>
/// <param name="Reason">Why it was stopped or could not be planned; null: its chunks say.</param>
public sealed record TableEnd(TableId Table, string? Reason);

/// <summary>Sums a table's chunks up, records what came of them, moves its watermark and gives its claim back; idempotent.</summary>
internal sealed class FinishTable(
    RunStore runs, TableStateStore tables, ChunkStore chunks, ChunkFailure failure, SourceCatalog sources, MetricsUpkeep metrics) : Activity<TableEnd, WorkStatus>
{
    public override async Task<WorkStatus> RunAsync(ActivityContext context, TableEnd input, CancellationToken cancellationToken)
    {
        var (run, tenant, table) = input.Table;
        var row = (await runs.GetAsync(run, cancellationToken).ConfigureAwait(false))!.Row;
        var known = await runs.TableAsync(run, tenant, table, cancellationToken).ConfigureAwait(false);
        if (known is { Status: WorkStatus.Completed or WorkStatus.Failed or WorkStatus.Skipped } ended && ended.Attempt == row.Attempt)
        {
            // The claim may be what a crash left over.
            await tables.ReleaseClaimAsync(tenant, table, run, cancellationToken).ConfigureAwait(false);
            return ended.Status;
        }

        if (input.Reason is { } broken)
        {
            await FailRestAsync(row, input.Table, known, broken, cancellationToken).ConfigureAwait(false);
        }

        var all = await chunks.ListAsync(run, tenant, table, cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false);
        await tables.CoverAsync(tenant, table, all, row.Arguments.IsExplicit, cancellationToken).ConfigureAwait(false);
        var coveredTo = await tables.ClaimAsync(tenant, table, cancellationToken).ConfigureAwait(false) is { } claim && claim.Row.Run == run
            ? await MoveWatermarkAsync(row, tenant, table, all, cancellationToken).ConfigureAwait(false) : null;

        // What was left for a later run is no failure: its watermark stands, and the next run begins with it.
        var failed = all.Where(c => c.Status is not WorkStatus.Completed and not WorkStatus.Deferred).ToList();
        var reason = input.Reason ?? failed.FirstOrDefault()?.Reason;
        var status = reason is null && failed.Count == 0 ? WorkStatus.Completed : WorkStatus.Failed;
        if (all.Any(c => c.Ledger.Accepted > 0))
        {
            // Before the row that ends the table, so that whoever does this again after a crash counts too.
            await metrics.CountAsync(await runs.PinnedTenantAsync(run, tenant, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }

        await runs.PutTableAsync(run, new RunTableRow(
            tenant, table, status, reason, all.Count, all.Count(c => c.Status == WorkStatus.Completed), failed.Count,
            all.Aggregate(Ledger.Empty, (sum, c) => sum + c.Ledger), row.Attempt, known?.HolesLeft ?? 0, coveredTo), cancellationToken).ConfigureAwait(false);
        await tables.ReleaseClaimAsync(tenant, table, run, cancellationToken).ConfigureAwait(false);
        return status;
    }

    // Chunks that were never begun, or never planned, are holes as much as those that failed.
    private async Task FailRestAsync(RunRow run, TableId table, RunTableRow? known, string reason, CancellationToken cancellationToken)
    {
        if (known is null && run is { Attempt: 1, EndedAt: null, Arguments: { Replay: null, Backfill: false } } && sources.Find(table.Table) is { } source)
        {
            var tenant = await runs.PinnedTenantAsync(run.Id, table.Tenant, cancellationToken).ConfigureAwait(false);
            var watermark = await tables.WatermarkAsync(table.Tenant, table.Table, cancellationToken).ConfigureAwait(false);
            await chunks.PlanAsync(TablePlan.Of(run, tenant, source, watermark?.Row), cancellationToken).ConfigureAwait(false);
        }

        await foreach (var chunk in chunks.ListAsync(run.Id, table.Tenant, table.Table, cancellationToken).ConfigureAwait(false))
        {
            if (!chunk.HasEnded)
            {
                await failure.FailAsync(chunk.Id, reason, FailureKind.Stopped, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Moves the watermark as far as it goes; returns where it stands then, null where the run does not go by it.</summary>
    private async Task<DateTimeOffset?> MoveWatermarkAsync(RunRow run, string tenant, string table, List<ChunkRow> all, CancellationToken cancellationToken)
    {
        if (run.Arguments.IsExplicit)
        {
            return null;
        }

        var symbols = sources.Get(table).Description.SymbolsOf((await runs.PinnedTenantAsync(run.Id, tenant, cancellationToken).ConfigureAwait(false)).Symbols);
        var current = await tables.WatermarkAsync(tenant, table, cancellationToken).ConfigureAwait(false);
        if (TablePlan.Advance(current?.Row, symbols, all) is { } next && next != current?.Row)
        {
            await tables.MoveWatermarkAsync(tenant, table, next, current, cancellationToken).ConfigureAwait(false);
            return next.At;
        }

        return current?.Row.At;
    }
}
