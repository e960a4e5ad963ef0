using System.Collections.Concurrent;
using Sentiment.Domain.Workflows;

namespace Sentiment.Api.Tests.Support;

/// <summary>Knows the instances that were started, and never works on them.</summary>
internal sealed class IdleWorkflows : IWorkflowClient
{
    private readonly ConcurrentDictionary<string, WorkflowInstance> _started = new(StringComparer.Ordinal);

    public Task<WorkflowInstance> StartAsync(string name, object? input, string instanceId, CancellationToken cancellationToken) => Task.FromResult(
        _started.GetOrAdd(instanceId, id => new(id, name, WorkflowStatus.Running, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, null, null, null, null, null)));

    public Task<WorkflowInstance?> GetAsync(string instanceId, CancellationToken cancellationToken) => Task.FromResult(_started.GetValueOrDefault(instanceId));

    public Task<WorkflowInstance> WaitForEndAsync(string instanceId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<WorkflowPage> QueryAsync(WorkflowQuery query, CancellationToken cancellationToken) => Task.FromResult(new WorkflowPage([.. _started.Values], null));

    public Task<bool> RaiseEventAsync(string instanceId, string eventName, object? payload, CancellationToken cancellationToken) => IsKnownAsync(instanceId);

    public Task<bool> SuspendAsync(string instanceId, string reason, CancellationToken cancellationToken) => IsKnownAsync(instanceId);

    public Task<bool> ResumeAsync(string instanceId, string reason, CancellationToken cancellationToken) => IsKnownAsync(instanceId);

    public Task<bool> TerminateAsync(string instanceId, string reason, CancellationToken cancellationToken) => IsKnownAsync(instanceId);

    public Task<bool> PurgeAsync(string instanceId, CancellationToken cancellationToken) => IsKnownAsync(instanceId);

    private Task<bool> IsKnownAsync(string instanceId) => Task.FromResult(_started.ContainsKey(instanceId));
}
