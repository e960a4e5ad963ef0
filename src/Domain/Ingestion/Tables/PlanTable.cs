using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Workflows;

namespace Sentiment.Domain.Ingestion.Tables;

/// <summary>Writes the chunks of a claimed table; planning again finds them and changes nothing.</summary>
/// <remarks>The watermark cannot move in between, for only the holder of the claim moves it.</remarks>
internal sealed class PlanTable(RunStore runs, TableStateStore tables, ChunkStore chunks, SourceCatalog sources) : Activity<TableId, int>
{
    public override async Task<int> RunAsync(ActivityContext context, TableId input, CancellationToken cancellationToken)
    {
        var run = (await runs.GetAsync(input.Run, cancellationToken).ConfigureAwait(false))?.Row
            ?? throw new NonRetryableException($"No run '{input.Run}'.");
        var tenant = (await runs.TenantAsync(input.Run, input.Tenant, cancellationToken).ConfigureAwait(false)).Tenant;
        var watermark = await tables.WatermarkAsync(input.Tenant, input.Table, cancellationToken).ConfigureAwait(false);
        var plan = TablePlan.Of(run, tenant, sources.Get(input.Table).Description, watermark?.Row);
        await chunks.PlanAsync(plan, cancellationToken).ConfigureAwait(false);
        await runs.PutTableAsync(input.Run, new RunTableRow(
            input.Tenant, input.Table, WorkStatus.Running, null, plan.Count, 0, 0, Ledger.Empty), cancellationToken).ConfigureAwait(false);
        return plan.Count;
    }
}
