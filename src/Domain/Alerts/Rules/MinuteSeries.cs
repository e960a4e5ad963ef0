using System.Runtime.InteropServices;

namespace Sentiment.Domain.Alerts.Rules;

/// <summary>How many items some minutes have, and the sum of their scores.</summary>
/// <param name="Count">Items.</param>
/// <param name="Sum">Of their scores, in millionths.</param>
internal readonly record struct MinuteTally(long Count, long Sum)
{
    /// <summary>The mean score, −1 to 1; NaN of nothing.</summary>
    public double Mean => Count == 0 ? double.NaN : (double)Sum / Count / 1_000_000;
}

/// <summary>A symbol's items by the minute, so kept that any span of minutes is summed at once. Not for several threads at once.</summary>
internal sealed class MinuteSeries
{
    private readonly List<long> _minutes = [];

    // Up to the minute of the same place, it included.
    private readonly List<MinuteTally> _sums = [];

    /// <summary>The latest minute that has items; null: none has.</summary>
    public long? Last => _minutes.Count == 0 ? null : _minutes[^1];

    /// <summary>Minutes that have items, in order.</summary>
    public IReadOnlyList<long> Minutes => _minutes;

    /// <summary>The latest minute up to one that has items; null: none has.</summary>
    public long? LastUpTo(long minute) => Index(minute + 1) is > 0 and var index ? _minutes[index - 1] : null;

    /// <summary>Adds items of a minute.</summary>
    public void Add(long minute, long count, long sum)
    {
        var at = _minutes.Count;
        if (at == 0 || minute > _minutes[^1])
        {
            _minutes.Add(minute);
            _sums.Add(UpTo(at));
        }
        else if ((at = _minutes.BinarySearch(minute)) < 0)
        {
            at = ~at;
            _minutes.Insert(at, minute);
            _sums.Insert(at, UpTo(at));
        }

        foreach (ref var total in CollectionsMarshal.AsSpan(_sums)[at..])
        {
            total = new(total.Count + count, total.Sum + sum);
        }
    }

    /// <summary>The items from a minute to another, exclusive.</summary>
    public MinuteTally Between(long first, long end)
    {
        var (from, to) = (UpTo(Index(first)), UpTo(Index(end)));
        return new(to.Count - from.Count, to.Sum - from.Sum);
    }

    /// <summary>Forgets what is before a minute.</summary>
    public void Forget(long before)
    {
        // Seldom, for everything behind moves.
        var gone = Index(before);
        if (gone > 64 && gone > _minutes.Count / 2)
        {
            var lost = UpTo(gone);
            _minutes.RemoveRange(0, gone);
            _sums.RemoveRange(0, gone);
            foreach (ref var total in CollectionsMarshal.AsSpan(_sums))
            {
                total = new(total.Count - lost.Count, total.Sum - lost.Sum);
            }
        }
    }

    private MinuteTally UpTo(int index) => index == 0 ? default : _sums[index - 1];

    // How many minutes are before one; most are asked for near the end.
    private int Index(long minute)
    {
        if (_minutes.Count == 0 || minute > _minutes[^1])
        {
            return _minutes.Count;
        }

        var at = _minutes.BinarySearch(minute);
        return at < 0 ? ~at : at;
    }
}
