using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sentiment.Domain.Workflows;

namespace Sentiment.Engine;

/// <summary>Registers the embedded engine.</summary>
public static class EngineServiceCollectionExtensions
{
    /// <summary>
    /// Registers one <see cref="EmbeddedEngine"/>, also as <see cref="IWorkflowClient"/> and as a hosted service that starts
    /// and stops with the host. The services must have a <see cref="WorkflowRegistry"/> and logging.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options; at least the path.</param>
    public static IServiceCollection AddEmbeddedEngine(this IServiceCollection services, Action<IServiceProvider, EngineOptions> configure)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider =>
        {
            var options = new EngineOptions();
            configure(provider, options);
            return options;
        });
        services.AddSingleton(provider => new EmbeddedEngine(
            provider.GetRequiredService<EngineOptions>(), provider.GetRequiredService<WorkflowRegistry>(), provider,
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<IWorkflowClient>(provider => provider.GetRequiredService<EmbeddedEngine>());
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<EmbeddedEngine>());
        return services;
    }
}
