using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Sentiment.Domain.Diagnostics;

namespace Sentiment.Domain.Scoring;

/// <summary>
/// Remembers scores, so that a headline many tenants receive is scored once. It keeps 128 bits of a SHA-256 and three
/// numbers, never text: a hash that collides on purpose would let one tenant choose another's score.
/// </summary>
/// <remarks>
/// Two generations: what is asked for moves to the young one, and when that is full the old one is forgotten.
/// A lookup costs no lock, and at most <c>entries</c> scores are kept (and one more for each caller at that very moment).
/// </remarks>
public sealed class CachedScorer : ISentimentScorer
{
    private static readonly KeyValuePair<string, object?> FromCache = new("cached", true);

    private readonly ISentimentScorer _inner;
    private readonly UInt128 _modelKey;
    private readonly int _perGeneration;
    private readonly Lock _turn = new();
    private volatile Generation _young = new();
    private volatile Generation _old = new();
    private long _hits;
    private long _misses;

    /// <summary>Puts a cache in front of a scorer.</summary>
    /// <param name="inner">The scorer that knows.</param>
    /// <param name="entries">The most scores to remember; at least 2.</param>
    public CachedScorer(ISentimentScorer inner, int entries = 200_000)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentOutOfRangeException.ThrowIfLessThan(entries, 2);
        _inner = inner;
        _perGeneration = entries / 2;
        _modelKey = Hash(inner.Model);
    }

    /// <inheritdoc/>
    public string Model => _inner.Model;

    /// <summary>Texts answered without the model, repeats inside a call included.</summary>
    public long Hits => Interlocked.Read(ref _hits);

    /// <summary>Texts given to the model.</summary>
    public long Misses => Interlocked.Read(ref _misses);

    /// <summary>Scores remembered now.</summary>
    public int Count => Volatile.Read(ref _young.Size) + Volatile.Read(ref _old.Size);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<Probabilities>> ScoreAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var result = new Probabilities[texts.Count];
        Missing? missing = null;
        for (var i = 0; i < result.Length; i++)
        {
            var key = Hash(texts[i]) ^ _modelKey;
            if (!TryGet(key, out result[i]))
                (missing ??= new()).Add(key, texts[i], i);
        }

        var asked = missing?.Texts.Count ?? 0;
        Interlocked.Add(ref _misses, asked);
        if (missing is not null)
        {
            var scored = await _inner.ScoreAsync(missing.Texts, cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < scored.Count; i++)
                Put(missing.Keys[i], scored[i]);
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

    private static UInt128 Hash(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(text.AsSpan()), hash);
        return MemoryMarshal.Read<UInt128>(hash);
    }

    private bool TryGet(UInt128 key, out Probabilities value)
    {
        if (_young.Scores.TryGetValue(key, out value))
            return true;
        if (!_old.Scores.TryGetValue(key, out value))
            return false;
        Put(key, value);
        return true;
    }

    private void Put(UInt128 key, Probabilities value)
    {
        var young = _young;
        if (Volatile.Read(ref young.Size) >= _perGeneration)
        {
            lock (_turn)
            {
                // Another caller may have turned the generations while this one waited.
                if (ReferenceEquals(young, _young))
                {
                    _old = young;
                    _young = new();
                }

                young = _young;
            }
        }

        if (young.Scores.TryAdd(key, value))
            Interlocked.Increment(ref young.Size);
    }

    private sealed class Generation
    {
        // ConcurrentDictionary.Count takes every lock, hence a count of our own.
        public int Size;

        public ConcurrentDictionary<UInt128, Probabilities> Scores { get; } = new();
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
