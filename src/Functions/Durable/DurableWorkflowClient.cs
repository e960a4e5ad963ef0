using DurableTask.Core.Exceptions;
using Grpc.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Sentiment.Domain.Workflows;

namespace Sentiment.Functions.Durable;

/// <summary>The workflow client over a client of Durable Task.</summary>
/// <remarks>
/// Durable Task carries suspend, resume and terminate out later than it accepts them: here the caller waits for that, 10
/// seconds at most. It ends no children with their parent: they are found by their ids, which begin with the parent's. A
/// child whose start is still on its way then is not found, so workflows that begin after the end of what they belong to
/// must find that out from their rows. It forgets the ids of what is purged.
/// </remarks>
public sealed class DurableWorkflowClient(DurableClientSlot slot, WorkflowRegistry registry, TimeProvider time) : IWorkflowClient
{
    private const int MaxPage = 1000;
    private const int MaxRounds = 40;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);
    private static readonly WorkflowStatus[] Unfinished = [WorkflowStatus.Pending, WorkflowStatus.Running, WorkflowStatus.Suspended];
    private static readonly WorkflowStatus[] Ended = [WorkflowStatus.Completed, WorkflowStatus.Failed, WorkflowStatus.Terminated];

    /// <inheritdoc/>
    public async Task<WorkflowInstance> StartAsync(string name, object? input, string instanceId, CancellationToken cancellationToken)
    {
        InstanceIds.Validate(instanceId);
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!registry.TryGetWorkflow(name, out var registered, out _))
        {
            throw new ArgumentException($"No workflow is registered under '{name}'.", nameof(name));
        }

        if (await GetAsync(instanceId, cancellationToken).ConfigureAwait(false) is { } known)
        {
            return known;
        }

        var json = WorkflowJson.Write(input);
        var options = new StartOrchestrationOptions(instanceId).WithDedupeStatuses([.. StartOrchestrationOptionsExtensions.ValidDedupeStatuses]);
        try
        {
            await slot.Client.ScheduleNewOrchestrationInstanceAsync(registered, DurableWorkflowContext.Element(json), options, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsAlreadyThere(exception))
        {
            // Somebody else was quicker by a moment.
        }

        var now = time.GetUtcNow();
        return await GetAsync(instanceId, cancellationToken).ConfigureAwait(false)
            ?? new(instanceId, registered, WorkflowStatus.Pending, now, now, json, null, null, null, null);
    }

    /// <inheritdoc/>
    public async Task<WorkflowInstance?> GetAsync(string instanceId, CancellationToken cancellationToken) =>
        await slot.Client.GetInstanceAsync(instanceId, getInputsAndOutputs: true, cancellationToken).ConfigureAwait(false) is { } found
            ? DurableInstances.From(found) : null;

    /// <inheritdoc/>
    public async Task<WorkflowInstance> WaitForEndAsync(string instanceId, CancellationToken cancellationToken)
    {
        var found = await GetAsync(instanceId, cancellationToken).ConfigureAwait(false) ?? throw new KeyNotFoundException($"No instance has the id '{instanceId}'.");
        return found.HasEnded ? found : DurableInstances.From(
            await slot.Client.WaitForInstanceCompletionAsync(instanceId, getInputsAndOutputs: true, cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public async Task<WorkflowPage> QueryAsync(WorkflowQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (query.Limit is < 1 or > MaxPage)
        {
            throw new ArgumentException($"A page has 1 to {MaxPage} instances; {query.Limit} were asked for.", nameof(query));
        }

        var asked = new OrchestrationQuery(
            query.CreatedFrom, query.CreatedTo, query.Statuses.Count == 0 ? null : query.Statuses.Select(DurableInstances.To),
            InstanceIdPrefix: query.InstanceIdPrefix, PageSize: query.Limit, FetchInputsAndOutputs: true);
        await foreach (var page in slot.Client.GetAllInstancesAsync(asked).AsPages(query.Continuation, query.Limit)
            .WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            // Durable Task counts the end of the range in, and in some back ends ignores the case of ids.
            var instances = page.Values.Where(i => query.CreatedTo is not { } to || i.CreatedAt < to)
                .Where(i => i.InstanceId.StartsWith(query.InstanceIdPrefix ?? "", StringComparison.Ordinal));
            return new([.. instances.Select(DurableInstances.From)], string.IsNullOrEmpty(page.ContinuationToken) ? null : page.ContinuationToken);
        }

        return new([], null);
    }

    /// <inheritdoc/>
    public async Task<bool> RaiseEventAsync(string instanceId, string eventName, object? payload, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        return await TellAsync(instanceId, () => slot.Client.RaiseEventAsync(
            instanceId, eventName, DurableWorkflowContext.Element(WorkflowJson.Write(payload)), cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<bool> SuspendAsync(string instanceId, string reason, CancellationToken cancellationToken)
    {
        var isTold = await TellAsync(instanceId, () => slot.Client.SuspendInstanceAsync(instanceId, reason, cancellationToken), cancellationToken).ConfigureAwait(false);
        return isTold && await SettleAsync(instanceId, status => status == WorkflowStatus.Suspended, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<bool> ResumeAsync(string instanceId, string reason, CancellationToken cancellationToken)
    {
        var isTold = await TellAsync(instanceId, () => slot.Client.ResumeInstanceAsync(instanceId, reason, cancellationToken), cancellationToken).ConfigureAwait(false);
        return isTold && await SettleAsync(instanceId, status => status != WorkflowStatus.Suspended, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<bool> TerminateAsync(string instanceId, string reason, CancellationToken cancellationToken)
    {
        if (!await EndAsync(instanceId, reason, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        await SettleAsync(instanceId, _ => false, cancellationToken).ConfigureAwait(false);
        var told = new HashSet<string>(StringComparer.Ordinal);
        for (var round = 0; round < MaxRounds; round++)
        {
            var children = await ChildrenAsync(instanceId, Unfinished, cancellationToken).ConfigureAwait(false);
            if (children.Count == 0)
            {
                break;
            }

            foreach (var child in children.Where(told.Add))
            {
                await EndAsync(child, $"Its parent '{instanceId}' was terminated: {reason}", cancellationToken).ConfigureAwait(false);
            }

            await Task.Delay(Poll, time, cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    /// <inheritdoc/>
    /// <remarks>Durable Task forgets the ids too: whoever may start one of them again must know from elsewhere that it is used.</remarks>
    public async Task<bool> PurgeAsync(string instanceId, CancellationToken cancellationToken)
    {
        if (await GetAsync(instanceId, cancellationToken).ConfigureAwait(false) is not { HasEnded: true })
        {
            return false;
        }

        foreach (var child in await ChildrenAsync(instanceId, Ended, cancellationToken).ConfigureAwait(false))
        {
            await slot.Client.PurgeInstanceAsync(child, cancellationToken).ConfigureAwait(false);
        }

        return (await slot.Client.PurgeInstanceAsync(instanceId, cancellationToken).ConfigureAwait(false)).PurgedInstanceCount > 0;
    }

    private Task<bool> EndAsync(string instanceId, string reason, CancellationToken cancellationToken) => TellAsync(
        instanceId, () => slot.Client.TerminateInstanceAsync(instanceId, new TerminateInstanceOptions(reason), cancellationToken), cancellationToken);

    private async Task<bool> TellAsync(string instanceId, Func<Task> tell, CancellationToken cancellationToken)
    {
        if (await GetAsync(instanceId, cancellationToken).ConfigureAwait(false) is not { HasEnded: false })
        {
            return false;
        }

        try
        {
            await tell().ConfigureAwait(false);
            return true;
        }
        catch (RpcException exception) when (exception.StatusCode is StatusCode.FailedPrecondition or StatusCode.NotFound)
        {
            // The Functions host refuses what would change nothing, and what came too late.
            return await GetAsync(instanceId, cancellationToken).ConfigureAwait(false) is { HasEnded: false };
        }
    }

    // What was accepted is carried out by the instance's next turn; an instance that ends instead has settled too.
    private async Task<bool> SettleAsync(string instanceId, Func<WorkflowStatus, bool> isSettled, CancellationToken cancellationToken)
    {
        for (var round = 0; round < MaxRounds; round++)
        {
            if (await GetAsync(instanceId, cancellationToken).ConfigureAwait(false) is not { HasEnded: false } found || isSettled(found.Status))
            {
                break;
            }

            await Task.Delay(Poll, time, cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    // Parents first, for their ids are the beginnings of their children's.
    private async Task<IReadOnlyList<string>> ChildrenAsync(string instanceId, WorkflowStatus[] statuses, CancellationToken cancellationToken)
    {
        var found = new List<string>();
        var query = new WorkflowQuery { InstanceIdPrefix = instanceId + ":", Statuses = statuses, Limit = MaxPage };
        do
        {
            var page = await QueryAsync(query, cancellationToken).ConfigureAwait(false);
            found.AddRange(page.Instances.Select(i => i.InstanceId));
            query = query with { Continuation = page.Continuation };
        }
        while (query.Continuation is not null);

        found.Sort(StringComparer.Ordinal);
        return found;
    }

    private static bool IsAlreadyThere(Exception exception) =>
        exception is OrchestrationAlreadyExistsException or RpcException { StatusCode: StatusCode.AlreadyExists };
}
