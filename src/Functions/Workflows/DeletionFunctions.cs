using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Sentiment.Functions.Durable;

namespace Sentiment.Functions.Workflows;

/// <summary>The deletion of a tenant as functions.</summary>
public sealed class DeletionFunctions(DurableFunctions functions, DurableClientSlot slot)
{
    [Function(nameof(DeleteTenantWorkflow))]
    public Task<JsonElement?> DeleteTenantWorkflow([OrchestrationTrigger] TaskOrchestrationContext context) =>
        functions.RunWorkflowAsync(nameof(DeleteTenantWorkflow), context);

    /// <summary>What runs do for the tenant is ended by the engine itself, so it has the client bound.</summary>
    [Function(nameof(DeleteTenantPart))]
    public Task<JsonElement?> DeleteTenantPart([ActivityTrigger] JsonElement call, [DurableClient] DurableTaskClient client, CancellationToken stopping)
    {
        slot.Fill(client);
        return functions.RunActivityAsync(nameof(DeleteTenantPart), call, stopping);
    }

    [Function(nameof(FailDeletion))]
    public Task<JsonElement?> FailDeletion([ActivityTrigger] JsonElement call, CancellationToken stopping) =>
        functions.RunActivityAsync(nameof(FailDeletion), call, stopping);
}
