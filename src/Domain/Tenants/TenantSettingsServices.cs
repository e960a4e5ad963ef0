using Microsoft.Extensions.DependencyInjection;

namespace Sentiment.Domain.Tenants;

/// <summary>Registers what tenants' settings are kept and changed with.</summary>
public static class TenantSettingsServices
{
    /// <summary>Registers the stores; the services must have a table store.</summary>
    public static IServiceCollection AddTenantSettings(this IServiceCollection services) =>
        services.AddSingleton<IChangeTrail, ChangeTrail>();
}
