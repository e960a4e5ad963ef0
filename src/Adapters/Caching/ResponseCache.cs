using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Logging;
using Sentiment.Domain.Diagnostics;
using Sentiment.Domain.Sources;
using ZiggyCreatures.Caching.Fusion;
using ZiggyCreatures.Caching.Fusion.Serialization.SystemTextJson;

namespace Sentiment.Adapters.Caching;

/// <summary>What is wanted of the cache.</summary>
/// <param name="Key">Under what the answer is kept.</param>
/// <param name="Source">Whose stream it is of.</param>
/// <param name="Page">Which page, and how old its answer may be.</param>
/// <param name="IsOfOneRun">Whether no later run asks for the same, so that the second level is spared.</param>
internal sealed record WantedResponse(string Key, SourceDescription Source, PageRequest Page, bool IsOfOneRun);

/// <summary>
/// Keeps vendors' answers in memory and in a second level that all processes share. However many want an answer at once, a
/// process asks once. How long an answer is good is judged by the product's clock when it is wanted; the levels themselves
/// keep it longer, for when its vendor fails.
/// </summary>
internal sealed class ResponseCache : IDisposable
{
    /// <summary>A longer answer, compressed, is not kept.</summary>
    public const int MaxBodyBytes = 1_500_000;

    // A second level that failed is left alone for so long.
    private static readonly TimeSpan SecondLevelPause = TimeSpan.FromSeconds(30);

    // Whoever waits longer for another's call makes one too.
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(60);

    private readonly ResponseLife _life;
    private readonly TimeSpan _staleLife;
    private readonly IDistributedCache? _second;
    private readonly TimeProvider _time;
    private readonly MemoryCache _memory;
    private readonly FusionCache _cache;
    private readonly FusionCacheEntryOptions _inMemory;
    private readonly FusionCacheEntryOptions _inSecond;
    private readonly FusionCacheEntryOptions _inTurn;

    /// <summary>Makes a cache.</summary>
    /// <param name="options">Its bounds.</param>
    /// <param name="life">How long answers are good.</param>
    /// <param name="second">The second level, which becomes the cache's own; null: none.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where failures of the second level go.</param>
    public ResponseCache(CachingOptions options, ResponseLife life, IDistributedCache? second, TimeProvider time, ILogger<FusionCache>? log)
    {
        (_life, _staleLife, _second, _time) = (life, TimeSpan.FromHours(options.StaleHours), second, time);
        _memory = new(new MemoryCacheOptions { SizeLimit = options.MemoryMegabytes * 1024L * 1024 });
        _cache = new(
            new FusionCacheOptions
            {
                CacheName = "responses",
                DisableTagging = true,
                EnableAutoRecovery = false,
                EnableBestPracticesAdvisor = false,
                DistributedCacheCircuitBreakerDuration = SecondLevelPause,

                // A vendor's failure is told by whoever wanted its answer.
                FactoryErrorsLogLevel = LogLevel.None,
            },
            _memory, log);
        if (second is not null)
        {
            _cache.SetupDistributedCache(second, new FusionCacheSystemTextJsonSerializer());
        }

        var entry = new FusionCacheEntryOptions(options.Life)
        {
            LockTimeout = CallTimeout,
            DistributedCacheHardTimeout = options.SecondLevelTimeout,
            ReThrowDistributedCacheExceptions = false,
            ReThrowSerializationExceptions = false,
            AllowBackgroundDistributedCacheOperations = false,
            SkipBackplaneNotifications = true,

            // An answer that comes from the second level brings its own.
            Size = 1,
        };
        _inMemory = entry.Duplicate().SetSkipDistributedCache(true, true);
        _inSecond = entry.Duplicate().SetSkipMemoryCacheRead(true);

        // One call of a key at a time, which reads and writes by itself.
        _inTurn = _inMemory.Duplicate().SetSkipMemoryCache(true);
    }

