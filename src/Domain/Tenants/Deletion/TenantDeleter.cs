using Sentiment.Domain.Storage;
using Sentiment.Domain.Workflows;

namespace Sentiment.Domain.Tenants.Deletion;

/// <summary>Begins deletions of tenants.</summary>
public sealed class TenantDeleter(TenantStore tenants, DeletionStore deletions, IWorkflowClient workflows, DeletionOptions options, TimeProvider time)
{
    private const int SecondsPerStep = 30;

    /// <summary>Takes a tenant out of every list and begins to remove all that it has; a deletion under way, or one that failed, is gone on with.</summary>
    /// <param name="tenant">The tenant's id.</param>
    /// <param name="etag">What its entity tag must be; null: whatever it is.</param>
    /// <param name="by">Who asks.</param>
    /// <param name="cancellationToken">Gives up; asked again, it is gone on with.</param>
    /// <returns>The deletion; null: there is no such tenant, and none is being deleted.</returns>
    /// <exception cref="TableConflictException">The tenant is not as its entity tag says, or was changed at the same moment.</exception>
    public async Task<TenantDeletion?> BeginAsync(string tenant, string? etag, string by, CancellationToken cancellationToken)
    {
        var stored = await tenants.GetAsync(tenant, cancellationToken).ConfigureAwait(false);
        var known = await deletions.GetAsync(tenant, cancellationToken).ConfigureAwait(false);
        if (stored is null && known is null or { Row.Status: DeletionStatus.Completed })
        {
            return null;
        }

        if (stored is { Row.IsDeleting: false } && etag is not null && stored.Row.ETag != etag)
        {
            throw new TableConflictException("tenants", tenant, TableCondition.IfMatch);
        }

        // Before the tenant vanishes, so that whoever asks again finds what to go on with.
        if (known is not { Row.Status: DeletionStatus.Running })
        {
            known = await deletions.PutAsync(
                new(tenant, (known?.Row.Number ?? 0) + 1, by, DeletionStatus.Running, time.GetUtcNow(), null, new Dictionary<string, long>(), 0, null), known?.ETag, cancellationToken).ConfigureAwait(false);
        }

        if (stored is { Row.IsDeleting: false })
        {
            await tenants.BeginDeletionAsync(stored, by, cancellationToken).ConfigureAwait(false);
        }

        var call = new DeletionCall(tenant, known.Row.Number, SecondsPerStep, options.QuietSeconds);
        var instance = await workflows.StartAsync(nameof(DeleteTenantWorkflow), call, InstanceOf(known.Row), cancellationToken).ConfigureAwait(false);
        if (instance.HasEnded && await deletions.GetAsync(tenant, cancellationToken).ConfigureAwait(false) is { Row.Status: DeletionStatus.Running } dead)
        {
            // It was ended from outside, without a word in its row: asked for again, another goes on.
            await deletions.EndAsync(tenant, time.GetUtcNow(), dead.Row.Left, instance.Failure?.Message ?? $"its workflow was {instance.Status}", cancellationToken).ConfigureAwait(false);
            return await BeginAsync(tenant, null, by, cancellationToken).ConfigureAwait(false);
        }

        return known.Row;
    }

    private static string InstanceOf(TenantDeletion deletion) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"delete-{deletion.Tenant}-{deletion.Number}");
}

/// <summary>How tenants are deleted.</summary>
/// <param name="QuietSeconds">How long to wait before the last look: as long as other processes may still know the tenant; 0 where there are none.</param>
public sealed record DeletionOptions(int QuietSeconds);
