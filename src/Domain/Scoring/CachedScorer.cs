using Sentiment.Domain.Diagnostics;

namespace Sentiment.Domain.Scoring;

/// <summary>Remembers scores, so that a headline many tenants receive is scored once.</summary>
public sealed class CachedScorer : ISentimentScorer
{
    private static readonly KeyValuePair<string, object?> FromCache = new("cached", true);

    private readonly ISentimentScorer _inner;
    private readonly ScoreCache _cache;

    // A model that is loaded only when it scores knows its name no sooner; what fails once is tried again.
    private readonly Lazy<UInt128> _modelKey;
    private long _hits;
    private long _misses;

    /// <summary>Puts a cache of its own in front of a scorer.</summary>
    /// <param name="inner">The scorer that knows.</param>
    /// <param name="entries">The most scores to remember; at least 2.</param>
    public CachedScorer(ISentimentScorer inner, int entries = 200_000)
        : this(inner, new ScoreCache(entries))
    {
    }

    /// <summary>Puts a cache, which others may share, in front of a scorer.</summary>
    /// <param name="inner">The scorer that knows.</param>
    /// <param name="cache">Where scores are remembered, each under its model.</param>
    public CachedScorer(ISentimentScorer inner, ScoreCache cache)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(cache);
        _inner = inner;
        _cache = cache;
        _modelKey = new(() => ScoreCache.Hash(inner.Model), LazyThreadSafetyMode.PublicationOnly);
    }

    /// <inheritdoc/>
    public string Model => _inner.Model;

    /// <summary>Texts answered without the model, repeats inside a call included.</summary>
    public long Hits => Interlocked.Read(ref _hits);

    /// <summary>Texts given to the model.</summary>
    public long Misses => Interlocked.Read(ref _misses);

    /// <summary>Scores remembered now, by all who share the cache.</summary>
    public int Count => _cache.Count;

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<Probabilities>> ScoreAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var result = new Probabilities[texts.Count];
        var modelKey = _modelKey.Value;
        Missing? missing = null;
        for (var i = 0; i < result.Length; i++)
        {
            var key = ScoreCache.Hash(texts[i]) ^ modelKey;
            if (!_cache.TryGet(key, out result[i]))
                (missing ??= new()).Add(key, texts[i], i);
        }

        var asked = missing?.Texts.Count ?? 0;
        Interlocked.Add(ref _misses, asked);
        if (missing is not null)
        {
            var scored = await _inner.ScoreAsync(missing.Texts, cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < scored.Count; i++)
                _cache.Put(missing.Keys[i], scored[i]);
            foreach (var (place, index) in missing.Places)
                result[place] = scored[index];
        }

        if (result.Length > asked)
        {
            Interlocked.Add(ref _hits, result.Length - asked);
            SentimentMeter.ScoringTexts.Add(result.Length - asked, FromCache);
        }

        return result;
    }

    /// <summary>The distinct texts of a call that the cache lacks, and where each belongs.</summary>
    private sealed class Missing
    {
        private readonly Dictionary<UInt128, int> _index = [];

        public List<string> Texts { get; } = [];

        public List<UInt128> Keys { get; } = [];

        public List<(int Place, int Index)> Places { get; } = [];

        public void Add(UInt128 key, string text, int place)
        {
            if (_index.TryAdd(key, Texts.Count))
            {
                Texts.Add(text);
                Keys.Add(key);
            }

            Places.Add((place, _index[key]));
        }
    }
}
