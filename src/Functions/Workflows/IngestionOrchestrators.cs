using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Sentiment.Functions.Durable;

namespace Sentiment.Functions.Workflows;

/// <summary>The ingestion's workflows as orchestrator functions.</summary>
public sealed class IngestionOrchestrators(DurableFunctions functions)
{
    [Function(nameof(RunWorkflow))]
    public Task<JsonElement?> RunWorkflow([OrchestrationTrigger] TaskOrchestrationContext context) =>
        functions.RunWorkflowAsync(nameof(RunWorkflow), context);

    [Function(nameof(TenantWorkflow))]
    public Task<JsonElement?> TenantWorkflow([OrchestrationTrigger] TaskOrchestrationContext context) =>
        functions.RunWorkflowAsync(nameof(TenantWorkflow), context);

    [Function(nameof(TableWorkflow))]
    public Task<JsonElement?> TableWorkflow([OrchestrationTrigger] TaskOrchestrationContext context) =>
        functions.RunWorkflowAsync(nameof(TableWorkflow), context);

    [Function(nameof(BackfillTableWorkflow))]
    public Task<JsonElement?> BackfillTableWorkflow([OrchestrationTrigger] TaskOrchestrationContext context) =>
        functions.RunWorkflowAsync(nameof(BackfillTableWorkflow), context);
}
