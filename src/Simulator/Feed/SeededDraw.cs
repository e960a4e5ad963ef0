namespace Sentiment.Simulator.Feed;

/// <summary>
/// A stream of pseudo-random draws that is a pure function of its key (SplitMix64). It never changes between
/// runtimes, which System.Random does not promise.
/// </summary>
internal struct SeededDraw(ulong key)
{
    private ulong _state = key;

    public static ulong Mix(ulong a, ulong b)
    {
        var z = a + (b * 0x9E3779B97F4A7C15UL) + 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }

    // FNV-1a: string.GetHashCode differs from process to process.
    public static ulong Of(ReadOnlySpan<char> text)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in text)
        {
            hash = (hash ^ c) * 1099511628211UL;
        }

        return Mix(hash, (ulong)text.Length);
    }

    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15UL;
        return Mix(_state, 0);
    }

    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    public int Below(int bound) => (int)Math.BigMul(Next(), (ulong)bound, out _);

    public bool Chance(double share) => Unit() < share;

    public T Pick<T>(T[] values) => values[Below(values.Length)];
}
