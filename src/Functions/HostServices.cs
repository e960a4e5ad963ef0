using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Sentiment.Adapters.AzureBlobs;
using Sentiment.Adapters.AzureStorage;
using Sentiment.Adapters.AzureTables;
using Sentiment.Adapters.Caching;
using Sentiment.Adapters.Configuration;
using Sentiment.Adapters.Http;
using Sentiment.Adapters.Onnx;
using Sentiment.Adapters.Outbox;
using Sentiment.Adapters.Secrets;
using Sentiment.Adapters.Webhooks;
using Sentiment.Api;
using Sentiment.Domain.Alerts.Delivery;
using Sentiment.Domain.Alerts.Rules;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Live;
using Sentiment.Domain.Retention;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Trends;
using Sentiment.Functions.Durable;
using Sentiment.Functions.Http;
using Sentiment.Functions.Live;
using Sentiment.Functions.Tenants;

namespace Sentiment.Functions;

/// <summary>Composes the product on Azure: Durable Functions, Azure tables and blobs, Key Vault, Web PubSub.</summary>
internal static class HostServices
{
    /// <summary>Registers everything but the worker itself.</summary>
    /// <exception cref="ArgumentException">A configured value is not as expected; the message names its key.</exception>
    public static IServiceCollection AddSentiment(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        var storage = configuration.GetSection(AzureStorageOptions.Section);
        services.AddAzureTables(storage.Bind).AddAzureBlobs(storage.Bind);
        services.AddSecrets(configuration).AddSources(configuration).AddResponseCache(configuration).AddScoring(configuration).AddMail(configuration, outbox: null);
        services.AddDocumentCache(configuration, isOneProcess: false).AddBound<LiveOptions>(configuration, LiveOptions.Section).AddWebPubSub(configuration);
        services.AddTenants(configuration);

        services.AddBound<IngestionOptions>(configuration, IngestionOptions.Section).AddIngestion().AddAlertRules(isOneProcess: false);
        services.AddBound<TrendOptions>(configuration, TrendOptions.Section);
        services.AddBound<RetentionOptions>(configuration, RetentionOptions.Section).AddRetention().AddTenantDeletion(isOneProcess: false);
        services.AddBound<AlertOptions>(configuration, AlertOptions.Section).AddWebhooks().AddAlertDelivery().AddDurableWorkflows();
        var schedule = configuration.GetSection(ScheduleOptions.Section);
        services.AddSingleton(Options.Create(ScheduleOptions.Read(schedule[nameof(ScheduleOptions.Cron)], schedule[nameof(ScheduleOptions.Overlap)])));
        services.AddSingleton<ScheduledRuns>();

        services.AddBound<ApiOptions>(configuration, ApiOptions.Section).AddSentimentApi().AddSingleton<IAdminKey, SecretAdminKey>().AddSingleton<ApiPipeline>();
        return services;
    }
}
