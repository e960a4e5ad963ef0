using System.Text.Json;
using Microsoft.DurableTask;
using Sentiment.Domain.Workflows;

namespace Sentiment.Functions.Durable;

/// <summary>
/// A failure on its way through Durable Task, which keeps an exception's type name and message and nothing else on every
/// back end. So the message is the failure's JSON.
/// </summary>
internal sealed class WorkflowFailureException(FailureDetails details) : Exception(JsonSerializer.Serialize(details, WorkflowRegistry.Json))
{
    /// <summary>What failed, as the workflow contract has it; the exceptions of others are described by type and message.</summary>
    public static FailureDetails Read(TaskFailureDetails? failure) =>
        failure is null ? Terminated(null) : Read(failure.ErrorType, failure.ErrorMessage);

    /// <summary>What failed, where the back end keeps only the text <c>TYPE: MESSAGE</c> as the instance's output.</summary>
    public static FailureDetails Read(string? output)
    {
        var text = Text(output) ?? "";
        var end = text.IndexOf(": ", StringComparison.Ordinal);
        return end < 0 ? Read(nameof(Exception), text) : Read(text[..end], text[(end + 2)..]);
    }

    /// <summary>The failure of an instance that was ended from outside.</summary>
    /// <param name="output">The reason, as the back end keeps it.</param>
    public static FailureDetails Terminated(string? output) => new(nameof(WorkflowStatus.Terminated), Text(output) ?? "The instance was terminated.", true);

    private static FailureDetails Read(string type, string message)
    {
        try
        {
            if (message.StartsWith('{') && JsonSerializer.Deserialize<FailureDetails>(message, WorkflowRegistry.Json) is { ErrorType: not null, Message: not null } details)
            {
                return details;
            }
        }
        catch (JsonException)
        {
            // Somebody else's message that begins with a brace.
        }

        var name = type[(type.LastIndexOfAny(['.', '+']) + 1)..];
        return new(name, message, name == nameof(NonRetryableException));
    }

    private static string? Text(string? output)
    {
        try
        {
            return output?.StartsWith('"') == true ? JsonSerializer.Deserialize<string>(output) : output;
        }
        catch (JsonException)
        {
            return output;
        }
    }
}
