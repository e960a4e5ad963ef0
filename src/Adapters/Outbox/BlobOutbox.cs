using Sentiment.Domain.Alerts;
using Sentiment.Domain.Storage;

namespace Sentiment.Adapters.Outbox;

/// <summary>Mail kept as blobs, <c>outbox/TENANT/TIME-ID.eml</c>.</summary>
internal sealed class BlobOutbox(IBlobStore blobs) : IOutbox
{
    /// <summary>What the names of a tenant's mail begin with.</summary>
    public static string FolderOf(string tenant) => $"outbox/{tenant}/";

    /// <inheritdoc/>
    public async Task<long> CountAsync(string tenant, CancellationToken cancellationToken) =>
        await blobs.ListAsync(FolderOf(tenant), cancellationToken).LongCountAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<int> RemoveAsync(string tenant, int most, CancellationToken cancellationToken)
    {
        var names = await blobs.ListAsync(FolderOf(tenant), cancellationToken).Take(most).ToListAsync(cancellationToken).ConfigureAwait(false);
        foreach (var name in names)
        {
            await blobs.DeleteAsync(name, cancellationToken).ConfigureAwait(false);
        }

        return names.Count;
    }
}
