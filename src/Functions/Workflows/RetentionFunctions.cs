using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Sentiment.Functions.Durable;

namespace Sentiment.Functions.Workflows;

/// <summary>The retention's workflows and activities as functions.</summary>
public sealed class RetentionFunctions(DurableFunctions functions, DurableClientSlot slot)
{
    [Function(nameof(RetentionWorkflow))]
    public Task<JsonElement?> RetentionWorkflow([OrchestrationTrigger] TaskOrchestrationContext context) =>
        functions.RunWorkflowAsync(nameof(RetentionWorkflow), context);

    [Function(nameof(TenantRetentionWorkflow))]
    public Task<JsonElement?> TenantRetentionWorkflow([OrchestrationTrigger] TaskOrchestrationContext context) =>
        functions.RunWorkflowAsync(nameof(TenantRetentionWorkflow), context);

    [Function(nameof(NextRetainedTenants))]
    public Task<JsonElement?> NextRetainedTenants([ActivityTrigger] JsonElement call, CancellationToken stopping) =>
        functions.RunActivityAsync(nameof(NextRetainedTenants), call, stopping);

    [Function(nameof(RetainTenant))]
    public Task<JsonElement?> RetainTenant([ActivityTrigger] JsonElement call, CancellationToken stopping) =>
        functions.RunActivityAsync(nameof(RetainTenant), call, stopping);

    [Function(nameof(RemoveRuns))]
    public Task<JsonElement?> RemoveRuns([ActivityTrigger] JsonElement call, CancellationToken stopping) =>
        functions.RunActivityAsync(nameof(RemoveRuns), call, stopping);

    /// <summary>Purging asks the engine itself, so it has the client bound.</summary>
    [Function(nameof(PurgeHistories))]
    public Task<JsonElement?> PurgeHistories([ActivityTrigger] JsonElement call, [DurableClient] DurableTaskClient client, CancellationToken stopping)
    {
        slot.Fill(client);
        return functions.RunActivityAsync(nameof(PurgeHistories), call, stopping);
    }
}
