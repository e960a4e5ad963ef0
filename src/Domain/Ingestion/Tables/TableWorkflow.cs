using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Workflows;

namespace Sentiment.Domain.Ingestion.Tables;

/// <summary>The input of <see cref="TableWorkflow"/>.</summary>
/// <param name="Table">Which table.</param>
/// <param name="Bounds">The run's bounds.</param>
/// <param name="Chunks">Chunks planned; null before the plan.</param>
/// <param name="Next">The first chunk not yet begun.</param>
/// <param name="Left">Chunks begun in an earlier generation and not done.</param>
public sealed record TableInput(TableId Table, IngestionOptions Bounds, int? Chunks = null, int Next = 1, IReadOnlyList<int>? Left = null);

/// <summary>
/// Claims a table, plans it, works its chunks off in a bounded window and sums it up; where its vendor keeps failing, has the
/// table read that takes over.
/// </summary>
public sealed class TableWorkflow : Workflow<TableInput, WorkStatus>
{
    private const int ChunksPerGeneration = 100;
    private const int RoundsPerGeneration = 10;
    internal static readonly TimeSpan BusyPoll = TimeSpan.FromSeconds(5);

    /// <summary>A short activity on rows: tried again for about a minute before it is given up.</summary>
    internal static readonly CallOptions Bookkeeping = new()
    {
        Timeout = TimeSpan.FromMinutes(2),
        Retry = new() { MaxAttempts = 6, FirstRetryInterval = TimeSpan.FromSeconds(1), MaxRetryInterval = TimeSpan.FromSeconds(30) },
    };

    /// <inheritdoc/>
    public override async Task<WorkStatus> RunAsync(IWorkflowContext context, TableInput input)
    {
        if (input.Chunks is not { } total)
        {
            for (var poll = 0; await context.CallActivityAsync<ClaimResult>(nameof(ClaimTable), input.Table, Bookkeeping) is var claim and not ClaimResult.Claimed; poll++)
            {
                if (claim == ClaimResult.Skipped)
                {
                    return WorkStatus.Skipped;
                }

                await context.CreateTimerAsync(context.UtcNow + BusyPoll);
                if (poll == ChunksPerGeneration)
                {
                    context.ContinueAsNew(input);
                    return WorkStatus.Running;
                }
            }

            total = await context.CallActivityAsync<int>(nameof(PlanTable), input.Table, Bookkeeping);
        }

        var left = input.Left ?? [];
        var last = Math.Min(total, input.Next + ChunksPerGeneration - left.Count - 1);
        var batch = left.Concat(Enumerable.Range(input.Next, Math.Max(0, last - input.Next + 1))).ToList();
        string? stopped = null;
        string? instead = null;
        context.SetCustomStatus(new { chunks = total, begun = last });
        var done = await BoundedWindow.RunAsync(batch, input.Bounds.ChunkWindow, async number =>
        {
            var outcome = stopped is null ? await WorkAsync(context, input, number) : null;
            stopped ??= outcome?.Reason;
            instead ??= outcome?.Instead;
            return outcome?.Result != ChunkResult.More;
        });
        if (stopped is not null)
        {
            await context.CallActivityAsync<Nothing>(nameof(FailChunks), Failing(input.Table, null, stopped), Bookkeeping);
        }
        else if (last < total || done.Contains(false))
        {
            context.ContinueAsNew(input with { Chunks = total, Next = last + 1, Left = [.. batch.Where((_, i) => !done[i])] });
            return WorkStatus.Running;
        }

        var status = await context.CallActivityAsync<WorkStatus>(nameof(FinishTable), new TableEnd(input.Table, stopped), Bookkeeping);
        if (instead is not null)
        {
            await StandInAsync(context, input, instead);
        }

        return status;
    }

    /// <summary>Reads the other vendor's table; how it went stands in its own rows.</summary>
    private static async Task StandInAsync(IWorkflowContext context, TableInput input, string instead)
    {
        var table = input.Table with { Table = instead };
        try
        {
            await context.CallWorkflowAsync<WorkStatus>(
                nameof(TableWorkflow), new TableInput(table, input.Bounds), new() { InstanceId = WorkflowIds.OfTable(context.InstanceId, instead) });
        }
        catch (TaskFailedException failure)
        {
            await context.CallActivityAsync<WorkStatus>(nameof(FinishTable), new TableEnd(table, failure.Details.Message), Bookkeeping);
        }
    }

    /// <summary>How a chunk is called.</summary>
    internal static CallOptions OfChunks(IngestionOptions bounds) => new()
    {
        // A page begun within the budget may wait for its vendor: attempts, retries and short waits fit into this.
        Timeout = TimeSpan.FromSeconds(bounds.ChunkSeconds) + TimeSpan.FromMinutes(4),
        Retry = new() { MaxAttempts = bounds.ChunkAttempts, FirstRetryInterval = TimeSpan.FromSeconds(2), MaxRetryInterval = TimeSpan.FromMinutes(1) },
    };

    internal static FailChunksCall Failing(TableId table, int? number, string reason) => new(table.Run, table.Tenant, table.Table, number, reason);

    private static async Task<ChunkOutcome> WorkAsync(IWorkflowContext context, TableInput input, int number)
    {
        var (run, tenant, table) = input.Table;
        var call = new ChunkCall(new(run, tenant, table, number), input.Bounds.ChunkSeconds);
        var options = OfChunks(input.Bounds);
        try
        {
            for (var round = 0; ; round++)
            {
                var outcome = await context.CallActivityAsync<ChunkOutcome>(nameof(ProcessChunk), call, options);
                if (outcome.Result == ChunkResult.Wait)
                {
                    await context.CreateTimerAsync(outcome.Until!.Value);
                }
                else if (outcome.Result != ChunkResult.More)
                {
                    return outcome;
                }

                if (round == RoundsPerGeneration)
                {
                    return new(ChunkResult.More);
                }
            }
        }
        catch (TaskFailedException failure)
        {
            await context.CallActivityAsync<Nothing>(nameof(FailChunks), Failing(input.Table, number, failure.Details.Message), Bookkeeping);
            return new(ChunkResult.Done);
        }
    }
}
