using Microsoft.DurableTask;
using Sentiment.Domain.Workflows;
using Sentiment.Functions.Durable;

namespace Sentiment.Functions.Tests.Durable;

public class WorkflowFailureTests
{
    private static readonly FailureDetails Failure = new("IOException", "a: {b}\n\"c\"", true);

    [Fact]
    public void A_failure_survives_where_only_type_and_message_are_kept()
    {
        var exception = new WorkflowFailureException(Failure);
        Assert.DoesNotContain('\n', exception.Message);
        Assert.Equal(Failure, WorkflowFailureException.Read(new TaskFailureDetails(exception.GetType().FullName!, exception.Message, null, null, null)));
    }

    [Fact]
    public void A_failure_survives_where_one_text_is_kept()
    {
        var exception = new WorkflowFailureException(Failure);
        Assert.Equal(Failure, WorkflowFailureException.Read($"{exception.GetType().FullName}: {exception.Message}"));
    }

    [Theory]
    [InlineData("System.IO.IOException", "gone", "IOException", false)]
    [InlineData("Sentiment.Domain.Workflows.NonRetryableException", "never", "NonRetryableException", true)]
    [InlineData("X", "{not json", "X", false)]
    [InlineData("X", "{\"other\":1}", "X", false)]
    public void Failures_of_others_are_described_by_type_and_message(string type, string message, string expected, bool isNonRetryable) =>
        Assert.Equal(new(expected, message, isNonRetryable), WorkflowFailureException.Read(new TaskFailureDetails(type, message, null, null, null)));

    [Fact]
    public void A_terminated_child_of_which_nothing_is_told_is_known_as_such() =>
        Assert.Equal(("Terminated", true), (WorkflowFailureException.Read((TaskFailureDetails?)null).ErrorType, WorkflowFailureException.Read((TaskFailureDetails?)null).IsNonRetryable));
}
