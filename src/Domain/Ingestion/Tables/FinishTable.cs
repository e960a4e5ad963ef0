using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Workflows;

namespace Sentiment.Domain.Ingestion.Tables;

/// <summary>How a table's part in a run ended.</summary>
/// <param name="Table">Which table.</param>
/// <param name="Reason">Why it was stopped or could not be planned; null: its chunks say.</param>
public sealed record TableEnd(TableId Table, string? Reason);

/// <summary>Sums a table's chunks up, records what they cover, moves its watermark and gives its claim back; idempotent.</summary>
internal sealed class FinishTable(RunStore runs, TableStateStore tables, ChunkStore chunks, SourceCatalog sources) : Activity<TableEnd, WorkStatus>
{
    public override async Task<WorkStatus> RunAsync(ActivityContext context, TableEnd input, CancellationToken cancellationToken)
    {
        var (run, tenant, table) = input.Table;
        var row = (await runs.GetAsync(run, cancellationToken).ConfigureAwait(false))!.Row;
        if (await runs.TableAsync(run, tenant, table, cancellationToken).ConfigureAwait(false) is { Status: WorkStatus.Completed or WorkStatus.Failed or WorkStatus.Skipped } ended
            && ended.Attempt == row.Attempt)
        {
            // The claim may be what a crash left over.
            await tables.ReleaseClaimAsync(tenant, table, run, cancellationToken).ConfigureAwait(false);
            return ended.Status;
        }

        var all = new List<ChunkRow>();
        await foreach (var chunk in chunks.ListAsync(run, tenant, table, cancellationToken).ConfigureAwait(false))
        {
            all.Add(chunk);
        }

        await tables.CoverAsync(tenant, table, all, cancellationToken).ConfigureAwait(false);
        if (await tables.ClaimAsync(tenant, table, cancellationToken).ConfigureAwait(false) is { } claim && claim.Row.Run == run)
        {
            await MoveWatermarkAsync(row, tenant, table, all, cancellationToken).ConfigureAwait(false);
        }

        // What was left for a later run is no failure: its watermark stands, and the next run begins with it.
        var failed = all.Where(c => c.Status is not WorkStatus.Completed and not WorkStatus.Deferred).ToList();
        var reason = input.Reason ?? failed.FirstOrDefault()?.Reason;
        var status = reason is null && failed.Count == 0 ? WorkStatus.Completed : WorkStatus.Failed;
        await runs.PutTableAsync(run, new RunTableRow(
            tenant, table, status, reason, all.Count, all.Count(c => c.Status == WorkStatus.Completed), failed.Count,
            all.Aggregate(Ledger.Empty, (sum, c) => sum + c.Ledger), row.Attempt), cancellationToken).ConfigureAwait(false);
        await tables.ReleaseClaimAsync(tenant, table, run, cancellationToken).ConfigureAwait(false);
        return status;
    }

    private async Task MoveWatermarkAsync(RunRow run, string tenant, string table, List<ChunkRow> all, CancellationToken cancellationToken)
    {
        if (run.Arguments.IsExplicit)
        {
            return;
        }

        var symbols = sources.Get(table).Description.SymbolsOf((await runs.PinnedTenantAsync(run.Id, tenant, cancellationToken).ConfigureAwait(false)).Symbols);
        var current = await tables.WatermarkAsync(tenant, table, cancellationToken).ConfigureAwait(false);
        if (TablePlan.Advance(current?.Row, symbols, all) is { } next && next != current?.Row)
        {
            await tables.MoveWatermarkAsync(tenant, table, next, current, cancellationToken).ConfigureAwait(false);
        }
    }
}
