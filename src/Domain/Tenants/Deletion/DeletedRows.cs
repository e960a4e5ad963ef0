using Sentiment.Domain.Caching;
using Sentiment.Domain.Quotas;
using Sentiment.Domain.Retention;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Tenants.Deletion;

/// <summary>Removes a tenant's rows of every kind but its part in runs, and the documents that are kept of them.</summary>
internal sealed class DeletedRows(
    TenantPlaces places, TenantStore tenants, SourceCatalog sources, ISecrets secrets, ITableStore tables, DocumentCache? documents = null)
{
    private const int PlacesPerRead = 200;
    private const int MostOthers = 200;

    /// <summary>Removes what there is; returns whether it is done.</summary>
    public async Task<bool> RemoveAsync(string tenant, TimeBudget budget, Removed removed, CancellationToken cancellationToken)
    {
        while (true)
        {
            // A snapshot holds on to what is removed meanwhile: so it is closed before anything is.
            var found = new List<TenantPlace>();
            await foreach (var place in places.OfAsync(tenant, cancellationToken).ConfigureAwait(false))
            {
                found.Add(place);
                if (found.Count == PlacesPerRead)
                {
                    break;
                }
            }

            foreach (var place in found)
            {
                if (!await tables.EmptyAsync(place.Range, place.Kind, budget, removed, cancellationToken).ConfigureAwait(false))
                {
                    return false;
                }
            }

            if (found.Count < PlacesPerRead)
            {
                break;
            }

            if (budget.IsUsedUp)
            {
                return false;
            }
        }

        await RemoveQuotasAsync(tenant, budget, removed, cancellationToken).ConfigureAwait(false);
        if (documents is not null)
        {
            await documents.ForgetAsync(tenant, [], cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    /// <summary>Ledgers of credentials that nobody else calls with; a row has no tenant's name in it, so in doubt it stays.</summary>
    private async Task RemoveQuotasAsync(string tenant, TimeBudget budget, Removed removed, CancellationToken cancellationToken)
    {
        if (await tenants.GetAsync(tenant, cancellationToken).ConfigureAwait(false) is not { } stored)
        {
            return;
        }

        var all = await tenants.AllAsync(cancellationToken).ConfigureAwait(false);
        foreach (var (vendor, reference) in stored.Row.Tenant.Credentials)
        {
            var others = all.Where(t => t.Row.Tenant.Id != tenant).Select(t => t.Row.Tenant.Credentials.GetValueOrDefault(vendor))
                .Concat(sources.Descriptions.Where(d => d.Vendor == vendor).Select(d => d.Auth.Credential)).OfType<string>().ToHashSet(StringComparer.Ordinal);
            if (others.Contains(reference) || others.Count > MostOthers || await SecretAsync(reference, cancellationToken).ConfigureAwait(false) is not { } secret)
            {
                continue;
            }

            var isShared = false;
            foreach (var other in others)
            {
                isShared |= await SecretAsync(other, cancellationToken).ConfigureAwait(false) == secret;
            }

            if (!isShared)
            {
                var key = QuotaRow.KeyOf(vendor, VendorBudget.NameOf(secret));
                await tables.EmptyAsync(new(QuotaRow.Partition, key, Rows.After(key)), "quotas", budget, removed, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<string?> SecretAsync(string reference, CancellationToken cancellationToken)
    {
        try
        {
            return await secrets.ResolveAsync(reference, cancellationToken).ConfigureAwait(false);
        }
        catch (SecretMissingException)
        {
            return null;
        }
    }
}
