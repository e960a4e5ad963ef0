namespace Sentiment.Simulator.Feed;

/// <summary>The list of one symbol, generated up to the latest time anyone asked for and never regenerated.</summary>
internal sealed class SymbolFeed(SymbolStream stream)
{
    // Arrival times are cut to whole seconds, so a record can arrive up to a second before its slot begins.
    private static readonly TimeSpan Rounding = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly List<FeedItem> _items = [];
    private FeedItem[] _sorted = [];
    private int _nextSlot;
    private int _added;

    /// <summary>Records in order of arrival. It may hold some that arrive after the asked time: the reader filters.</summary>
    public FeedItem[] UpTo(DateTimeOffset now)
    {
        lock (_gate)
        {
            while (stream.SlotStart(_nextSlot) is { } start && start <= now + Rounding)
            {
                _items.Add(stream.Item(_nextSlot++));
            }

            return Sorted();
        }
    }

    public IReadOnlyList<(AddedItem Added, FeedItem Item)> Add(int count, Func<int, AddedItem> create)
    {
        lock (_gate)
        {
            var added = new List<(AddedItem, FeedItem)>(count);
            for (var i = 0; i < count; i++)
            {
                var item = create(_added++);
                added.Add((item, stream.Added(item)));
            }

            _items.AddRange(added.Select(pair => pair.Item2));
            return added;
        }
    }

    public void Restore(AddedItem item)
    {
        lock (_gate)
        {
            _added = Math.Max(_added, item.Ordinal + 1);
            _items.Add(stream.Added(item));
        }
    }

    private FeedItem[] Sorted()
    {
        if (_sorted.Length != _items.Count)
        {
            var sorted = _items.ToArray();
            Array.Sort(sorted, FeedOrder.ByArrival);
            _sorted = sorted;
        }

        return _sorted;
    }
}
