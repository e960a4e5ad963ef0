using Sentiment.Domain.Quotas;

namespace Sentiment.Domain.Tests.Quotas;

/// <summary>A vendor that counts by arrival, in strict sliding windows; what it refuses does not count, but is a violation.</summary>
internal sealed class Referee(CallLimits limits)
{
    private readonly List<DateTimeOffset> _admitted = [];

    public int Violations { get; private set; }

    public IReadOnlyList<DateTimeOffset> Admitted => _admitted;

    public void Arrive(DateTimeOffset now)
    {
        if (limits.Windows.Any(window => CountSince(now - TimeSpan.FromSeconds(window.Seconds)) >= window.Limit))
        {
            Violations++;
        }
        else
        {
            _admitted.Add(now);
        }
    }

    /// <summary>Which part of what was permitted was used in whole windows from the first call on.</summary>
    public double Use(QuotaWindow window, int windows)
    {
        var end = _admitted[0] + (windows * TimeSpan.FromSeconds(window.Seconds));
        return (double)_admitted.Count(at => at < end) / (window.Limit * windows);
    }

    private int CountSince(DateTimeOffset after)
    {
        var count = 0;
        for (var i = _admitted.Count - 1; i >= 0 && _admitted[i] > after; i--)
        {
            count++;
        }

        return count;
    }
}
