using Microsoft.Extensions.DependencyInjection.Extensions;
using Sentiment.Adapters.Caching;
using Sentiment.Adapters.Configuration;
using Sentiment.Adapters.Files;
using Sentiment.Adapters.Http;
using Sentiment.Adapters.Onnx;
using Sentiment.Adapters.Outbox;
using Sentiment.Adapters.Secrets;
using Sentiment.Adapters.Sqlite;
using Sentiment.Adapters.Webhooks;
using Sentiment.Domain.Alerts.Delivery;
using Sentiment.Domain.Alerts.Rules;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Retention;
using Sentiment.Domain.Trends;
using Sentiment.Engine;
using Sentiment.LocalHost.Data;

namespace Sentiment.LocalHost;

/// <summary>Composes the pipeline on one machine: the embedded engine, SQLite tables, files, ONNX.</summary>
public static class PipelineServices
{
    /// <summary>Registers everything that works on a data folder.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The configuration.</param>
    /// <param name="path">The data folder.</param>
    public static IServiceCollection AddPipeline(this IServiceCollection services, IConfiguration configuration, string path)
    {
        var folder = new DataFolder(path);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSecrets(configuration);
        services.AddSources(configuration).AddResponseCache(configuration).AddDocumentCache(configuration, isOneProcess: true);
        services.AddScoring(configuration);
        services.AddStores(configuration, path, readOnly: false);
        services.AddBound<IngestionOptions>(configuration, IngestionOptions.Section);
        services.AddBound<TrendOptions>(configuration, TrendOptions.Section);
        services.AddBound<RetentionOptions>(configuration, RetentionOptions.Section);
        services.AddIngestion().AddRetention().AddAlertRules(isOneProcess: true).AddAlertDelivery();
        services.AddBound<AlertOptions>(configuration, AlertOptions.Section).AddMail(configuration, folder.Outbox).AddWebhooks();
        services.TryAddSingleton<ILinkKey>(_ => AdminKeyFile.OpenOrCreate(folder));
        services.AddEmbeddedEngine((_, options) => options.Path = folder.Engine);
        return services;
    }

    /// <summary>Registers the stores of a data folder.</summary>
    public static IServiceCollection AddStores(this IServiceCollection services, IConfiguration configuration, string path, bool readOnly)
    {
        var folder = new DataFolder(path);
        var storage = new StorageOptions();
        configuration.GetSection(StorageOptions.Section).Bind(storage);
        services.AddSqliteTables(options =>
        {
            options.Path = folder.Tables;
            options.ReadOnly = readOnly;
            options.Durability = storage.Durability;
        });
        return services.AddFileBlobs(options =>
        {
            options.Root = folder.Blobs;
            options.ReadOnly = readOnly;
            options.FlushToDisk = storage.Durability == SqliteDurability.PowerLoss;
        });
    }
}

/// <summary>How a data folder is written.</summary>
public sealed record StorageOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Storage";

    /// <summary>What a write survives: <c>Process</c> (the default; any end of the process) or <c>PowerLoss</c>.</summary>
    public SqliteDurability Durability { get; init; } = SqliteDurability.Process;
}