    /// <summary>Gets an answer that is good, from the vendor if need be; where only what is kept is wanted, one that may be out of date.</summary>
    /// <param name="wanted">What is wanted.</param>
    /// <param name="ask">Asks the vendor.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SourceException">The vendor's failure; or only what is kept was wanted and nothing is (transient).</exception>
    public async Task<SourceBody> GetAsync(WantedResponse wanted, Func<CancellationToken, Task<SourceBody>> ask, CancellationToken cancellationToken)
    {
        if (await MemoryAsync(wanted, cancellationToken).ConfigureAwait(false) is { } near)
        {
            return Counted(wanted, wanted.Page.OnlyKept ? "stale" : "memory", near);
        }

        if (!wanted.IsOfOneRun && await SecondAsync(wanted, cancellationToken).ConfigureAwait(false) is { } far)
        {
            return Counted(wanted, wanted.Page.OnlyKept ? "stale" : "second", far);
        }

        return wanted.Page.OnlyKept
            ? throw new SourceException($"{wanted.Source.Vendor}: no answer is kept", isTransient: true)
            : await AskAsync(wanted, ask, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _cache.Dispose();
        _memory.Dispose();
        (_second as IDisposable)?.Dispose();
    }

    private async Task<SourceBody> AskAsync(WantedResponse wanted, Func<CancellationToken, Task<SourceBody>> ask, CancellationToken cancellationToken)
    {
        SourceBody? answer = null;
        await _cache.GetOrSetAsync<KeptResponse?>(wanted.Key, async (_, token) =>
        {
            // Somebody may have asked while this call waited for its turn.
            if (await MemoryAsync(wanted, token).ConfigureAwait(false) is { } near)
            {
                answer = Counted(wanted, "memory", near);
                return null;
            }

            answer = Counted(wanted, "miss", await ask(token).ConfigureAwait(false));
            await KeepAsync(wanted, KeptResponse.Of(answer), token).ConfigureAwait(false);
            return null;
        }, _inTurn, token: cancellationToken).ConfigureAwait(false);
        return answer ?? throw new InvalidOperationException("An answer was given that nobody asked for.");
    }

    private async Task KeepAsync(WantedResponse wanted, KeptResponse kept, CancellationToken cancellationToken)
    {
        if (kept.Body.Length <= MaxBodyBytes)
        {
            var options = (wanted.IsOfOneRun ? _inMemory : _inSecond).Duplicate().SetSize(kept.Size);
            await _cache.SetAsync(wanted.Key, kept, options, token: cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<SourceBody?> MemoryAsync(WantedResponse wanted, CancellationToken cancellationToken) =>
        Good(wanted, await _cache.TryGetAsync<KeptResponse?>(wanted.Key, _inMemory, cancellationToken).ConfigureAwait(false));

    private async Task<SourceBody?> SecondAsync(WantedResponse wanted, CancellationToken cancellationToken) =>
        Good(wanted, await _cache.TryGetAsync<KeptResponse?>(wanted.Key, _inSecond, cancellationToken).ConfigureAwait(false));

    private SourceBody? Good(WantedResponse wanted, MaybeValue<KeptResponse?> found)
    {
        if (!found.HasValue || found.Value is not { } kept || kept.FetchedAt < wanted.Page.NotBefore)
        {
            return null;
        }

        var until = wanted.Page.OnlyKept ? kept.FetchedAt + _staleLife : _life.Until(kept.FetchedAt, wanted.Source.FollowsMarketFor(wanted.Page.Symbols));
        return _time.GetUtcNow() < until ? kept.Read() : null;
    }

    private static SourceBody Counted(WantedResponse wanted, string outcome, SourceBody body)
    {
        Count(wanted, outcome);
        return body;
    }

    private static void Count(WantedResponse wanted, string outcome) =>
        SentimentMeter.VendorCache.Add(1, new("vendor", wanted.Source.Vendor), new("outcome", outcome));
}
