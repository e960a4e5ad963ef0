using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Sentiment.Domain.Scoring;

/// <summary>
/// Scores remembered, of any number of models together. It keeps 128 bits of a SHA-256 and three numbers, never text: a hash that
/// collides on purpose would let one tenant choose another's score.
/// </summary>
/// <remarks>
/// Two generations: what is asked for moves to the young one, and when that is full the old one is forgotten.
/// A lookup costs no lock, and at most <c>entries</c> scores are kept (and one more for each caller at that very moment).
/// </remarks>
public sealed class ScoreCache
{
    private readonly int _perGeneration;
    private readonly Lock _turn = new();
    private volatile Generation _young = new();
    private volatile Generation _old = new();

    /// <summary>An empty cache.</summary>
    /// <param name="entries">The most scores to remember; at least 2.</param>
    public ScoreCache(int entries)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(entries, 2);
        _perGeneration = entries / 2;
    }

    /// <summary>Scores remembered now.</summary>
    public int Count => Volatile.Read(ref _young.Size) + Volatile.Read(ref _old.Size);

    /// <summary>What a text, or a model's name, is known by.</summary>
    internal static UInt128 Hash(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(text.AsSpan()), hash);
        return MemoryMarshal.Read<UInt128>(hash);
    }

    /// <summary>Looks a score up, which keeps it for longer.</summary>
    internal bool TryGet(UInt128 key, out Probabilities value)
    {
        if (_young.Scores.TryGetValue(key, out value))
            return true;
        if (!_old.Scores.TryGetValue(key, out value))
            return false;
        Put(key, value);
        return true;
    }

    /// <summary>Remembers a score.</summary>
    internal void Put(UInt128 key, Probabilities value)
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
}
