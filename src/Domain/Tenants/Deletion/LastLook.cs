using Sentiment.Domain.Alerts;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Retention;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Tenants.Deletion;

/// <summary>Looks at every place that can hold something of a tenant; where nothing is found, the tenant's own row goes, too.</summary>
internal sealed class LastLook(TenantPlaces places, TenantStore tenants, ITableStore tables, ITableSnapshots snapshots, IBlobStore blobs, IEnumerable<IOutbox> outboxes)
{
    private const int RunsPerRead = 100;

    /// <summary>Counts on after a run; the first call counts what belongs to no run.</summary>
    /// <returns>How many rows and bodies were found, and where to go on; null: all was looked at.</returns>
    public async Task<(long Found, string? After)> CountAsync(string tenant, string? after, TimeBudget budget, CancellationToken cancellationToken)
    {
        var found = after is null ? await CountAsync(tenant, cancellationToken).ConfigureAwait(false) : 0;
        while (true)
        {
            var page = await RunStore.PageAsync(tables, after, RunsPerRead, cancellationToken).ConfigureAwait(false);
            foreach (var run in page)
            {
                found += run.Arguments.Tenants.Contains(tenant, StringComparer.Ordinal) ? 1 : 0;
                foreach (var range in DeletedRuns.RangesOf(run.Id, tenant))
                {
                    found += await tables.QueryAsync(range, cancellationToken).CountAsync(cancellationToken).ConfigureAwait(false);
                }

                found += await PagesAsync(run.Id, tenant, cancellationToken).ConfigureAwait(false);
                after = run.Id;
            }

            if (page.Count < RunsPerRead)
            {
                return (found, null);
            }

            if (budget.IsUsedUp)
            {
                return (found, after);
            }
        }
    }

    /// <summary>Removes the tenant's own row.</summary>
    public async Task CloseAsync(string tenant, CancellationToken cancellationToken)
    {
        if (await tenants.GetAsync(tenant, cancellationToken).ConfigureAwait(false) is { Row.IsDeleting: true } stored)
        {
            await tenants.RemoveAsync(stored, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<long> CountAsync(string tenant, CancellationToken cancellationToken)
    {
        var found = 0L;
        await foreach (var place in places.OfAsync(tenant, cancellationToken).ConfigureAwait(false))
        {
            found += await tables.QueryAsync(place.Range, cancellationToken).CountAsync(cancellationToken).ConfigureAwait(false);
        }

        foreach (var outbox in outboxes)
        {
            found += await outbox.CountAsync(tenant, cancellationToken).ConfigureAwait(false);
        }

        return found + await blobs.ListAsync(OldBodies.FolderOf(tenant), cancellationToken).CountAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<int> PagesAsync(string run, string tenant, CancellationToken cancellationToken)
    {
        var snapshot = await snapshots.OpenSnapshotAsync(cancellationToken).ConfigureAwait(false);
        await using (snapshot.ConfigureAwait(false))
        {
            return await snapshot.PartitionsAsync(ChunkStore.PagesOf(run, tenant), cancellationToken).CountAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
