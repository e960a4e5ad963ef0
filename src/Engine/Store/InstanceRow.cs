using Sentiment.Domain.Workflows;

namespace Sentiment.Engine.Store;

/// <summary>An instance as the store has it.</summary>
internal sealed record InstanceRow(
    long Key, string Id, string Name, WorkflowStatus Status, DateTimeOffset Created, DateTimeOffset Updated,
    int Generation, string? ParentId, bool IsPurged, string? Input, string? Output, string? CustomStatus, FailureDetails? Failure)
{
    /// <summary>Whether it has completed, failed or been terminated.</summary>
    public bool HasEnded => Status >= WorkflowStatus.Completed;

    /// <summary>What clients see of it.</summary>
    public WorkflowInstance ToInstance() =>
        new(Id, Name, Status, Created, Updated, Input, Output, CustomStatus, Failure, ParentId);
}

/// <summary>A child that a turn called.</summary>
internal sealed record ChildStart(string Id, string Name, string? Input);

/// <summary>Everything one turn of an instance changes; committed whole or not at all.</summary>
internal sealed record TurnCommit
{
    /// <summary>The instance's key.</summary>
    public required long Key { get; init; }

    /// <summary>The instance's id.</summary>
    public required string Id { get; init; }

    /// <summary>When the turn was.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The status after the turn.</summary>
    public required WorkflowStatus Status { get; init; }

    /// <summary>The turn's history; null if nothing is worth keeping.</summary>
    public byte[]? Events { get; init; }

    /// <summary>The custom status after the turn.</summary>
    public string? CustomStatus { get; init; }

    /// <summary>The result, if it completed.</summary>
    public string? Output { get; init; }

    /// <summary>The failure, if it failed.</summary>
    public FailureDetails? Failure { get; init; }

    /// <summary>The children it called.</summary>
    public IReadOnlyList<ChildStart> Children { get; init; } = [];

    /// <summary>The next generation, if it continues as new: then the old history goes.</summary>
    public int? NextGeneration { get; init; }

    /// <summary>The next generation's input.</summary>
    public string? NextInput { get; init; }
}

/// <summary>What became of a turn.</summary>
/// <param name="IsAccepted">False if the instance had been ended from outside; then nothing was written.</param>
/// <param name="Children">For each child called, in order: its row, and whether this turn made it.</param>
internal sealed record TurnResult(bool IsAccepted, IReadOnlyList<(InstanceRow Row, bool IsNew)> Children)
{
    /// <summary>The instance has ended; nothing was written.</summary>
    public static TurnResult Refused { get; } = new(false, []);

    /// <summary>Written; no children.</summary>
    public static TurnResult Accepted { get; } = new(true, []);
}
