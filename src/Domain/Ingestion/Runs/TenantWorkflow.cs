using Sentiment.Domain.Alerts.Rules;
using Sentiment.Domain.Ingestion.Backfills;
using Sentiment.Domain.Ingestion.Tables;
using Sentiment.Domain.Metrics;
using Sentiment.Domain.Tenants.Deletion;
using Sentiment.Domain.Trends;
using Sentiment.Domain.Workflows;

namespace Sentiment.Domain.Ingestion.Runs;

/// <summary>Which tenant of which run.</summary>
/// <param name="Run">The run.</param>
/// <param name="Tenant">The tenant.</param>
public sealed record TenantId(string Run, string Tenant);

/// <summary>The input of <see cref="TenantWorkflow"/>.</summary>
/// <param name="Tenant">Which tenant.</param>
/// <param name="Bounds">The run's bounds.</param>
/// <param name="After">The last table of the generation before; null: none.</param>
/// <param name="Backfill">Whether holes are fetched, instead of what is new.</param>
public sealed record TenantInput(TenantId Tenant, IngestionOptions Bounds, string? After = null, bool Backfill = false);

/// <summary>Works a tenant's tables off in a bounded window; one that fails leaves its siblings alone.</summary>
public sealed class TenantWorkflow : Workflow<TenantInput, WorkStatus>
{
    /// <inheritdoc/>
    public override async Task<WorkStatus> RunAsync(IWorkflowContext context, TenantInput input)
    {
        var (run, tenant) = input.Tenant;
        var tables = await context.CallActivityAsync<IReadOnlyList<string>>(nameof(BeginTenant), new NextTables(input.Tenant, input.After), TableWorkflow.Bookkeeping);
        await BoundedWindow.RunAsync(tables, input.Bounds.TableWindow, async table =>
        {
            var id = new TableId(run, tenant, table);
            try
            {
                var options = new CallOptions { InstanceId = WorkflowIds.OfTable(context.InstanceId, table) };
                return input.Backfill
                    ? await context.CallWorkflowAsync<WorkStatus>(nameof(BackfillTableWorkflow), new BackfillInput(id, input.Bounds), options)
                    : await context.CallWorkflowAsync<WorkStatus>(nameof(TableWorkflow), new TableInput(id, input.Bounds), options);
            }
            catch (TaskFailedException failure)
            {
                return await context.CallActivityAsync<WorkStatus>(nameof(FinishTable), new TableEnd(id, failure.Details.Message), TableWorkflow.Bookkeeping);
            }
        });
        if (tables.Count == BeginTenant.TablesPerGeneration)
        {
            context.ContinueAsNew(input with { After = tables[^1] });
            return WorkStatus.Running;
        }

        return await context.CallActivityAsync<WorkStatus>(nameof(FinishTenant), new TenantEnd(input.Tenant, null), TableWorkflow.Bookkeeping);
    }
}

/// <summary>Asks for a tenant's tables.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="After">After this one; null: from the first.</param>
public sealed record NextTables(TenantId Tenant, string? After);

/// <summary>Notes that a tenant has begun; returns the next of its tables that the run is about, in ordinal order.</summary>
internal sealed class BeginTenant(RunStore runs, DeletionStore deletions) : Activity<NextTables, IReadOnlyList<string>>
{
    public const int TablesPerGeneration = 100;

    public override async Task<IReadOnlyList<string>> RunAsync(ActivityContext context, NextTables input, CancellationToken cancellationToken)
    {
        var (run, tenant) = input.Tenant;
        if (await deletions.IsRunningAsync(tenant, cancellationToken).ConfigureAwait(false))
        {
            throw new NonRetryableException($"Tenant '{tenant}' is being deleted.");
        }

        var row = await runs.TenantAsync(run, tenant, cancellationToken).ConfigureAwait(false);
        var whole = await runs.UnfinishedRunAsync(run, cancellationToken).ConfigureAwait(false);
        var only = whole.Arguments.Tables;
        if (row.Status is WorkStatus.Pending or WorkStatus.Failed)
        {
            await runs.PutTenantAsync(run, row with { Status = WorkStatus.Running, Reason = null }, cancellationToken).ConfigureAwait(false);
        }

        // Where the run is tried again, what an earlier attempt completed is done.
        var tables = whole.Attempt > 1 ? await runs.TablesAsync(run, tenant, cancellationToken).ConfigureAwait(false) : [];
        var done = tables.Where(t => t.Status == WorkStatus.Completed).Select(t => t.Table).ToHashSet(StringComparer.Ordinal);
        return [.. row.Tenant.Tables.Where(t => only.Count == 0 || only.Contains(t)).Order(StringComparer.Ordinal)
            .Where(t => !done.Contains(t) && (input.After is null || string.CompareOrdinal(t, input.After) > 0)).Take(TablesPerGeneration)];
    }
}

/// <summary>How a tenant's part in a run ended.</summary>
/// <param name="Tenant">Which tenant.</param>
/// <param name="Reason">Why it could not be worked off; null: its tables say.</param>
public sealed record TenantEnd(TenantId Tenant, string? Reason);

/// <summary>Sums a tenant's tables up: it fails if any of them failed.</summary>
internal sealed class FinishTenant(RunStore runs, MetricsUpkeep metrics, TrendUpkeep trends, DeletionStore deletions, StandingRules? rules = null) : Activity<TenantEnd, WorkStatus>
{
    public override async Task<WorkStatus> RunAsync(ActivityContext context, TenantEnd input, CancellationToken cancellationToken)
    {
        var (run, tenant) = input.Tenant;
        if (await deletions.IsRunningAsync(tenant, cancellationToken).ConfigureAwait(false))
        {
            return WorkStatus.Failed; // Nothing is written of it any more.
        }

        var tables = await runs.TablesAsync(run, tenant, cancellationToken).ConfigureAwait(false);
        var reason = input.Reason ?? tables.FirstOrDefault(t => t.Status == WorkStatus.Failed)?.Reason;
        var status = reason is null && tables.All(t => t.Status != WorkStatus.Failed) ? WorkStatus.Completed : WorkStatus.Failed;
        var row = await runs.TenantAsync(run, tenant, cancellationToken).ConfigureAwait(false);
        await metrics.EndAsync(input.Tenant, status, reason, tables, cancellationToken).ConfigureAwait(false);
        if (tables.Any(t => t.Ledger.Accepted > 0))
        {
            await trends.FoldAsync(tenant, cancellationToken).ConfigureAwait(false);
        }

        if (rules is not null)
        {
            await rules.EndAsync(run, row.Tenant, status, reason, cancellationToken).ConfigureAwait(false);
        }

        await runs.PutTenantAsync(run, row with { Status = status, Reason = reason }, cancellationToken).ConfigureAwait(false);
        return status;
    }
}
