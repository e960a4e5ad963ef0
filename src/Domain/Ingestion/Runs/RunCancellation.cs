using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Tables;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Workflows;

namespace Sentiment.Domain.Ingestion.Runs;

/// <summary>Ends a run from outside: its workflows, then its rows, from which activities under way learn of it.</summary>
internal sealed class RunCancellation(
    IWorkflowClient workflows, RunStore runs, ChunkStore chunks, ChunkFailure failure, TableStateStore claims, ITableStore tables, TimeProvider time)
{
    /// <summary>Cancels the run; one that has ended is left as it is. Done again, it finishes what a crash left undone.</summary>
    /// <exception cref="KeyNotFoundException">There is no such run.</exception>
    public async Task CancelAsync(string run, string reason, CancellationToken cancellationToken)
    {
        var row = (await runs.GetAsync(run, cancellationToken).ConfigureAwait(false))?.Row ?? throw new KeyNotFoundException($"No run '{run}'.");
        if (row.EndedAt is not null)
        {
            return;
        }

        await workflows.TerminateAsync(WorkflowIds.Of(row), reason, cancellationToken).ConfigureAwait(false);
        await foreach (var chunk in chunks.ListAsync(run, null, null, cancellationToken).ConfigureAwait(false))
        {
            await failure.FailAsync(chunk.Id, reason, FailureKind.Cancelled, cancellationToken).ConfigureAwait(false);
        }

        foreach (var table in await runs.TablesAsync(run, null, cancellationToken).ConfigureAwait(false))
        {
            if (table.Status is WorkStatus.Pending or WorkStatus.Running)
            {
                // What was fetched before the end is covered all the same; the rest are holes.
                var all = await chunks.ListAsync(run, table.Tenant, table.Table, cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false);
                await claims.CoverAsync(table.Tenant, table.Table, all, row.Arguments.IsExplicit, cancellationToken).ConfigureAwait(false);
                await runs.PutTableAsync(run, table with { Status = WorkStatus.Failed, Reason = reason }, cancellationToken).ConfigureAwait(false);
            }

            await claims.ReleaseClaimAsync(table.Tenant, table.Table, run, cancellationToken).ConfigureAwait(false);
        }

        foreach (var tenant in await RunStore.TenantsAsync(tables, run, cancellationToken).ConfigureAwait(false))
        {
            if (tenant.Status is WorkStatus.Pending or WorkStatus.Running)
            {
                await runs.PutTenantAsync(run, tenant with { Status = WorkStatus.Failed, Reason = reason }, cancellationToken).ConfigureAwait(false);
            }
        }

        await runs.SetStatusAsync(run, WorkStatus.Failed, time.GetUtcNow(), cancellationToken).ConfigureAwait(false);
    }
}
