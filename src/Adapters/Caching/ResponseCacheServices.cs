using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.StackExchangeRedis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sentiment.Adapters.Configuration;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;
using ZiggyCreatures.Caching.Fusion;

namespace Sentiment.Adapters.Caching;

/// <summary>Registers the cache of vendors' answers.</summary>
public static class ResponseCacheServices
{
    /// <summary>Registers the cache unless it is switched off; the sources use it where it is registered. The services must have a table store and secrets.</summary>
    /// <exception cref="ArgumentException">A configured value is not as expected; the message names its key.</exception>
    public static IServiceCollection AddResponseCache(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var section = configuration.GetSection(CachingOptions.Section);
        var enabled = section[nameof(CachingOptions.Enabled)] is not { } text || (bool.TryParse(text, out var said)
            ? said : throw new ArgumentException($"{CachingOptions.Section}:{nameof(CachingOptions.Enabled)}: '{text}' is neither true nor false"));
        if (!enabled)
        {
            return services;
        }

        var pace = new SchedulePace(configuration.GetSection(ScheduleOptions.Section)[nameof(ScheduleOptions.Cron)] ?? new ScheduleOptions().Cron);
        services.TryAddSingleton(TimeProvider.System);
        services.AddBound<CachingOptions>(configuration, CachingOptions.Section);
        services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<CachingOptions>>().Value;
            var time = provider.GetRequiredService<TimeProvider>();
            return new ResponseCache(
                options, new(options.Market.Hours(), pace, TimeSpan.FromHours(options.ClosedHours)), Second(options, provider, time), time,
                provider.GetService<ILogger<FusionCache>>());
        });
        return services;
    }

    private static IDistributedCache Second(CachingOptions options, IServiceProvider provider, TimeProvider time)
    {
        if (options.Redis.Connection is not { Length: > 0 } reference)
        {
            return new TableCache(provider.GetRequiredService<ITableStore>(), options.Life, time);
        }

        var secrets = provider.GetRequiredService<ISecrets>();
        return new RedisCache(Options.Create(new RedisCacheOptions
        {
            InstanceName = "sentiment:",
            ConnectionMultiplexerFactory = RedisConnection.To(reference, secrets),
        }));
    }
}
