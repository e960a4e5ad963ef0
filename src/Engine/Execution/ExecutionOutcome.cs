using Sentiment.Domain.Workflows;
using Sentiment.Engine.History;

namespace Sentiment.Engine.Execution;

/// <summary>How one generation of an instance ended.</summary>
internal abstract record ExecutionOutcome
{
    /// <summary>With a result.</summary>
    public sealed record Completed(string? Output) : ExecutionOutcome;

    /// <summary>With a failure.</summary>
    public sealed record Failed(FailureDetails Failure) : ExecutionOutcome;

    /// <summary>With the wish to begin anew.</summary>
    public sealed record ContinuedAsNew(string? Input, IReadOnlyList<HistoryEvent> Events) : ExecutionOutcome;
}

/// <summary>Which instance runs, and with what.</summary>
internal sealed record ExecutionStart(
    string InstanceId, string WorkflowName, int Generation, string? Input, string? CustomStatus);
