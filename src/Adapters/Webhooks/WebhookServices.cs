using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Sentiment.Domain.Alerts.Delivery;
using Sentiment.Domain.Tenants;

namespace Sentiment.Adapters.Webhooks;

/// <summary>Registers webhooks.</summary>
public static class WebhookServices
{
    /// <summary>Registers <see cref="IWebhooks"/>; the services must have <see cref="AlertOptions"/> and <see cref="ISecrets"/>.</summary>
    public static IServiceCollection AddWebhooks(this IServiceCollection services) => services.AddSingleton<IWebhooks>(p => new WebhookClient(
        p.GetRequiredService<IOptions<AlertOptions>>(), p.GetRequiredService<ISecrets>(), p.GetRequiredService<TimeProvider>()));
}
