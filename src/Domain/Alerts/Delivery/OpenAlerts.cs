using Sentiment.Domain.Caching;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Workflows;

namespace Sentiment.Domain.Alerts.Delivery;

/// <summary>Sees to it that every message with something left to do has a workflow that does it.</summary>
/// <param name="tables">The tables.</param>
/// <param name="store">Messages.</param>
/// <param name="workflows">Starts the workflows.</param>
/// <param name="time">The clock.</param>
public sealed class OpenAlerts(ITableStore tables, AlertStore store, IWorkflowClient workflows, TimeProvider time) : IScheduleListener
{
    /// <summary>How long a process takes a workflow that it has seen running to be so.</summary>
    public static readonly TimeSpan Trust = TimeSpan.FromHours(1);

    // A tenant's mark outlives every raise that counts on it many times over.
    private static readonly TimeSpan MarkLife = TimeSpan.FromHours(1);
    private static readonly TimeSpan MarkAgain = TimeSpan.FromMinutes(10);
    private const int Remembered = 10_000;
    private const int TenantsAtOnce = 8;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);

    private readonly ShortLivedCache<bool> _marked = new(MarkAgain, Remembered, time);
    private readonly ShortLivedCache<bool> _running = new(Trust, Remembered, time);

    /// <summary>What the ids of all such workflows begin with.</summary>
    public const string InstancePrefix = "alert-";

    /// <summary>The workflow's instance for a generation of a message's deliveries.</summary>
    public static string InstanceId(string tenant, string message, int generation) => FormattableString.Invariant($"{InstancePrefix}{tenant}-{message}-{generation}");

    /// <summary>Records that a tenant may have such messages from now on; to be called before the first is written.</summary>
    internal async Task MarkAsync(string tenant, CancellationToken cancellationToken) => await _marked.GetAsync(tenant, async token =>
    {
        var row = TableWrite.Upsert(AlertKeys.Intent(tenant), Rows.Version, Rows.Write(new OpenMessage(time.GetUtcNow()), DeliveryJson.Default.OpenMessage));
        await tables.WriteAsync(AlertKeys.TenantsPartition, [row], token).ConfigureAwait(false);
        return true;
    }, cancellationToken).ConfigureAwait(false);

    /// <summary>Starts what delivers a message; where that has been started it changes nothing.</summary>
    internal async Task StartAsync(AlertMessage message, CancellationToken cancellationToken)
    {
        foreach (var generation in message.Deliveries.Where(d => !d.IsFinal).Select(d => d.Generation).Distinct())
        {
            await StartAsync(message, generation, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public Task TickAsync(TenantRoster roster, CancellationToken cancellationToken) => SweepAsync(cancellationToken);

    /// <summary>Finds every message that is open and starts what is not under way; called when a host starts and at each tick of its schedule.</summary>
    /// <returns>Workflows that were started, or found to be under way.</returns>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var started = 0;
        var tenants = new List<TableRow>();
        await foreach (var row in tables.QueryAsync(TableRange.Prefix(AlertKeys.TenantsPartition, AlertKeys.Open), cancellationToken).ConfigureAwait(false))
        {
            tenants.Add(row);
        }

        await Parallel.ForEachAsync(tenants, new ParallelOptions { MaxDegreeOfParallelism = TenantsAtOnce, CancellationToken = cancellationToken }, async (mark, token) =>
            Interlocked.Add(ref started, await SweepAsync(mark, token).ConfigureAwait(false))).ConfigureAwait(false);
        return started;
    }

    /// <summary>Waits until no message is left that can be sent at once, or for so long; for a process that is about to end.</summary>
    public async Task WaitAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        while (await IsAnyDueAsync(cancellationToken).ConfigureAwait(false) && time.GetElapsedTime(begun) < longest)
        {
            await Task.Delay(Poll, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<bool> IsAnyDueAsync(CancellationToken cancellationToken)
    {
        await foreach (var mark in tables.QueryAsync(TableRange.Prefix(AlertKeys.TenantsPartition, AlertKeys.Open), cancellationToken).ConfigureAwait(false))
        {
            var tenant = mark.Key[AlertKeys.Open.Length..];
            await foreach (var row in tables.QueryAsync(TableRange.Prefix(AlertPartitions.Of(tenant), AlertKeys.Deliveries(DeliveryStatus.Waiting)), cancellationToken).ConfigureAwait(false))
            {
                var message = await store.MessageAsync(tenant, Rows.Read(row, DeliveryJson.Default.String), cancellationToken).ConfigureAwait(false);
                if (message is not null && message.Deliveries.Any(d => d is { Status: DeliveryStatus.Waiting, NextAt: null }))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private async Task<int> SweepAsync(TableRow mark, CancellationToken cancellationToken)
    {
        var (tenant, found, started) = (mark.Key[AlertKeys.Open.Length..], 0, 0);
        await foreach (var row in tables.QueryAsync(TableRange.Prefix(AlertPartitions.Of(tenant), AlertKeys.Open), cancellationToken).ConfigureAwait(false))
        {
            found++;
            var (id, known) = (row.Key[AlertKeys.Open.Length..], $"{tenant}|{row.Key}|{row.ETag}");
            if (await _running.GetAsync(known, async token => await EnsureAsync(tenant, id, token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false))
            {
                started++;
            }
            else
            {
                _running.Forget(known);
            }
        }

        if (found == 0 && Rows.Read(mark, DeliveryJson.Default.OpenMessage).At < time.GetUtcNow() - MarkLife)
        {
            try
            {
                await tables.WriteAsync(mark.Partition, [TableWrite.Delete(mark.Key, mark.ETag)], cancellationToken).ConfigureAwait(false);
            }
            catch (TableConflictException)
            {
                // It was made anew: an alert is being raised.
            }
        }

        return started;
    }

    /// <summary>False: nothing is left to do.</summary>
    private async Task<bool> EnsureAsync(string tenant, string id, CancellationToken cancellationToken)
    {
        if (await store.MessageAsync(tenant, id, cancellationToken).ConfigureAwait(false) is not { } message)
        {
            return false;
        }

        foreach (var generation in message.Deliveries.Where(d => !d.IsFinal).Select(d => d.Generation).Distinct())
        {
            if ((await StartAsync(message, generation, cancellationToken).ConfigureAwait(false)).HasEnded
                && await RenewAsync(tenant, id, [generation], cancellationToken).ConfigureAwait(false) is { } renewed)
            {
                await StartAsync(renewed, cancellationToken).ConfigureAwait(false);
            }
        }

        return message.Deliveries.Any(d => !d.IsFinal);
    }

    /// <summary>Has the open deliveries of workflows that ended without them seen to by a new one.</summary>
    private Task<AlertMessage?> RenewAsync(string tenant, string id, IReadOnlyList<int> ended, CancellationToken cancellationToken) =>
        store.ChangeAsync(tenant, id, message => message with
        {
            Deliveries = [.. message.Deliveries.Select(d => d.IsFinal || !ended.Contains(d.Generation) ? d
                : d with { Generation = message.Deliveries.Max(x => x.Generation) + 1, Step = 0, IsSettled = true })],
        }, cancellationToken);

    private Task<WorkflowInstance> StartAsync(AlertMessage message, int generation, CancellationToken cancellationToken) => workflows.StartAsync(
        nameof(DeliverAlertWorkflow), new DeliverAlertInput(message.Tenant, message.Id, generation), InstanceId(message.Tenant, message.Id, generation), cancellationToken);
}
