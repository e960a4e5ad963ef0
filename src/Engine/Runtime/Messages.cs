using Sentiment.Domain.Workflows;
using Sentiment.Engine.History;

namespace Sentiment.Engine.Runtime;

/// <summary>Something an instance is told.</summary>
internal abstract record Message;

/// <summary>Begin.</summary>
internal sealed record BeginExecution : Message
{
    /// <summary>The only one.</summary>
    public static BeginExecution Instance { get; } = new();
}

/// <summary>Take up where the history ends.</summary>
internal sealed record RecoverExecution : Message
{
    /// <summary>The only one.</summary>
    public static RecoverExecution Instance { get; } = new();
}

/// <summary>Something outside its turns has moved the workflow on.</summary>
internal sealed record EnteredFromOutside : Message
{
    /// <summary>The only one.</summary>
    public static EnteredFromOutside Instance { get; } = new();
}

/// <summary>An activity has ended or a timer has fired.</summary>
/// <param name="Generation">The generation that asked for it.</param>
/// <param name="Input">What the history is to say.</param>
internal sealed record TaskEnded(int Generation, HistoryEvent Input) : Message;

/// <summary>A sub-workflow has ended, or could not be had.</summary>
internal sealed record ChildEnded(string ChildId, string? Output, FailureDetails? Failure) : Message;

/// <summary>A client raises an event, or holds the instance, or lets it go on.</summary>
/// <param name="Input">What the history is to say.</param>
/// <param name="Done">Set once that is committed; false if the instance has ended.</param>
internal sealed record ClientRequest(HistoryEvent Input, TaskCompletionSource<bool> Done) : Message;
