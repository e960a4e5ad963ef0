using Microsoft.Extensions.DependencyInjection;
using Sentiment.Domain.Alerts.Delivery;
using Sentiment.Domain.Ingestion.Chunks;

namespace Sentiment.Domain.Live;

/// <summary>Registers live state and who tells it.</summary>
public static class LiveServices
{
    /// <summary>
    /// Registers the readers of live groups. The services must have the ingestion, an <see cref="ILiveDocuments"/> and an
    /// <see cref="Tenants.ITenantDirectory"/>.
    /// </summary>
    public static IServiceCollection AddLiveState(this IServiceCollection services) => services
        .AddAlertStores().AddSingleton<LiveBars>().AddSingleton<LiveRuns>().AddSingleton<LiveState>()
        .AddSingleton(p => new LiveSnapshots(p.GetRequiredService<LiveState>(), p.GetRequiredService<TimeProvider>()));

    /// <summary>
    /// Registers who tells a hub's groups of changes; hosts without an <see cref="ILiveHub"/> leave it out, and nothing is told or
    /// costs anything. The services must have <see cref="AddLiveState"/> and <see cref="LiveOptions"/>.
    /// </summary>
    public static IServiceCollection AddLivePublisher(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);

        // Told of a page before those that read the store for it: a dashboard waits for none of them, nor for what fails there.
        services.Insert(0, ServiceDescriptor.Singleton<IPageAnnouncer, LivePages>());
        return services
            .AddSingleton<LiveSignals>().AddSingleton<ILiveSignals>(p => p.GetRequiredService<LiveSignals>())
            .AddHostedService<LivePublisher>();
    }
}
