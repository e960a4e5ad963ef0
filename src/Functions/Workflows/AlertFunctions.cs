using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Sentiment.Functions.Durable;

namespace Sentiment.Functions.Workflows;

/// <summary>The delivery of alerts as functions.</summary>
public sealed class AlertFunctions(DurableFunctions functions)
{
    [Function(nameof(DeliverAlertWorkflow))]
    public Task<JsonElement?> DeliverAlertWorkflow([OrchestrationTrigger] TaskOrchestrationContext context) =>
        functions.RunWorkflowAsync(nameof(DeliverAlertWorkflow), context);

    [Function(nameof(PrepareDelivery))]
    public Task<JsonElement?> PrepareDelivery([ActivityTrigger] JsonElement call, CancellationToken stopping) =>
        functions.RunActivityAsync(nameof(PrepareDelivery), call, stopping);

    [Function(nameof(DeliverToTarget))]
    public Task<JsonElement?> DeliverToTarget([ActivityTrigger] JsonElement call, CancellationToken stopping) =>
        functions.RunActivityAsync(nameof(DeliverToTarget), call, stopping);
}
