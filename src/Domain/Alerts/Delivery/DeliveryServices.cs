using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Sentiment.Domain.Alerts.Rules;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Workflows;

namespace Sentiment.Domain.Alerts.Delivery;

/// <summary>Registers the delivery of alerts.</summary>
public static class DeliveryServices
{
    /// <summary>
    /// Registers stores and activities' parts and adds workflow and activities to the registry that
    /// <see cref="Ingestion.IngestionServices.AddIngestion(IServiceCollection)"/> made; call it after that. The services must have
    /// an <see cref="IMailer"/>, an <see cref="IWebhooks"/>, an <see cref="ILinkKey"/> and <see cref="AlertOptions"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is no such registry.</exception>
    public static IServiceCollection AddAlertDelivery(this IServiceCollection services)
    {
        var registry = services.LastOrDefault(s => s.ServiceType == typeof(WorkflowRegistry))?.ImplementationInstance as WorkflowRegistry
            ?? throw new InvalidOperationException($"{nameof(AddAlertDelivery)} needs the registry that AddIngestion makes: call that first.");
        registry.AddAlertDelivery();
        services.AddOptions();
        services.TryAddSingleton<RuleStore>();
        services.TryAddSingleton<IChangeTrail, ChangeTrail>();
        services.TryAddSingleton<TenantStore>();
        services.AddAlertStores().AddSingleton<MessageSender>();
        return services.AddSingleton<IAlertRaiser, AlertRaiser>().AddSingleton<IScheduleListener>(p => p.GetRequiredService<OpenAlerts>());
    }

    /// <summary>Registers what reads alerts and steers their delivery; the services must have an <see cref="ILinkKey"/> and a workflow client.</summary>
    public static IServiceCollection AddAlertStores(this IServiceCollection services)
    {
        services.TryAddSingleton<AlertStore>();
        services.TryAddSingleton<OpenAlerts>();
        services.TryAddSingleton<AlertResend>();
        services.TryAddSingleton<Unsubscribing>();
        return services;
    }

    /// <summary>Adds the delivery's workflow and activities under their type names.</summary>
    public static WorkflowRegistry AddAlertDelivery(this WorkflowRegistry registry) => registry
        .AddWorkflow<DeliverAlertWorkflow, DeliverAlertInput, Nothing>()
        .AddActivity<PrepareDelivery, DeliverAlertInput, DeliveryPlan>()
        .AddActivity<DeliverToTarget, DeliveryCall, DeliveryStep>();
}
