using Sentiment.Domain.Diagnostics;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Retention;

/// <summary>Removes vendors' answers by the day they were fetched; a body is shared only by pages of its day.</summary>
internal sealed class OldBodies(RetentionStore retention, RunStore runs, IBlobStore blobs)
{
    private const int BodiesPerStep = 100;

    /// <summary>Where all of a tenant's bodies lie.</summary>
    public static string FolderOf(string tenant) => $"raw/{tenant}/";

    /// <summary>Where a tenant's bodies of a day lie.</summary>
    public static string Folder(string tenant, string day) => $"{FolderOf(tenant)}{day}/";

    /// <summary>Removes bodies older than so many days; returns whether it is done.</summary>
    public async Task<bool> RemoveAsync(RetainedTenant tenant, DateTimeOffset at, int days, TimeBudget budget, CancellationToken cancellationToken)
    {
        var horizon = Rows.Day(await NeededFromAsync(Days.Before(at, days), cancellationToken).ConfigureAwait(false));
        var marks = await retention.MoveAsync(tenant.Tenant, m => m with { Bodies = Days.Later(m.Bodies, horizon) }, cancellationToken).ConfigureAwait(false);
        var day = Days.Later(marks.BodiesDone, tenant.Since);
        while (Days.IsBefore(day, marks.Bodies))
        {
            while (await StepAsync(Folder(tenant.Tenant, day), cancellationToken).ConfigureAwait(false))
            {
                if (budget.IsUsedUp)
                {
                    return false;
                }
            }

            day = Days.Next(day);
            var done = day;
            await retention.MoveAsync(tenant.Tenant, m => m with { BodiesDone = Days.Later(m.BodiesDone, done) }, cancellationToken).ConfigureAwait(false);
            if (budget.IsUsedUp)
            {
                return !Days.IsBefore(day, marks.Bodies);
            }
        }

        return true;
    }

    // A run that is not finished may have to read a pinned page again.
    private async Task<DateTimeOffset> NeededFromAsync(DateTimeOffset horizon, CancellationToken cancellationToken)
    {
        foreach (var status in (WorkStatus[])[WorkStatus.Pending, WorkStatus.Running])
        {
            await foreach (var run in runs.OfStatusAsync(status, cancellationToken).ConfigureAwait(false))
            {
                var from = Days.Before(run.StartedAt, 1);
                horizon = from < horizon ? from : horizon;
            }
        }

        return horizon;
    }

    private async Task<bool> StepAsync(string folder, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        await foreach (var name in blobs.ListAsync(folder, cancellationToken).ConfigureAwait(false))
        {
            names.Add(name);
            if (names.Count == BodiesPerStep)
            {
                break;
            }
        }

        foreach (var name in names)
        {
            await blobs.DeleteAsync(name, cancellationToken).ConfigureAwait(false);
        }

        SentimentMeter.RetentionRemoved.Add(names.Count, new KeyValuePair<string, object?>("kind", "body"));
        return names.Count == BodiesPerStep;
    }
}
