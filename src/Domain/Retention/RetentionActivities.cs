using System.Text.Json.Serialization;
using Sentiment.Domain.Diagnostics;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Workflows;

namespace Sentiment.Domain.Retention;

/// <summary>What a retention goes through, in this order.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RetentionPart>))]
public enum RetentionPart
{
    /// <summary>A tenant's archived bodies.</summary>
    Bodies,

    /// <summary>A tenant's invalid records.</summary>
    Quarantine,

    /// <summary>A tenant's items and bars.</summary>
    Days,

    /// <summary>A tenant's bars of prices.</summary>
    Prices,

    /// <summary>A tenant's alerts.</summary>
    Alerts,

    /// <summary>Runs with their chunks, pages and coverage.</summary>
    Runs,

    /// <summary>Workflow histories.</summary>
    Histories,
}

/// <summary>Asks for a step of a part; ids and numbers only.</summary>
/// <param name="Part">The part.</param>
/// <param name="At">When the retention began: what is old is judged by it.</param>
/// <param name="Options">How long things are kept.</param>
/// <param name="Tenant">The tenant; null for what belongs to none.</param>
/// <param name="After">Where the step before ended; null for the first.</param>
public sealed record RetentionCall(RetentionPart Part, DateTimeOffset At, RetentionOptions Options, string? Tenant = null, string? After = null);

/// <summary>Where to go on.</summary>
/// <param name="Part">The part of the next step.</param>
/// <param name="After">Where that begins.</param>
public sealed record RetentionStep(RetentionPart Part, string? After);

/// <summary>The next tenants that retention knows, by id.</summary>
internal sealed class NextRetainedTenants(RetentionStore retention) : Activity<string, IReadOnlyList<string>>
{
    public const int TenantsPerGeneration = 100;

    public override Task<IReadOnlyList<string>> RunAsync(ActivityContext context, string input, CancellationToken cancellationToken) =>
        retention.TenantsAsync(input.Length == 0 ? null : input, TenantsPerGeneration, cancellationToken);
}

/// <summary>Removes what is old of a tenant, for as long as the budget lasts; returns the next step, or null when done.</summary>
internal sealed class RetainTenant(
    RetentionStore retention, OldBodies bodies, OldQuarantine quarantine, OldDays days, OldPrices prices, OldAlerts alerts, ChunkStore chunks, TimeProvider time)
    : Activity<RetentionCall, RetentionStep?>
{
    public override async Task<RetentionStep?> RunAsync(ActivityContext context, RetentionCall input, CancellationToken cancellationToken)
    {
        if (await retention.TenantAsync(input.Tenant!, cancellationToken).ConfigureAwait(false) is not { } tenant)
        {
            return null;
        }

        var budget = new TimeBudget(time, input.Options.Seconds);
        var standings = new PageStandings(chunks, input.At);
        switch (input.Part)
        {
            case RetentionPart.Bodies:
                return await bodies.RemoveAsync(tenant, input.At, input.Options.Raw, budget, cancellationToken).ConfigureAwait(false)
                    ? new(RetentionPart.Quarantine, null) : new(RetentionPart.Bodies, null);
            case RetentionPart.Quarantine:
                return await quarantine.RemoveAsync(tenant, input.At, input.After, standings, budget, cancellationToken).ConfigureAwait(false) is { } record
                    ? new(RetentionPart.Quarantine, record) : new(RetentionPart.Days, null);
            case RetentionPart.Days:
                return await days.RetainAsync(tenant, input.At, input.After, standings, budget, cancellationToken).ConfigureAwait(false) is { } day
                    ? new(RetentionPart.Days, day) : new(RetentionPart.Prices, null);
            case RetentionPart.Prices:
                return await prices.RemoveAsync(tenant, input.At, input.After, standings, budget, cancellationToken).ConfigureAwait(false) is { } series
                    ? new(RetentionPart.Prices, series) : new(RetentionPart.Alerts, null);
            default:
                return await alerts.RemoveAsync(tenant.Tenant, input.At, input.Options.Alerts, input.After, budget, cancellationToken).ConfigureAwait(false) is { } alert
                    ? new(RetentionPart.Alerts, alert) : null;
        }
    }
}

