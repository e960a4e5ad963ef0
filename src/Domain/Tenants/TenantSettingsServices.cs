using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Sentiment.Domain.Access;
using Sentiment.Domain.Tenants.Deletion;
using Sentiment.Domain.Workflows;

namespace Sentiment.Domain.Tenants;

/// <summary>Registers what tenants' settings are kept and changed with, and how tenants are deleted.</summary>
public static class TenantSettingsServices
{
    /// <summary>Registers the stores; the services must have a table store.</summary>
    public static IServiceCollection AddTenantSettings(this IServiceCollection services)
    {
        services.TryAddSingleton<IChangeTrail, ChangeTrail>();
        services.TryAddSingleton<TenantStore>();
        services.TryAddSingleton<DeletionStore>();
        services.TryAddSingleton<KeyStore>();
        services.TryAddSingleton<TenantTicks>();
        services.TryAddSingleton<CredentialCheck>();
        return services;
    }

    /// <summary>Registers the tenants of the store as those there are, with a file that is taken over into it.</summary>
    /// <param name="services">The services.</param>
    /// <param name="file">Makes the reader of the file.</param>
    public static IServiceCollection AddStoredTenants(this IServiceCollection services, Func<IServiceProvider, ITenantDirectory> file) => services
        .AddTenantSettings()
        .AddSingleton(provider => new TenantSeed(
            file(provider), provider.GetRequiredService<TenantStore>(), provider.GetRequiredService<DeletionStore>(), provider.GetRequiredService<ILogger<TenantSeed>>()))
        .AddSingleton<ITenantDirectory, StoredDirectory>();

    /// <summary>Registers the deletion of tenants; it goes after the ingestion.</summary>
    /// <param name="services">The services.</param>
    /// <param name="isOneProcess">Whether no other process works on the same store.</param>
    /// <exception cref="InvalidOperationException">There is no ingestion.</exception>
    public static IServiceCollection AddTenantDeletion(this IServiceCollection services, bool isOneProcess)
    {
        var registry = services.LastOrDefault(s => s.ServiceType == typeof(WorkflowRegistry))?.ImplementationInstance as WorkflowRegistry
            ?? throw new InvalidOperationException($"{nameof(AddTenantDeletion)} needs the registry that AddIngestion makes: call that first.");
        registry.AddTenantDeletion();
        services.AddSingleton(new DeletionOptions(isOneProcess ? 0 : (int)(2 * StoredDirectory.Life).TotalSeconds));
        services.AddSingleton<TenantPlaces>();
        services.AddSingleton<DeletedKeys>();
        services.AddSingleton<DeletedWork>();
        services.AddSingleton<DeletedRuns>();
        services.AddSingleton<DeletedRows>();
        services.AddSingleton<DeletedBodies>();
        services.AddSingleton<LastLook>();
        services.AddSingleton<TenantDeleter>();
        return services;
    }

    /// <summary>Adds the deletion's workflow and activities under their type names.</summary>
    public static WorkflowRegistry AddTenantDeletion(this WorkflowRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        return registry
            .AddWorkflow<DeleteTenantWorkflow, DeletionCall, Nothing>()
            .AddActivity<DeleteTenantPart, DeletionCall, DeletionStep>()
            .AddActivity<FailDeletion, FailedDeletion, Nothing>();
    }
}
