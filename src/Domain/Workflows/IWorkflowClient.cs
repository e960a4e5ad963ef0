namespace Sentiment.Domain.Workflows;

/// <summary>Where an instance stands.</summary>
public enum WorkflowStatus
{
    /// <summary>Accepted, not yet begun.</summary>
    Pending,

    /// <summary>Begun and not ended.</summary>
    Running,

    /// <summary>Held; events are kept and nothing new is begun until it is resumed.</summary>
    Suspended,

    /// <summary>Ended with a result.</summary>
    Completed,

    /// <summary>Ended with a failure.</summary>
    Failed,

    /// <summary>Ended from outside.</summary>
    Terminated,
}

/// <summary>An instance as clients see it.</summary>
/// <param name="InstanceId">Its id, never reused.</param>
/// <param name="Name">The workflow's registered name.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="CreatedAt">When it was started.</param>
/// <param name="UpdatedAt">When it last changed.</param>
/// <param name="Input">The input of its current generation, as JSON.</param>
/// <param name="Output">Its result, as JSON; null before it has completed.</param>
/// <param name="CustomStatus">What it last set, as JSON.</param>
/// <param name="Failure">Why it failed.</param>
/// <param name="ParentId">The instance that called it; null if a client started it, or where the engine does not tell.</param>
public sealed record WorkflowInstance(
    string InstanceId, string Name, WorkflowStatus Status, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
    string? Input, string? Output, string? CustomStatus, FailureDetails? Failure, string? ParentId)
{
    /// <summary>Whether it has completed, failed or been terminated.</summary>
    public bool HasEnded => Status is WorkflowStatus.Completed or WorkflowStatus.Failed or WorkflowStatus.Terminated;
}

/// <summary>Which instances a query asks for; all conditions must hold.</summary>
public sealed record WorkflowQuery
{
    /// <summary>Only these statuses; empty: any.</summary>
    public IReadOnlyList<WorkflowStatus> Statuses { get; init; } = [];

    /// <summary>Only ids that start so.</summary>
    public string? InstanceIdPrefix { get; init; }

    /// <summary>Only instances created at this time or later.</summary>
    public DateTimeOffset? CreatedFrom { get; init; }

    /// <summary>Only instances created before this time.</summary>
    public DateTimeOffset? CreatedTo { get; init; }

    /// <summary>At most so many on a page: 1 to 1,000, default 100.</summary>
    public int Limit { get; init; } = 100;

    /// <summary>Where the last page ended; null for the first.</summary>
    public string? Continuation { get; init; }
}

/// <summary>One page of instances, ordered by id.</summary>
/// <param name="Instances">The page.</param>
/// <param name="Continuation">Asks for the next page; null on the last.</param>
public sealed record WorkflowPage(IReadOnlyList<WorkflowInstance> Instances, string? Continuation);

/// <summary>Starts, watches and steers workflow instances from outside.</summary>
public interface IWorkflowClient
{
    /// <summary>Starts an instance; a known id starts nothing and is returned as it stands, ended or not.</summary>
    /// <param name="name">The workflow's registered name; case does not matter.</param>
    /// <param name="input">Its input, as JSON.</param>
    /// <param name="instanceId">Its id, as <see cref="InstanceIds.Validate"/> says.</param>
    /// <param name="cancellationToken">Gives up waiting for the store.</param>
    /// <exception cref="ArgumentException">No workflow has that name, or the id is not valid.</exception>
    Task<WorkflowInstance> StartAsync(string name, object? input, string instanceId, CancellationToken cancellationToken);

    /// <summary>The instance, or null if the id is unknown.</summary>
    Task<WorkflowInstance?> GetAsync(string instanceId, CancellationToken cancellationToken);

    /// <summary>Completes with the instance once it has ended.</summary>
    /// <exception cref="KeyNotFoundException">The id is unknown.</exception>
    Task<WorkflowInstance> WaitForEndAsync(string instanceId, CancellationToken cancellationToken);

    /// <summary>A page of instances.</summary>
    Task<WorkflowPage> QueryAsync(WorkflowQuery query, CancellationToken cancellationToken);

    /// <summary>Gives an event to an instance; false if it is unknown or has ended.</summary>
    Task<bool> RaiseEventAsync(string instanceId, string eventName, object? payload, CancellationToken cancellationToken);

    /// <summary>Holds an instance: what is under way ends, nothing new begins; false if it is unknown or has ended.</summary>
    Task<bool> SuspendAsync(string instanceId, string reason, CancellationToken cancellationToken);

    /// <summary>Lets a held instance go on; false if it is unknown or has ended.</summary>
    Task<bool> ResumeAsync(string instanceId, string reason, CancellationToken cancellationToken);

    /// <summary>Ends an instance and its children; activities under way are not waited for; false if unknown or ended.</summary>
    Task<bool> TerminateAsync(string instanceId, string reason, CancellationToken cancellationToken);

    /// <summary>Forgets an ended instance and its children, except that their ids stay used; false if unknown or not ended.</summary>
    Task<bool> PurgeAsync(string instanceId, CancellationToken cancellationToken);
}
