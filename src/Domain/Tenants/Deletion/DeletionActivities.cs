using Sentiment.Domain.Retention;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Workflows;

namespace Sentiment.Domain.Tenants.Deletion;

/// <summary>Removes some of what a deleted tenant has, for as long as the budget lasts; returns the next step.</summary>
internal sealed class DeleteTenantPart(
    DeletionStore deletions, DeletedKeys keys, DeletedWork work, DeletedRuns runs, DeletedRows rows, DeletedBodies bodies, LastLook look, TimeProvider time)
    : Activity<DeletionCall, DeletionStep>
{
    // Twice as long each time, up to the longest; in all a little more than ten minutes.
    private const int LongestPoll = 15;
    private const int MostPolls = 45;
    private const int MostLooks = 5;
    private const int SecondsBetweenLooks = 5;

    public override async Task<DeletionStep> RunAsync(ActivityContext context, DeletionCall input, CancellationToken cancellationToken)
    {
        if (await deletions.GetAsync(input.Tenant, cancellationToken).ConfigureAwait(false) is not { Row: { Status: DeletionStatus.Running } row } || row.Number != input.Number)
        {
            return new(null); // It has ended, and this is a repetition.
        }

        var budget = new TimeBudget(time, input.Seconds);
        var removed = new Removed();
        var step = await StepAsync(input, budget, removed, cancellationToken).ConfigureAwait(false);
        await deletions.CountAsync(input.Tenant, removed.Counts, cancellationToken).ConfigureAwait(false);
        return step;
    }

    private async Task<DeletionStep> StepAsync(DeletionCall input, TimeBudget budget, Removed removed, CancellationToken cancellationToken)
    {
        var tenant = input.Tenant;
        switch (input.Part)
        {
            case DeletionPart.Keys:
                await keys.RemoveAsync(tenant, removed, cancellationToken).ConfigureAwait(false);
                return To(input, DeletionPart.Work);
            case DeletionPart.Work:
                return await work.HasEndedAsync(tenant, input.Polls >= MostPolls, cancellationToken).ConfigureAwait(false)
                    ? To(input, DeletionPart.Runs)
                    : new(input with { Polls = input.Polls + 1 }, Math.Min(LongestPoll, 1 << Math.Min(input.Polls, 4)));
            case DeletionPart.Runs:
                return await runs.RemoveAsync(tenant, input.After, budget, removed, cancellationToken).ConfigureAwait(false) is { } run
                    ? new(input with { After = run }) : To(input, DeletionPart.Rows);
            case DeletionPart.Rows:
                return await rows.RemoveAsync(tenant, budget, removed, cancellationToken).ConfigureAwait(false) ? To(input, DeletionPart.Bodies) : new(input);
            case DeletionPart.Bodies:
                return await bodies.RemoveAsync(tenant, budget, removed, cancellationToken).ConfigureAwait(false)
                    ? new(To(input, DeletionPart.Look).Next, input.QuietSeconds) : new(input);
            default:
                return await LookAsync(input, budget, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<DeletionStep> LookAsync(DeletionCall input, TimeBudget budget, CancellationToken cancellationToken)
    {
        var (found, after) = await look.CountAsync(input.Tenant, input.After, budget, cancellationToken).ConfigureAwait(false);
        var left = input.Left + found;
        if (after is not null)
        {
            return new(input with { After = after, Left = left });
        }

        // Somebody who had begun before the tenant was gone may have written after it was removed.
        if (left > 0 && input.Looks < MostLooks)
        {
            return new(input with { Part = DeletionPart.Keys, After = null, Left = 0, Looks = input.Looks + 1 }, SecondsBetweenLooks);
        }

        if (left == 0)
        {
            await look.CloseAsync(input.Tenant, cancellationToken).ConfigureAwait(false);
        }

        await deletions.EndAsync(input.Tenant, time.GetUtcNow(), left, left == 0 ? null : $"{left} rows and bodies were still found at the last look", cancellationToken).ConfigureAwait(false);
        return new(null);
    }

    private static DeletionStep To(DeletionCall input, DeletionPart part) => new(input with { Part = part, After = null, Left = 0 });
}

/// <summary>Notes why a deletion cannot be gone on with.</summary>
internal sealed class FailDeletion(DeletionStore deletions, TimeProvider time) : Activity<FailedDeletion, Nothing>
{
    public override async Task<Nothing> RunAsync(ActivityContext context, FailedDeletion input, CancellationToken cancellationToken)
    {
        if (await deletions.GetAsync(input.Tenant, cancellationToken).ConfigureAwait(false) is { Row.Status: DeletionStatus.Running } stored && stored.Row.Number == input.Number)
        {
            await deletions.EndAsync(input.Tenant, time.GetUtcNow(), stored.Row.Left, input.Reason, cancellationToken).ConfigureAwait(false);
        }

        return Nothing.Value;
    }
}

/// <summary>Counts what a step removes, by kind.</summary>
internal sealed class Removed
{
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, long> Counts => _counts;

    public void Add(string kind, long count)
    {
        if (count > 0)
        {
            _counts[kind] = _counts.GetValueOrDefault(kind) + count;
        }
    }
}

/// <summary>Empties partitions, batch by batch.</summary>
internal static class Emptying
{
    /// <summary>Removes the rows of a partition; returns whether it is empty.</summary>
    public static async Task<bool> EmptyAsync(
        this ITableStore tables, TableRange range, string kind, TimeBudget budget, Removed removed, CancellationToken cancellationToken)
    {
        while (true)
        {
            var keys = new List<string>();
            await foreach (var row in tables.QueryAsync(range with { Limit = TableLimits.MaxRowsPerWrite }, cancellationToken).ConfigureAwait(false))
            {
                keys.Add(row.Key);
            }

            await tables.WriteAllAsync(range.Partition, keys.ConvertAll(key => TableWrite.Delete(key)), cancellationToken).ConfigureAwait(false);
            removed.Add(kind, keys.Count);
            if (keys.Count < TableLimits.MaxRowsPerWrite)
            {
                return true;
            }

            if (budget.IsUsedUp)
            {
                return false;
            }
        }
    }
}
