using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Sentiment.Domain.Workflows;

namespace Sentiment.Functions.Durable;

/// <summary>Registers Durable Task as the engine of workflows.</summary>
public static class DurableServices
{
    /// <summary>
    /// Registers <see cref="DurableWorkflowClient"/> as <see cref="IWorkflowClient"/>, and what the functions need. The
    /// services must have a <see cref="WorkflowRegistry"/> and logging.
    /// </summary>
    public static IServiceCollection AddDurableWorkflows(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<DurableClientSlot>();
        services.AddSingleton<IWorkflowClient, DurableWorkflowClient>();
        services.AddSingleton<ActivityAttempt>();
        services.AddSingleton<DurableFunctions>();
        return services;
    }
}
