namespace Sentiment.Domain.Caching;

/// <summary>Counts how often tags were forgotten in this process, in a fixed number of places that tags share by their hash.</summary>
internal sealed class DocumentGenerations
{
    private const int Places = 4096;
    private readonly long[] _counts = new long[Places];

    /// <summary>Grows whenever one of the tags is forgotten, and perhaps with others.</summary>
    public long Of(IReadOnlyList<string> tags)
    {
        var sum = 0L;
        foreach (var tag in tags)
        {
            sum += Volatile.Read(ref _counts[Place(tag)]);
        }

        return sum;
    }

    public void Raise(string tag) => Interlocked.Increment(ref _counts[Place(tag)]);

    private static int Place(string tag) => (string.GetHashCode(tag, StringComparison.Ordinal) & int.MaxValue) % Places;
}
