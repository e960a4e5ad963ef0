using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Tenants.Deletion;

/// <summary>Deletions of tenants in partition <c>deletions</c>, by tenant; a row says, too, that the tenants file no longer counts for that id.</summary>
public sealed class DeletionStore(ITableStore tables)
{
    private const string Partition = "deletions";

    /// <summary>The last deletion of a tenant; null: there was none.</summary>
    public async Task<Stored<TenantDeletion>?> GetAsync(string tenant, CancellationToken cancellationToken) =>
        TenantsFile.IsId(tenant) && await tables.GetAsync(Partition, tenant, cancellationToken).ConfigureAwait(false) is { } row ? Read(row) : null;

    /// <summary>Those of some tenants that were deleted.</summary>
    public async Task<IReadOnlySet<string>> OfAsync(IEnumerable<string> tenants, CancellationToken cancellationToken) =>
        (await tables.GetAllAsync(Partition, tenants, cancellationToken).ConfigureAwait(false)).Keys.ToHashSet(StringComparer.Ordinal);

    /// <summary>Whether a tenant's data are being removed at the moment.</summary>
    public async Task<bool> IsRunningAsync(string tenant, CancellationToken cancellationToken) =>
        await GetAsync(tenant, cancellationToken).ConfigureAwait(false) is { Row.Status: not DeletionStatus.Completed };

    /// <summary>Writes a deletion, over the one that was read where there is one.</summary>
    /// <exception cref="TableConflictException">It is not as it was read.</exception>
    internal async Task<Stored<TenantDeletion>> PutAsync(TenantDeletion deletion, string? etag, CancellationToken cancellationToken)
    {
        var data = Rows.Write(deletion, TenantJson.Default.TenantDeletion);
        var etags = await tables.WriteAsync(Partition,
            [etag is null ? TableWrite.Insert(deletion.Tenant, Rows.Version, data) : TableWrite.IfMatch(deletion.Tenant, Rows.Version, data, etag)], cancellationToken).ConfigureAwait(false);
        return new(deletion, etags[0]);
    }

    /// <summary>Adds to what a deletion has removed.</summary>
    internal Task CountAsync(string tenant, IReadOnlyDictionary<string, long> removed, CancellationToken cancellationToken) => removed.Count == 0 ? Task.CompletedTask
        : ChangeAsync(tenant, d => d with
        {
            Removed = removed.Keys.Union(d.Removed.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .ToDictionary(kind => kind, kind => d.Removed.GetValueOrDefault(kind) + removed.GetValueOrDefault(kind), StringComparer.Ordinal)
        }, cancellationToken);

    /// <summary>Ends a deletion: well where there is no reason why not.</summary>
    internal Task EndAsync(string tenant, DateTimeOffset at, long left, string? reason, CancellationToken cancellationToken) => ChangeAsync(
        tenant, d => d with { Status = reason is null ? DeletionStatus.Completed : DeletionStatus.Failed, EndedAt = at, Left = left, Reason = reason }, cancellationToken);

    private async Task ChangeAsync(string tenant, Func<TenantDeletion, TenantDeletion> change, CancellationToken cancellationToken)
    {
        while (await GetAsync(tenant, cancellationToken).ConfigureAwait(false) is { } stored)
        {
            try
            {
                await PutAsync(change(stored.Row), stored.ETag, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (TableConflictException)
            {
                // An overtaken try of the same step counted in between: read again.
            }
        }
    }

    private static Stored<TenantDeletion> Read(TableRow row) => new(Rows.Read(row, TenantJson.Default.TenantDeletion), row.ETag);
}
