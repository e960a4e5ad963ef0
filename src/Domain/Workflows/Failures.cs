namespace Sentiment.Domain.Workflows;

/// <summary>What is known of a failure once it has crossed the engine.</summary>
/// <param name="ErrorType">The exception's type name without namespace.</param>
/// <param name="Message">Its message; no stack trace.</param>
/// <param name="IsNonRetryable">Whether another attempt is pointless.</param>
public sealed record FailureDetails(string ErrorType, string Message, bool IsNonRetryable)
{
    /// <summary>Describes an exception; unwraps a failed call so that the first cause is named.</summary>
    public static FailureDetails From(Exception exception) => exception switch
    {
        TaskFailedException failed => failed.Details,
        _ => new(exception.GetType().Name, exception.Message, exception is NonRetryableException),
    };
}

/// <summary>Thrown into a workflow when an activity or sub-workflow it called has failed for good.</summary>
public sealed class TaskFailedException(string taskName, FailureDetails details)
    : Exception($"{taskName} failed: {details.Message}")
{
    /// <summary>The name of what was called.</summary>
    public string TaskName { get; } = taskName;

    /// <summary>Why it failed.</summary>
    public FailureDetails Details { get; } = details;
}

/// <summary>Thrown by an activity to say that another attempt cannot mend it.</summary>
public class NonRetryableException(string message, Exception? inner = null) : Exception(message, inner);
