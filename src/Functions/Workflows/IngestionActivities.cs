using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Sentiment.Functions.Durable;

namespace Sentiment.Functions.Workflows;

/// <summary>The ingestion's activities as activity functions.</summary>
public sealed class IngestionActivities(DurableFunctions functions, DurableClientSlot slot)
{
    /// <summary>Claiming a table may cancel the run that is at it, so it has the client bound.</summary>
    [Function(nameof(ClaimTable))]
    public Task<JsonElement?> ClaimTable([ActivityTrigger] JsonElement call, [DurableClient] DurableTaskClient client, CancellationToken stopping)
    {
        slot.Fill(client);
        return functions.RunActivityAsync(nameof(ClaimTable), call, stopping);
    }

    [Function(nameof(BeginTenants))]
    public Task<JsonElement?> BeginTenants([ActivityTrigger] JsonElement call, CancellationToken stopping) =>
        functions.RunActivityAsync(nameof(BeginTenants), call, stopping);

    [Function(nameof(BeginTenant))]
    public Task<JsonElement?> BeginTenant([ActivityTrigger] JsonElement call, CancellationToken stopping) =>
        functions.RunActivityAsync(nameof(BeginTenant), call, stopping);

    [Function(nameof(PlanTable))]
    public Task<JsonElement?> PlanTable([ActivityTrigger] JsonElement call, CancellationToken stopping) =>
        functions.RunActivityAsync(nameof(PlanTable), call, stopping);

    [Function(nameof(YieldTable))]
    public Task<JsonElement?> YieldTable([ActivityTrigger] JsonElement call, CancellationToken stopping) =>
        functions.RunActivityAsync(nameof(YieldTable), call, stopping);

    [Function(nameof(ProcessChunk))]
    public Task<JsonElement?> ProcessChunk([ActivityTrigger] JsonElement call, CancellationToken stopping) =>
        functions.RunActivityAsync(nameof(ProcessChunk), call, stopping);

    [Function(nameof(FailChunks))]
    public Task<JsonElement?> FailChunks([ActivityTrigger] JsonElement call, CancellationToken stopping) =>
        functions.RunActivityAsync(nameof(FailChunks), call, stopping);

    [Function(nameof(FinishTable))]
    public Task<JsonElement?> FinishTable([ActivityTrigger] JsonElement call, CancellationToken stopping) =>
        functions.RunActivityAsync(nameof(FinishTable), call, stopping);

    [Function(nameof(FinishTenant))]
    public Task<JsonElement?> FinishTenant([ActivityTrigger] JsonElement call, CancellationToken stopping) =>
        functions.RunActivityAsync(nameof(FinishTenant), call, stopping);

    [Function(nameof(FinishRun))]
    public Task<JsonElement?> FinishRun([ActivityTrigger] JsonElement call, CancellationToken stopping) =>
        functions.RunActivityAsync(nameof(FinishRun), call, stopping);
}
