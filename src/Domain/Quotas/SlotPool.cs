namespace Sentiment.Domain.Quotas;

/// <summary>A window's slots that this process holds.</summary>
internal sealed class SlotPool(QuotaWindow window)
{
    private readonly PriorityQueue<DateTimeOffset, DateTimeOffset> _cooling = new();

    public QuotaWindow Window { get; } = window;

    /// <summary>Slots that a call may take.</summary>
    public int Ready { get; set; }

    /// <summary>Slots of calls under way.</summary>
    public int InFlight { get; private set; }

    /// <summary>Slots that a write under way gives back: held, and not to be used.</summary>
    public int InTransit { get; set; }

    /// <summary>All that the ledger must count as held.</summary>
    public int Held => Ready + InFlight + InTransit + _cooling.Count;

    public IEnumerable<DateTimeOffset> Cooling => _cooling.UnorderedItems.Select(item => item.Element);

    public int CoolingCount => _cooling.Count;

    /// <summary>Makes slots ready whose calls no longer count.</summary>
    public void Refresh(DateTimeOffset now)
    {
        while (_cooling.TryPeek(out var until, out _) && until <= now)
        {
            _cooling.Dequeue();
            Ready++;
        }
    }

    public void Take()
    {
        Ready--;
        InFlight++;
    }

    public void PutBack()
    {
        InFlight--;
        Ready++;
    }

    /// <summary>A call has ended; its slot counts for the window's length from the given time.</summary>
    public void Settle(DateTimeOffset at)
    {
        InFlight--;
        Cool(at + Window.Counts);
    }

    public void Cool(DateTimeOffset until) => _cooling.Enqueue(until, until);

    public IReadOnlyList<DateTimeOffset> TakeCooling()
    {
        var taken = Cooling.ToList();
        _cooling.Clear();
        return taken;
    }

    /// <summary>The slots are no longer this process's.</summary>
    public void Clear()
    {
        (Ready, InFlight, InTransit) = (0, 0, 0);
        _cooling.Clear();
    }
}
