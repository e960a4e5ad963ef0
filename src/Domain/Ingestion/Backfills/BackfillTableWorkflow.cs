using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Ingestion.Tables;
using Sentiment.Domain.Workflows;

namespace Sentiment.Domain.Ingestion.Backfills;

/// <summary>The input of <see cref="BackfillTableWorkflow"/>.</summary>
/// <param name="Table">Which table.</param>
/// <param name="Bounds">The run's bounds.</param>
/// <param name="Chunks">Chunks planned; null before the plan.</param>
/// <param name="Next">The first chunk not yet begun.</param>
/// <param name="Left">Chunks begun and not done.</param>
/// <param name="Polls">How often the table was asked for in vain since it was last had.</param>
public sealed record BackfillInput(
    TableId Table, IngestionOptions Bounds, int? Chunks = null, int Next = 1, IReadOnlyList<int>? Left = null, int Polls = 0);

/// <summary>
/// Works the holes of a table off, newest first, a few chunks at a time: between them the table is given away, and so it
/// is while a vendor wants a wait. A run that has asked for the table gets it.
/// </summary>
public sealed class BackfillTableWorkflow : Workflow<BackfillInput, WorkStatus>
{
    private const int PollsPerGeneration = 100;
    private const int MostPolls = 24 * 60 * 12;

    /// <inheritdoc/>
    public override async Task<WorkStatus> RunAsync(IWorkflowContext context, BackfillInput input)
    {
        for (var poll = 0; await context.CallActivityAsync<ClaimResult>(nameof(ClaimTable), input.Table, TableWorkflow.Bookkeeping) is not ClaimResult.Claimed; poll++)
        {
            if (input.Polls + poll >= MostPolls)
            {
                return await context.CallActivityAsync<WorkStatus>(
                    nameof(FinishTable), new TableEnd(input.Table, "other runs have been at the table for 24 hours"), TableWorkflow.Bookkeeping);
            }

            await context.CreateTimerAsync(context.UtcNow + TableWorkflow.BusyPoll);
            if (poll == PollsPerGeneration)
            {
                context.ContinueAsNew(input with { Polls = input.Polls + poll + 1 });
                return WorkStatus.Running;
            }
        }

        var total = input.Chunks ?? await context.CallActivityAsync<int>(nameof(PlanTable), input.Table, TableWorkflow.Bookkeeping);
        var left = input.Left ?? [];
        var fresh = Math.Max(0, Math.Min(total - input.Next + 1, input.Bounds.ChunkWindow - left.Count));
        var batch = left.Concat(Enumerable.Range(input.Next, fresh)).ToList();
        var next = input.Next + fresh;
        string? stopped = null;
        DateTimeOffset? until = null;
        context.SetCustomStatus(new { chunks = total, begun = next - 1 });
        var done = await BoundedWindow.RunAsync(batch, input.Bounds.ChunkWindow, async number =>
        {
            var outcome = await WorkAsync(context, input, number);
            stopped ??= outcome.Reason;
            until = outcome.Until is { } time && !(until <= time) ? time : until;
            return outcome.Result is ChunkResult.Done or ChunkResult.Stopped;
        });
        if (stopped is not null)
        {
            await context.CallActivityAsync<Nothing>(nameof(FailChunks), TableWorkflow.Failing(input.Table, null, stopped), TableWorkflow.Bookkeeping);
        }
        else if (next <= total || done.Contains(false))
        {
            await context.CallActivityAsync<Nothing>(nameof(YieldTable), input.Table, TableWorkflow.Bookkeeping);
            if (until is { } time)
            {
                await context.CreateTimerAsync(time);
            }

            context.ContinueAsNew(input with { Chunks = total, Next = next, Left = [.. batch.Where((_, i) => !done[i])], Polls = 0 });
            return WorkStatus.Running;
        }

        return await context.CallActivityAsync<WorkStatus>(nameof(FinishTable), new TableEnd(input.Table, stopped), TableWorkflow.Bookkeeping);
    }

    private static async Task<ChunkOutcome> WorkAsync(IWorkflowContext context, BackfillInput input, int number)
    {
        var (run, tenant, table) = input.Table;
        try
        {
            return await context.CallActivityAsync<ChunkOutcome>(
                nameof(ProcessChunk), new ChunkCall(new(run, tenant, table, number), input.Bounds.ChunkSeconds), TableWorkflow.OfChunks(input.Bounds));
        }
        catch (TaskFailedException failure)
        {
            await context.CallActivityAsync<Nothing>(nameof(FailChunks), TableWorkflow.Failing(input.Table, number, failure.Details.Message), TableWorkflow.Bookkeeping);
            return new(ChunkResult.Done);
        }
    }
}

/// <summary>Gives a backfill's table away until it asks for it again; idempotent.</summary>
internal sealed class YieldTable(TableStateStore tables) : Activity<TableId, Nothing>
{
    public override async Task<Nothing> RunAsync(ActivityContext context, TableId input, CancellationToken cancellationToken)
    {
        await tables.YieldClaimAsync(input.Tenant, input.Table, input.Run, cancellationToken).ConfigureAwait(false);
        return Nothing.Value;
    }
}
