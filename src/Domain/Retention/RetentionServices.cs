using Microsoft.Extensions.DependencyInjection;
using Sentiment.Domain.Workflows;

namespace Sentiment.Domain.Retention;

/// <summary>Registers the retention.</summary>
public static class RetentionServices
{
    /// <summary>
    /// Registers its activities' parts and adds workflows and activities to the registry that
    /// <see cref="Ingestion.IngestionServices.AddIngestion(IServiceCollection)"/> made; call it after that.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is no such registry.</exception>
    public static IServiceCollection AddRetention(this IServiceCollection services)
    {
        var registry = services.LastOrDefault(s => s.ServiceType == typeof(WorkflowRegistry))?.ImplementationInstance as WorkflowRegistry
            ?? throw new InvalidOperationException($"{nameof(AddRetention)} needs the registry that AddIngestion makes: call that first.");
        registry.AddRetention();
        services.AddSingleton<OldBodies>();
        services.AddSingleton<OldQuarantine>();
        services.AddSingleton<OldAlerts>();
        services.AddSingleton<OldItems>();
        services.AddSingleton<OldDays>();
        services.AddSingleton<OldPrices>();
        services.AddSingleton<RunRemoval>();
        services.AddSingleton<RetentionStarter>();
        return services;
    }

    /// <summary>Adds the retention's workflows and activities under their type names.</summary>
    public static WorkflowRegistry AddRetention(this WorkflowRegistry registry) => registry
        .AddWorkflow<RetentionWorkflow, RetentionInput, RetentionOutcome>()
        .AddWorkflow<TenantRetentionWorkflow, RetentionCall, Nothing>()
        .AddActivity<NextRetainedTenants, string, IReadOnlyList<string>>()
        .AddActivity<RetainTenant, RetentionCall, RetentionStep?>()
        .AddActivity<RemoveRuns, RetentionCall, RetentionStep?>()
        .AddActivity<PurgeHistories, RetentionCall, RetentionStep?>();
}
