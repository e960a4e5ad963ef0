using System.Threading.Channels;
using Sentiment.Domain.Workflows;
using Sentiment.Engine.History;
using Sentiment.Engine.Runtime;
using Sentiment.Engine.Store;

namespace Sentiment.Engine;

/// <content>The client's side.</content>
public sealed partial class EmbeddedEngine
{
    private const int MaxPage = 1000;

    /// <inheritdoc/>
    public Task<WorkflowInstance> StartAsync(string name, object? input, string instanceId, CancellationToken cancellationToken)
    {
        InstanceIds.Validate(instanceId);
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!_registry.TryGetWorkflow(name, out var registered, out _))
        {
            throw new ArgumentException($"No workflow is registered under '{name}'.", nameof(name));
        }

        if (!IsTakenUp(instanceId))
        {
            throw new ArgumentException($"This engine runs only instances whose id begins with {string.Join(" or ", _options.InstanceIdPrefixes!.Select(p => $"'{p}'"))}.", nameof(instanceId));
        }

        cancellationToken.ThrowIfCancellationRequested();

        // The caller may give up waiting, but what is queued will be written, and then it must begin.
        return LaunchAsync(Running, registered, WorkflowJson.Write(input), instanceId).WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public Task<WorkflowInstance?> GetAsync(string instanceId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(Running.Reader.Find(instanceId) is { IsPurged: false } row ? row.ToInstance() : null);
    }

    /// <inheritdoc/>
    public async Task<WorkflowInstance> WaitForEndAsync(string instanceId, CancellationToken cancellationToken)
    {
        var runtime = Running;
        var ended = runtime.Waiters.Wait(instanceId);
        if (Existing(runtime, instanceId) is { HasEnded: false })
        {
            await ended.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        else
        {
            runtime.Waiters.Signal(instanceId);
        }

        return (Existing(runtime, instanceId) ?? throw Unknown(instanceId)).ToInstance();
    }

    /// <inheritdoc/>
    public Task<WorkflowPage> QueryAsync(WorkflowQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (query.Limit is < 1 or > MaxPage)
        {
            throw new ArgumentException($"A page has 1 to {MaxPage} instances; {query.Limit} were asked for.", nameof(query));
        }

        cancellationToken.ThrowIfCancellationRequested();
        var rows = Running.Reader.Query(query);
        var page = rows.Take(query.Limit).Select(row => row.ToInstance()).ToList();
        return Task.FromResult(new WorkflowPage(page, rows.Count > query.Limit ? page[^1].InstanceId : null));
    }

    /// <inheritdoc/>
    public Task<bool> RaiseEventAsync(string instanceId, string eventName, object? payload, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        return RequestAsync(instanceId, new(HistoryEventKind.EventRaised, Name: eventName, Payload: WorkflowJson.Write(payload)), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<bool> SuspendAsync(string instanceId, string reason, CancellationToken cancellationToken) =>
        RequestAsync(instanceId, new(HistoryEventKind.ExecutionSuspended, Payload: reason), cancellationToken);

    /// <inheritdoc/>
    public Task<bool> ResumeAsync(string instanceId, string reason, CancellationToken cancellationToken) =>
        RequestAsync(instanceId, new(HistoryEventKind.ExecutionResumed, Payload: reason), cancellationToken);

    /// <inheritdoc/>
    public Task<bool> TerminateAsync(string instanceId, string reason, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return TerminateAsync(Running, instanceId, reason).WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public Task<bool> PurgeAsync(string instanceId, CancellationToken cancellationToken) =>
        WriteAsync(Running, session => session.Purge(instanceId), cancellationToken);

    private async Task<WorkflowInstance> LaunchAsync(EngineRuntime runtime, string name, string? input, string instanceId)
    {
        var now = _time.GetUtcNow();
        var (row, isNew) = await WriteAsync(
            runtime, session => session.Insert(instanceId, name, input, null, now), CancellationToken.None).ConfigureAwait(false);
        if (isNew) runtime.Launch(row);
        return row.ToInstance();
    }

    private async Task<bool> TerminateAsync(EngineRuntime runtime, string instanceId, string reason)
    {
        var now = _time.GetUtcNow();
        var ended = await WriteAsync(
            runtime, session => session.Terminate(instanceId, reason, now), CancellationToken.None).ConfigureAwait(false);
        foreach (var row in ended)
        {
            runtime.Logger.InstanceEnded(row.Name, row.Id, nameof(WorkflowStatus.Terminated));
            var failure = runtime.Reader.Find(row.Id)?.Failure;
            if (runtime.Actors.TryGetValue(row.Id, out var actor)) actor.End(null, failure);
            else runtime.Ended(row, null, failure);
        }

        return ended.Count > 0;
    }

    private bool IsTakenUp(string instanceId) => _options.TakesUp(instanceId);

    private async Task<bool> RequestAsync(string instanceId, HistoryEvent input, CancellationToken cancellationToken)
    {
        if (!IsTakenUp(instanceId)) return false;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var runtime = Running;
            if (runtime.Actors.TryGetValue(instanceId, out var actor))
            {
                var request = new ClientRequest(input, new(TaskCreationOptions.RunContinuationsAsynchronously));
                if (actor.Post(request)) return await AnswerAsync(request, cancellationToken).ConfigureAwait(false);
                if (actor.Halted is { } halted) throw new EngineStoreException($"Instance '{instanceId}' needs a restart: {halted.Message}", halted);
            }

            if (runtime.Reader.Find(instanceId) is not { HasEnded: false }) return false;

            // Committed this moment by whoever starts it, who is about to take it into memory.
            await Task.Yield();
        }
    }

    private static async Task<bool> AnswerAsync(ClientRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await request.Done.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            throw NotRunning();
        }
    }

    private static async Task<T> WriteAsync<T>(EngineRuntime runtime, Func<StoreSession, T> write, CancellationToken cancellationToken)
    {
        try
        {
            return await runtime.Writer.WriteAsync(write, isAcknowledged: true, cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            throw NotRunning();
        }
    }

    private static InstanceRow? Existing(EngineRuntime runtime, string instanceId) =>
        runtime.Reader.Find(instanceId) is { IsPurged: false } row ? row : null;

    private static KeyNotFoundException Unknown(string instanceId) => new($"No instance has the id '{instanceId}'.");
}