/// <summary>Removes old runs, for as long as the budget lasts; returns the next step, or null when done.</summary>
internal sealed class RemoveRuns(
    RetentionStore retention, RunStore runs, RunRemoval removal, RunCancellation cancellation, TimeProvider time) : Activity<RetentionCall, RetentionStep?>
{
    private const int RunsPerRead = 20;

    public override async Task<RetentionStep?> RunAsync(ActivityContext context, RetentionCall input, CancellationToken cancellationToken)
    {
        var budget = new TimeBudget(time, input.Options.Seconds);
        var before = input.At.AddDays(-input.Options.Chunks);
        await retention.MoveRunsAsync(before, cancellationToken).ConfigureAwait(false);
        while (await retention.RemovalsAsync(RunsPerRead, cancellationToken).ConfigureAwait(false) is { Count: > 0 } begun)
        {
            foreach (var run in begun)
            {
                if (!await removal.GoOnAsync(run, budget, cancellationToken).ConfigureAwait(false) || budget.IsUsedUp)
                {
                    return new(RetentionPart.Runs, input.After);
                }
            }
        }

        var after = input.After;
        while (await runs.StartedBeforeAsync(before, after, RunsPerRead, cancellationToken).ConfigureAwait(false) is { Count: > 0 } page)
        {
            foreach (var (key, id) in page)
            {
                if (await OneAsync(id, input, before, budget, cancellationToken).ConfigureAwait(false) == false)
                {
                    return new(RetentionPart.Runs, after);
                }

                after = key;
                if (budget.IsUsedUp)
                {
                    return new(RetentionPart.Runs, after);
                }
            }
        }

        return null;
    }

    /// <summary>Whether the run is done with for now.</summary>
    private async Task<bool> OneAsync(string id, RetentionCall input, DateTimeOffset before, TimeBudget budget, CancellationToken cancellationToken)
    {
        var run = (await runs.GetAsync(id, cancellationToken).ConfigureAwait(false))?.Row;
        if (run is { EndedAt: null })
        {
            await cancellation.CancelAsync(id, $"not finished within {input.Options.Chunks} days", cancellationToken).ConfigureAwait(false);
        }

        if (run?.EndedAt is not { } ended || ended >= before || !await removal.MayGoAsync(run, input.Options, input.At, cancellationToken).ConfigureAwait(false))
        {
            return true;
        }

        await removal.BeginAsync(run, cancellationToken).ConfigureAwait(false);
        return await removal.GoOnAsync(id, budget, cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>Purges histories of instances that ended long ago, with their children; their ids stay used.</summary>
internal sealed class PurgeHistories(IWorkflowClient workflows, TimeProvider time) : Activity<RetentionCall, RetentionStep?>
{
    private const int InstancesPerRead = 100;

    public override async Task<RetentionStep?> RunAsync(ActivityContext context, RetentionCall input, CancellationToken cancellationToken)
    {
        var budget = new TimeBudget(time, input.Options.Seconds);
        var before = input.At.AddDays(-input.Options.History);
        var continuation = input.After;
        do
        {
            var page = await workflows.QueryAsync(new()
            {
                Statuses = [WorkflowStatus.Completed, WorkflowStatus.Failed, WorkflowStatus.Terminated],
                CreatedTo = before,
                Limit = InstancesPerRead,
                Continuation = continuation,
            }, cancellationToken).ConfigureAwait(false);
            foreach (var instance in page.Instances.Where(i => i.ParentId is null && i.UpdatedAt < before))
            {
                if (await workflows.PurgeAsync(instance.InstanceId, cancellationToken).ConfigureAwait(false))
                {
                    SentimentMeter.RetentionRemoved.Add(1, new KeyValuePair<string, object?>("kind", "history"));
                }
            }

            continuation = page.Continuation;
        }
        while (continuation is not null && !budget.IsUsedUp);
        return continuation is null ? null : new(RetentionPart.Histories, continuation);
    }
}
