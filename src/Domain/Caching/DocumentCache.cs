using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Logging;
using Sentiment.Domain.Diagnostics;
using ZiggyCreatures.Caching.Fusion;
using ZiggyCreatures.Caching.Fusion.Serialization.SystemTextJson;

namespace Sentiment.Domain.Caching;

/// <summary>
/// Keeps JSON documents that are read again and again: in memory, in a second level where processes share one, or made from
/// the store. However many want a document at once, a process makes it once. New pages put an end to those that they change.
/// </summary>
public sealed class DocumentCache : IDisposable
{
    /// <summary>How long the making of a document may take.</summary>
    public static readonly TimeSpan MakeTimeout = TimeSpan.FromSeconds(30);

    /// <summary>A longer body is sent, but not kept: 1 MiB.</summary>
    public const int MaxBodyBytes = 1024 * 1024;

    // When tags were forgotten is known for longer than any document lives that could ask for it.
    private static readonly TimeSpan TagLife = 2 * DocumentKey.MaxLife;
    private static readonly TimeSpan SecondLevelTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SecondLevelPause = TimeSpan.FromSeconds(30);
    private const int TagSize = 256;
    private const string TagPrefix = FusionCacheInternalStrings.DefaultTagCacheKeyPrefix;

    private readonly TimeProvider _time;
    private readonly DocumentWarmth? _warmth;
    private readonly bool _isShared;
    private readonly MemoryCache _memory;
    private readonly FusionCache _cache;
    private readonly DocumentGenerations _generations = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Id, long Generation), Task<CachedDocument>> _underWay = [];
    private readonly FusionCacheEntryOptions _entry;
    private readonly FusionCacheEntryOptions _inMemory;
    private readonly FusionCacheEntryOptions _inSecond;

    /// <summary>Makes a cache.</summary>
    /// <param name="options">Its bounds.</param>
    /// <param name="life">How long a document is good where whoever asks has no other wish.</param>
    /// <param name="shared">What processes share; null: nothing.</param>
    /// <param name="warmth">Is told what was asked for and forgotten, to make it again; null: nobody does.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where failures of the second level go.</param>
    public DocumentCache(ReadOptions options, TimeSpan life, SharedLevel? shared, DocumentWarmth? warmth, TimeProvider time, ILogger<FusionCache>? log)
    {
        ArgumentNullException.ThrowIfNull(options);
        (Life, _isShared, _warmth, _time) = (life, shared is not null, warmth, time);
        _memory = new(new MemoryCacheOptions { SizeLimit = options.MemoryMiB * 1024L * 1024, TrackStatistics = true });
        var settings = new FusionCacheOptions
        {
            CacheName = "reads",
            AutoRecoveryMaxItems = 1000,
            EnableBestPracticesAdvisor = false,
            DistributedCacheCircuitBreakerDuration = SecondLevelPause,
            BackplaneCircuitBreakerDuration = SecondLevelPause,
            EnableSyncEventHandlersExecution = true,
        };

        // Symbols come from outside, so what is known of their tags counts and may go like all else, though after it.
        settings.TagsDefaultEntryOptions.SetDuration(TagLife).SetDistributedCacheDuration(TagLife).SetFailSafe(false)
            .SetPriority(CacheItemPriority.High).SetSize(TagSize).SetDistributedCacheTimeouts(null, SecondLevelTimeout);
        _cache = new(settings, _memory, log);
        if (shared is not null)
        {
            _cache.SetupDistributedCache(shared.Cache, new FusionCacheSystemTextJsonSerializer());
            _cache.SetupBackplane(shared.Backplane);

            // What another process forgets must not be kept here from before.
            _cache.Events.Backplane.MessageReceived += (_, told) => Hear(told.Message.CacheKey);
        }

        _entry = new()
        {
            DistributedCacheHardTimeout = SecondLevelTimeout,
            ReThrowDistributedCacheExceptions = false,
            ReThrowSerializationExceptions = false,
            AllowBackgroundDistributedCacheOperations = false,
            SkipBackplaneNotifications = true,

            // A document that comes from the second level brings its own.
            Size = 1,
        };
        _inMemory = _entry.Duplicate().SetSkipDistributedCache(true, true);
        _inSecond = _entry.Duplicate().SetSkipMemoryCacheRead(true);
    }

    /// <summary>How long a document is good where whoever asks has no other wish.</summary>
    public TimeSpan Life { get; }

    /// <summary>Bytes of memory in use, about.</summary>
    internal long MemoryBytes => _memory.GetCurrentStatistics()?.CurrentEstimatedSize ?? 0;

    /// <summary>Gets a document, made if need be.</summary>
    /// <param name="key">Which one.</param>
    /// <param name="make">
    /// Makes its UTF-8 JSON. It serves everybody who waits and may be called again later, so it must hold on to nothing of a
    /// request, and its token is not the caller's.
    /// </param>
    /// <param name="cancellationToken">Ends this caller's wait, not the making.</param>
    /// <exception cref="TimeoutException">The making took more than <see cref="MakeTimeout"/>.</exception>
    public async ValueTask<CachedDocument> GetAsync(
        DocumentKey key, Func<CancellationToken, Task<ReadOnlyMemory<byte>>> make, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        _warmth?.Asked(key, make);
        return await WarmAsync(key, make, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Forgets what new records of symbols change of a tenant's documents; without symbols all that follow its pages.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="symbols">The symbols, upper case; none: all.</param>
    /// <param name="cancellationToken">Gives up; documents may then live on as long as they would have.</param>
    public async ValueTask ForgetAsync(string tenant, IReadOnlyCollection<string> symbols, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(symbols);
        var tags = DocumentKey.Touched(tenant, symbols);
        foreach (var tag in tags)
        {
            // First, so that whatever is being made of what was before is not kept.
            _generations.Raise(tag);
            await _cache.RemoveByTagAsync(tag, token: cancellationToken).ConfigureAwait(false);
        }

        _warmth?.Forgotten(tags);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _cache.Dispose();
        _memory.Dispose();
    }

    /// <summary>As <see cref="GetAsync"/>, but not because somebody asked.</summary>
    internal async ValueTask<CachedDocument> WarmAsync(
        DocumentKey key, Func<CancellationToken, Task<ReadOnlyMemory<byte>>> make, CancellationToken cancellationToken)
    {
        if (await FindAsync(key, _inMemory, cancellationToken).ConfigureAwait(false) is { } near)
        {
            return Counted("memory", near)!;
        }

        Counted("memory", null);
        Task<CachedDocument> task;
        lock (_gate)
        {
            // Whoever asks after something was forgotten does not share what was begun before.
            var turn = (key.Id, _generations.Of(key.Tags));
            if (!_underWay.TryGetValue(turn, out task!))
            {
                task = _underWay[turn] = InTurnAsync(turn, key, make);
            }
        }

        return await task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<CachedDocument> InTurnAsync(
        (string Id, long Generation) turn, DocumentKey key, Func<CancellationToken, Task<ReadOnlyMemory<byte>>> make)
    {
        // Not under the lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using var limit = new CancellationTokenSource(MakeTimeout, _time);
        try
        {
            // It may have been kept while this one waited.
            return await FindAsync(key, _inMemory, limit.Token).ConfigureAwait(false)
                ?? (_isShared ? Counted("second", await FindAsync(key, _inSecond, limit.Token).ConfigureAwait(false)) : null)
                ?? Counted("store", await MakeAsync(turn.Generation, key, make, limit.Token).ConfigureAwait(false))!;
        }
        catch (OperationCanceledException exception) when (limit.IsCancellationRequested)
        {
            throw new TimeoutException($"A document took more than {MakeTimeout.TotalSeconds} s to make.", exception);
        }
        finally
        {
            lock (_gate)
            {
                _underWay.Remove(turn);
            }
        }
    }

    private async Task<CachedDocument> MakeAsync(
        long generation, DocumentKey key, Func<CancellationToken, Task<ReadOnlyMemory<byte>>> make, CancellationToken cancellationToken)
    {
        var madeAt = _time.GetUtcNow();
        var document = CachedDocument.Of(await make(cancellationToken).ConfigureAwait(false), madeAt);
        var tags = key.Tags;
        if (document.Body.Length > MaxBodyBytes || key.Life <= TimeSpan.Zero || _generations.Of(tags) != generation)
        {
            return document;
        }

        var options = _entry.Duplicate().SetDuration(key.Life < DocumentKey.MaxLife ? key.Life : DocumentKey.MaxLife).SetSize(document.Size + (2 * key.Id.Length));
        await _cache.SetAsync(key.Id, document, options, tags, cancellationToken).ConfigureAwait(false);
        if (_generations.Of(tags) != generation)
        {
            // It was forgotten in the meantime, perhaps before it was there.
            await _cache.RemoveAsync(key.Id, _entry, cancellationToken).ConfigureAwait(false);
        }

        return document;
    }

    private void Hear(string? key)
    {
        if (key?.StartsWith(TagPrefix, StringComparison.Ordinal) == true)
        {
            _generations.Raise(key[TagPrefix.Length..]);
        }
    }

    private async ValueTask<CachedDocument?> FindAsync(DocumentKey key, FusionCacheEntryOptions options, CancellationToken cancellationToken)
    {
        var found = await _cache.TryGetAsync<CachedDocument>(key.Id, options, cancellationToken).ConfigureAwait(false);
        return found.HasValue && _time.GetUtcNow() < found.Value.MadeAt + key.Life ? found.Value : null;
    }

    private static CachedDocument? Counted(string tier, CachedDocument? found)
    {
        SentimentMeter.ReadCache.Add(1, new("tier", tier), new("outcome", found is null ? "miss" : "hit"));
        return found;
    }
}
