namespace Sentiment.Domain.Tenants;

/// <summary>Knows which tenants there are now.</summary>
public interface ITenantDirectory
{
    /// <summary>The tenants.</summary>
    /// <param name="cancellationToken">Gives the read up.</param>
    /// <exception cref="TenantsFileException">What they are read from has problems; each is named by its JSON path.</exception>
    ValueTask<TenantRoster> GetAsync(CancellationToken cancellationToken);
}

/// <summary>Tenants that were read once and stay.</summary>
/// <param name="roster">The tenants.</param>
public sealed class FixedTenants(TenantRoster roster) : ITenantDirectory
{
    /// <inheritdoc/>
    public ValueTask<TenantRoster> GetAsync(CancellationToken cancellationToken) => new(roster);
}
