using System.Text.Json.Serialization;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants.Deletion;
using Sentiment.Domain.Workflows;

namespace Sentiment.Domain.Ingestion.Tables;

/// <summary>Which table of which run.</summary>
/// <param name="Run">The run.</param>
/// <param name="Tenant">The tenant.</param>
/// <param name="Table">The table.</param>
public sealed record TableId(string Run, string Tenant, string Table);

/// <summary>How asking for a table ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ClaimResult>))]
public enum ClaimResult
{
    /// <summary>The table is this run's.</summary>
    Claimed,

    /// <summary>Another unfinished run is at it: ask again later.</summary>
    Busy,

    /// <summary>Another unfinished run is at it: it was left out.</summary>
    Skipped,
}

/// <summary>
/// Claims a table for a run, so that no two runs are at it at a time. A claim of a run that has ended is taken over; of
/// one that has not, the overlap policy decides; but a backfill lets every other run go first: that one asks for the table,
/// and the backfill gives it away after the chunks under way and waits.
/// </summary>
internal sealed class ClaimTable(RunStore runs, TableStateStore tables, RunCancellation cancellation, DeletionStore deletions) : Activity<TableId, ClaimResult>
{
    public override async Task<ClaimResult> RunAsync(ActivityContext context, TableId input, CancellationToken cancellationToken)
    {
        var run = await runs.UnfinishedRunAsync(input.Run, cancellationToken).ConfigureAwait(false);
        if (await deletions.IsRunningAsync(input.Tenant, cancellationToken).ConfigureAwait(false))
        {
            throw new NonRetryableException($"Tenant '{input.Tenant}' is being deleted.");
        }

        if (await runs.TableAsync(input.Run, input.Tenant, input.Table, cancellationToken).ConfigureAwait(false) is { Status: WorkStatus.Skipped } left
            && left.Attempt == run.Attempt)
        {
            return ClaimResult.Skipped;
        }

        var claim = await tables.ClaimAsync(input.Tenant, input.Table, cancellationToken).ConfigureAwait(false);
        if (claim?.Row.Run == input.Run)
        {
            return ClaimResult.Claimed;
        }

        if (run.Arguments.Backfill && await HasToWaitAsync(input, cancellationToken).ConfigureAwait(false))
        {
            return ClaimResult.Busy;
        }

        if (claim is not null && await runs.GetAsync(claim.Row.Run, cancellationToken).ConfigureAwait(false) is { Row.EndedAt: null } other)
        {
            if (run.Arguments.Backfill)
            {
                return ClaimResult.Busy;
            }

            if (other.Row is { Arguments.Backfill: true, IsSuspended: false })
            {
                await tables.PutWantedAsync(input.Tenant, input.Table, input.Run, cancellationToken).ConfigureAwait(false);
                return ClaimResult.Busy;
            }

            switch (run.Overlap)
            {
                case OverlapPolicy.QueueOne:
                    return ClaimResult.Busy;
                case OverlapPolicy.Cancel:
                    await cancellation.CancelAsync(other.Row.Id, $"cancelled by {input.Run}", cancellationToken).ConfigureAwait(false);
                    claim = await tables.ClaimAsync(input.Tenant, input.Table, cancellationToken).ConfigureAwait(false);
                    break;
                default:
                    await runs.PutTableAsync(input.Run, new RunTableRow(
                        input.Tenant, input.Table, WorkStatus.Skipped, $"busy with {other.Row.Id}", 0, 0, 0, Ledger.Empty, run.Attempt), cancellationToken).ConfigureAwait(false);
                    return ClaimResult.Skipped;
            }
        }

        if (run.Arguments.Backfill)
        {
            await tables.PutBackfillAsync(input.Tenant, input.Table, input.Run, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            await tables.TakeClaimAsync(input.Tenant, input.Table, input.Run, claim, cancellationToken).ConfigureAwait(false);
            return ClaimResult.Claimed;
        }
        catch (TableConflictException)
        {
            return ClaimResult.Busy; // Another run was quicker by a moment; the next question finds its claim.
        }
    }

    // For another backfill that has chunks here, or for a run that asked for the table and is not held.
    private async Task<bool> HasToWaitAsync(TableId table, CancellationToken cancellationToken) =>
        await tables.BackfillAsync(table.Tenant, table.Table, cancellationToken).ConfigureAwait(false) is { } backfill && backfill.Run != table.Run
            && await runs.GetAsync(backfill.Run, cancellationToken).ConfigureAwait(false) is { Row.EndedAt: null }
        || await tables.WantedAsync(table.Tenant, table.Table, cancellationToken).ConfigureAwait(false) is { } wanted
            && await runs.GetAsync(wanted.Run, cancellationToken).ConfigureAwait(false) is { Row: { EndedAt: null, IsSuspended: false } };
}
