using Sentiment.Domain.Alerts;
using Sentiment.Domain.Retention;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Tenants.Deletion;

/// <summary>Removes a tenant's archived bodies, which lie in a folder of its own: no other tenant's page is pinned to one; and mail that was kept instead of being sent.</summary>
internal sealed class DeletedBodies(IBlobStore blobs, IEnumerable<IOutbox> outboxes)
{
    private const int BodiesPerStep = 100;

    /// <summary>Removes what there is; returns whether it is done.</summary>
    public async Task<bool> RemoveAsync(string tenant, TimeBudget budget, Removed removed, CancellationToken cancellationToken)
    {
        while (true)
        {
            var names = new List<string>();
            await foreach (var name in blobs.ListAsync(OldBodies.FolderOf(tenant), cancellationToken).ConfigureAwait(false))
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

            removed.Add("bodies", names.Count);
            var mails = 0;
            foreach (var outbox in outboxes)
            {
                mails += await outbox.RemoveAsync(tenant, BodiesPerStep, cancellationToken).ConfigureAwait(false);
            }

            removed.Add("mails", mails);
            if (names.Count < BodiesPerStep && mails < BodiesPerStep)
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
