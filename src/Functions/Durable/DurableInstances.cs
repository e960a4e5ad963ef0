using Microsoft.DurableTask.Client;
using Sentiment.Domain.Workflows;

namespace Sentiment.Functions.Durable;

/// <summary>Instances of Durable Task as the workflow contract has them.</summary>
internal static class DurableInstances
{
    /// <summary>The instance; its parent is not told by Durable Task.</summary>
    public static WorkflowInstance From(OrchestrationMetadata found)
    {
        var status = From(found.RuntimeStatus);
        var failure = status switch
        {
            WorkflowStatus.Terminated => WorkflowFailureException.Terminated(found.SerializedOutput),
            WorkflowStatus.Failed when found.FailureDetails is { } details => WorkflowFailureException.Read(details),
            WorkflowStatus.Failed => WorkflowFailureException.Read(found.SerializedOutput),
            _ => null,
        };
        return new(
            found.InstanceId, found.Name, status, found.CreatedAt, found.LastUpdatedAt, found.SerializedInput,
            status == WorkflowStatus.Completed ? found.SerializedOutput : null,
            found.SerializedCustomStatus is "" or "null" ? null : found.SerializedCustomStatus, failure, null);
    }

    /// <summary>A status as Durable Task has it.</summary>
    public static OrchestrationRuntimeStatus To(WorkflowStatus status) => status switch
    {
        WorkflowStatus.Pending => OrchestrationRuntimeStatus.Pending,
        WorkflowStatus.Running => OrchestrationRuntimeStatus.Running,
        WorkflowStatus.Suspended => OrchestrationRuntimeStatus.Suspended,
        WorkflowStatus.Completed => OrchestrationRuntimeStatus.Completed,
        WorkflowStatus.Failed => OrchestrationRuntimeStatus.Failed,
        WorkflowStatus.Terminated => OrchestrationRuntimeStatus.Terminated,
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "Not a status."),
    };

    private static WorkflowStatus From(OrchestrationRuntimeStatus status) => status switch
    {
        OrchestrationRuntimeStatus.Pending => WorkflowStatus.Pending,
        OrchestrationRuntimeStatus.Suspended => WorkflowStatus.Suspended,
        OrchestrationRuntimeStatus.Completed => WorkflowStatus.Completed,
        OrchestrationRuntimeStatus.Failed => WorkflowStatus.Failed,
        OrchestrationRuntimeStatus.Terminated => WorkflowStatus.Terminated,

        // Between two generations, or a status that nothing gives any more.
        _ => WorkflowStatus.Running,
    };
}
