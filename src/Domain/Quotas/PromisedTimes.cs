namespace Sentiment.Domain.Quotas;

/// <summary>
/// Who was told to come back when: the next one is told a later time, so that a thousand chunks do not all come back for one
/// permit. Round-robin by tenant, as the queue is.
/// </summary>
internal sealed class PromisedTimes
{
    // With more than that out, what was promised is vague anyway.
    private const int Most = 10_000;

    private readonly PriorityQueue<(string Tenant, CallPriority Priority), DateTimeOffset> _times = new();
    private readonly Dictionary<(string Tenant, CallPriority Priority), int> _counts = [];

    public void Add(string tenant, CallPriority priority, DateTimeOffset until)
    {
        if (_times.Count < Most)
        {
            _times.Enqueue((tenant, priority), until);
            _counts[(tenant, priority)] = _counts.GetValueOrDefault((tenant, priority)) + 1;
        }
    }

    /// <summary>Forgets those whose time has come.</summary>
    public void Expire(DateTimeOffset now)
    {
        while (_times.TryPeek(out var who, out var until) && until <= now)
        {
            _times.Dequeue();
            if (--_counts[who] == 0)
            {
                _counts.Remove(who);
            }
        }
    }

    /// <summary>How many come before the one at a place of a tenant's line.</summary>
    public int Before(string tenant, CallPriority priority, int place)
    {
        var own = _counts.GetValueOrDefault((tenant, priority));
        return own + _counts.Where(c => c.Key.Tenant != tenant && c.Key.Priority <= priority).Sum(c => Math.Min(c.Value, own + place));
    }
}
