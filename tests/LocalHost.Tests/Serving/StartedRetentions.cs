using System.Collections.Concurrent;
using Sentiment.Domain.Retention;
using Sentiment.Domain.Workflows;

namespace Sentiment.LocalHost.Tests.Serving;

/// <summary>Notes which retentions are asked for and when; it starts none.</summary>
internal sealed class StartedRetentions : IWorkflowClient
{
    private readonly ConcurrentQueue<(string Id, DateTimeOffset At)> _all = new();

    /// <summary>Every instance that was asked for, and the time by which it judges what is old.</summary>
    public IReadOnlyList<(string Id, DateTimeOffset At)> All => [.. _all];

    /// <summary>Called before each start.</summary>
    public Action<string> Before { get; set; } = _ => { };

    public Task<WorkflowInstance> StartAsync(string name, object? input, string instanceId, CancellationToken cancellationToken)
    {
        Assert.Equal(nameof(RetentionWorkflow), name);
        var at = Assert.IsType<RetentionInput>(input).At;
        _all.Enqueue((instanceId, at));
        Before(instanceId);
        return Task.FromResult(new WorkflowInstance(instanceId, name, WorkflowStatus.Pending, at, at, null, null, null, null, null));
    }

    public Task<WorkflowInstance?> GetAsync(string instanceId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<WorkflowInstance> WaitForEndAsync(string instanceId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<WorkflowPage> QueryAsync(WorkflowQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> RaiseEventAsync(string instanceId, string eventName, object? payload, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> SuspendAsync(string instanceId, string reason, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> ResumeAsync(string instanceId, string reason, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> TerminateAsync(string instanceId, string reason, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> PurgeAsync(string instanceId, CancellationToken cancellationToken) => throw new NotSupportedException();
}
