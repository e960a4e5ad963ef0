using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Workflows;

namespace Sentiment.Domain.Tenants.Deletion;

/// <summary>
/// Ends what unfinished runs do for a tenant: its chunks fail, so that whoever is at one stops before its next page, and
/// its workflows come to their end by themselves. Nothing new begins, for whatever begins asks whether the tenant is being deleted.
/// </summary>
internal sealed class DeletedWork(RunStore runs, ChunkStore chunks, ChunkFailure failure, IWorkflowClient workflows, ITableReader tables)
{
    private const string Reason = "its tenant is being deleted";

    /// <summary>Whether nothing is under way for the tenant any more.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="isLate">Whether its workflows are ended where they are, instead of being waited for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<bool> HasEndedAsync(string tenant, bool isLate, CancellationToken cancellationToken)
    {
        var hasEnded = true;
        foreach (var status in (WorkStatus[])[WorkStatus.Pending, WorkStatus.Running])
        {
            await foreach (var run in runs.OfStatusAsync(status, cancellationToken).ConfigureAwait(false))
            {
                if (await RunStore.TenantAsync(tables, run.Id, tenant, cancellationToken).ConfigureAwait(false) is not null)
                {
                    hasEnded &= await HasEndedAsync(run, tenant, isLate, cancellationToken).ConfigureAwait(false);
                }
            }
        }

        return hasEnded;
    }

    private async Task<bool> HasEndedAsync(RunRow run, string tenant, bool isLate, CancellationToken cancellationToken)
    {
        await foreach (var chunk in chunks.ListAsync(run.Id, tenant, null, cancellationToken).ConfigureAwait(false))
        {
            if (!chunk.HasEnded)
            {
                await failure.FailAsync(chunk.Id, Reason, FailureKind.Cancelled, cancellationToken).ConfigureAwait(false);
            }
        }

        var instance = WorkflowIds.OfTenant(WorkflowIds.Of(run), tenant);
        if (await workflows.GetAsync(instance, cancellationToken).ConfigureAwait(false) is not { HasEnded: false })
        {
            return true;
        }

        // A held run's parts would never come to their end.
        if (isLate || run.IsSuspended)
        {
            await workflows.TerminateAsync(instance, Reason, cancellationToken).ConfigureAwait(false);
            return true;
        }

        return false;
    }
}
