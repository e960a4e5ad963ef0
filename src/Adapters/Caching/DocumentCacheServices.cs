using Microsoft.Extensions.Caching.StackExchangeRedis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sentiment.Adapters.Configuration;
using Sentiment.Domain.Caching;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Tenants;
using ZiggyCreatures.Caching.Fusion;
using ZiggyCreatures.Caching.Fusion.Backplane.StackExchangeRedis;

namespace Sentiment.Adapters.Caching;

/// <summary>Registers the cache of documents that are read.</summary>
public static class DocumentCacheServices
{
    /// <summary>
    /// Registers the cache, its second level in Redis where one is configured for answers of vendors, and who tells it of
    /// committed pages. The services must have secrets and sources.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The configuration.</param>
    /// <param name="isOneProcess">Whether this process commits every page that there is: it may keep documents longer, and makes them again ahead of time.</param>
    /// <exception cref="ArgumentException">The connection to Redis is not a reference; the message names its key.</exception>
    public static IServiceCollection AddDocumentCache(this IServiceCollection services, IConfiguration configuration, bool isOneProcess)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.TryAddSingleton(TimeProvider.System);
        services.AddBound<ReadOptions>(configuration, ReadOptions.Section);
        var redis = configuration.GetSection($"{CachingOptions.Section}:{nameof(CachingOptions.Redis)}").Get<RedisOptions>() ?? new();
        if (!redis.IsReference)
        {
            throw new ArgumentException($"{CachingOptions.Section}:{nameof(CachingOptions.Redis)}:{nameof(RedisOptions.Connection)}: {RedisOptions.Expected}");
        }

        if (redis.Connection is { Length: > 0 } reference)
        {
            services.AddSingleton(provider => Shared(reference, provider));
        }

        if (isOneProcess)
        {
            services.AddSingleton<DocumentWarmth>().AddHostedService<DocumentWarming>();
        }

        services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<ReadOptions>>().Value;
            var shared = provider.GetService<SharedLevel>();
            var seconds = options.Seconds != 0 ? options.Seconds
                : isOneProcess || shared is not null ? ReadOptions.SecondsWherePagesAreHeardOf : ReadOptions.SecondsWhereTheyAreNot;
            return new DocumentCache(
                options, TimeSpan.FromSeconds(seconds), shared, provider.GetService<DocumentWarmth>(), provider.GetRequiredService<TimeProvider>(),
                provider.GetService<ILogger<FusionCache>>());
        });
        return services.AddSingleton<IPageAnnouncer, PageDocuments>();
    }

    private static SharedLevel Shared(string reference, IServiceProvider provider)
    {
        var connect = RedisConnection.To(reference, provider.GetRequiredService<ISecrets>());
        return new(
            new RedisCache(Options.Create(new RedisCacheOptions { InstanceName = "sentiment:reads:", ConnectionMultiplexerFactory = connect })),
            new RedisBackplane(Options.Create(new RedisBackplaneOptions { ConnectionMultiplexerFactory = connect })));
    }
}
