using Sentiment.Domain.Ingestion.Tables;
using Sentiment.Domain.Workflows;

namespace Sentiment.Domain.Ingestion.Runs;

/// <summary>The input of <see cref="RunWorkflow"/>.</summary>
/// <param name="Run">The run.</param>
/// <param name="Bounds">Its bounds.</param>
/// <param name="After">The last tenant of the generation before; null: none.</param>
/// <param name="Done">Tenants done in earlier generations.</param>
/// <param name="Failed">Of them failed.</param>
/// <param name="Backfill">Whether holes are fetched, instead of what is new.</param>
public sealed record RunInput(string Run, IngestionOptions Bounds, string? After = null, int Done = 0, int Failed = 0, bool Backfill = false);

/// <summary>Works a run's tenants off in a bounded window; one that fails leaves its siblings alone.</summary>
public sealed class RunWorkflow : Workflow<RunInput, WorkStatus>
{
    /// <inheritdoc/>
    public override async Task<WorkStatus> RunAsync(IWorkflowContext context, RunInput input)
    {
        var tenants = await context.CallActivityAsync<IReadOnlyList<string>>(nameof(BeginTenants), new NextTenants(input.Run, input.After), TableWorkflow.Bookkeeping);
        var (done, failed) = (input.Done, input.Failed);
        await BoundedWindow.RunAsync(tenants, input.Bounds.TenantWindow, async tenant =>
        {
            var id = new TenantId(input.Run, tenant);
            WorkStatus status;
            try
            {
                status = await context.CallWorkflowAsync<WorkStatus>(
                    nameof(TenantWorkflow), new TenantInput(id, input.Bounds, Backfill: input.Backfill), new() { InstanceId = WorkflowIds.OfTenant(context.InstanceId, tenant) });
            }
            catch (TaskFailedException failure)
            {
                status = await context.CallActivityAsync<WorkStatus>(nameof(FinishTenant), new TenantEnd(id, failure.Details.Message), TableWorkflow.Bookkeeping);
            }

            done++;
            failed += status == WorkStatus.Failed ? 1 : 0;
            context.SetCustomStatus(new { tenants = done, failed });
            return status;
        });
        if (tenants.Count == BeginTenants.TenantsPerGeneration)
        {
            context.ContinueAsNew(input with { After = tenants[^1], Done = done, Failed = failed });
            return WorkStatus.Running;
        }

        return await context.CallActivityAsync<WorkStatus>(nameof(FinishRun), input.Run, TableWorkflow.Bookkeeping);
    }
}

/// <summary>Asks for a run's tenants.</summary>
/// <param name="Run">The run.</param>
/// <param name="After">After this one; null: from the first.</param>
public sealed record NextTenants(string Run, string? After);

/// <summary>Notes that a run has begun; returns its next tenants, in ordinal order.</summary>
internal sealed class BeginTenants(RunStore runs) : Activity<NextTenants, IReadOnlyList<string>>
{
    public const int TenantsPerGeneration = 100;

    public override async Task<IReadOnlyList<string>> RunAsync(ActivityContext context, NextTenants input, CancellationToken cancellationToken)
    {
        if (await runs.GetAsync(input.Run, cancellationToken).ConfigureAwait(false) is { Row.Status: WorkStatus.Pending } pending)
        {
            await runs.SetStatusAsync(pending, WorkStatus.Running, null, cancellationToken).ConfigureAwait(false);
        }

        return await runs.TenantIdsAsync(input.Run, input.After, TenantsPerGeneration, cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>Sums a run up: completed if no tenant failed, failed if no table completed, else partial.</summary>
internal sealed class FinishRun(RunStore runs, Storage.ITableStore tables, TimeProvider time) : Activity<string, WorkStatus>
{
    public override async Task<WorkStatus> RunAsync(ActivityContext context, string input, CancellationToken cancellationToken)
    {
        var run = await runs.GetAsync(input, cancellationToken).ConfigureAwait(false) ?? throw new NonRetryableException($"No run '{input}'.");
        if (run.Row.EndedAt is not null)
        {
            return run.Row.Status;
        }

        var tenants = await RunStore.TenantsAsync(tables, input, cancellationToken).ConfigureAwait(false);
        var completed = (await runs.TablesAsync(input, null, cancellationToken).ConfigureAwait(false)).Any(t => t.Status == WorkStatus.Completed);
        var status = tenants.All(t => t.Status != WorkStatus.Failed) ? WorkStatus.Completed : completed ? WorkStatus.Partial : WorkStatus.Failed;
        await runs.SetStatusAsync(run, status, time.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        return status;
    }
}
