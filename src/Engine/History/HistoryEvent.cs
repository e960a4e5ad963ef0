namespace Sentiment.Engine.History;

/// <summary>What a history event tells. The numbers are on disk: never change one.</summary>
internal enum HistoryEventKind : byte
{
    /// <summary>Input: the workflow began with the instance's current input.</summary>
    ExecutionStarted = 1,

    /// <summary>Input: a call ended with the JSON in the payload.</summary>
    TaskCompleted = 2,

    /// <summary>Input: a call failed; name is the error's type, payload its message, value 1 if another try is pointless.</summary>
    TaskFailed = 3,

    /// <summary>Input: a timer's time has come.</summary>
    TimerFired = 4,

    /// <summary>Input: a client gave an event; name and payload.</summary>
    EventRaised = 5,

    /// <summary>Input: held from here on.</summary>
    ExecutionSuspended = 6,

    /// <summary>Input: goes on from here.</summary>
    ExecutionResumed = 7,

    /// <summary>Output: an activity was called; value is the attempt.</summary>
    ActivityScheduled = 16,

    /// <summary>Output: a timer was set; value is its time in UTC ticks.</summary>
    TimerCreated = 17,

    /// <summary>Output: a sub-workflow was called; payload is its instance id.</summary>
    SubWorkflowScheduled = 18,
}

/// <summary>One event of an instance's history; which members mean something depends on the kind.</summary>
internal readonly record struct HistoryEvent(
    HistoryEventKind Kind, int Sequence = 0, string? Name = null, string? Payload = null, long Value = 0)
{
    /// <summary>Whether the workflow asked for it, as against being told it.</summary>
    public bool IsOutput => Kind >= HistoryEventKind.ActivityScheduled;

    /// <summary>The event in words, for errors.</summary>
    public string Describe() => Kind switch
    {
        HistoryEventKind.ActivityScheduled => $"activity '{Name}' (call {Sequence}, attempt {Value})",
        HistoryEventKind.TimerCreated => $"timer for {new DateTime(Value, DateTimeKind.Utc):O} (call {Sequence})",
        HistoryEventKind.SubWorkflowScheduled => $"sub-workflow '{Name}' with id '{Payload}' (call {Sequence})",
        _ => $"{Kind} (call {Sequence})",
    };

    /// <summary>Whether a replay that asks for this asks for the same as the history has.</summary>
    public bool IsSameRequestAs(in HistoryEvent recorded) =>
        Kind == recorded.Kind && Sequence == recorded.Sequence && Value == recorded.Value
        && string.Equals(Name, recorded.Name, StringComparison.OrdinalIgnoreCase)
        && string.Equals(Payload, recorded.Payload, StringComparison.Ordinal);
}

/// <summary>One committed turn: what the workflow was told at a time, and what it asked for in answer.</summary>
internal sealed record HistoryTurn(DateTimeOffset Time, IReadOnlyList<HistoryEvent> Events);
