using Sentiment.Domain.Items;

namespace Sentiment.Domain.Live;

/// <summary>Where an item of a page is.</summary>
/// <param name="Table">Its table.</param>
/// <param name="SourceId">Its vendor id.</param>
/// <param name="Place">Its place in the order of items.</param>
internal sealed record ItemRef(string Table, string SourceId, ItemPlace Place);

/// <summary>What of a group has changed and is not told yet; bounded, whatever happens meanwhile.</summary>
/// <param name="since">When the first of it was heard of, as a timestamp of the clock.</param>
internal sealed class LiveChange(long since)
{
    /// <summary>The most items: a client keeps no more than the newest of so many.</summary>
    public const int MaxItems = 50;

    /// <summary>The most minutes; past that the group is read as a whole.</summary>
    public const int MaxMinutes = 500;

    // Newest last, so that the oldest gives way.
    private readonly SortedDictionary<string, ItemRef> _items = new(Comparer<string>.Create((a, b) => string.CompareOrdinal(b, a)));
    private readonly HashSet<long> _minutes = [];

    /// <summary>When the first of it was heard of, as a timestamp of the clock.</summary>
    public long Since { get; private set; } = since;

    /// <summary>Whether nothing less than all of the group will do.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>Items that are new, or have new symbols.</summary>
    public IReadOnlyCollection<ItemRef> Items => _items.Values;

    /// <summary>Minutes in which items were published that count now, since 1970 UTC.</summary>
    public IReadOnlySet<long> Minutes => _minutes;

    public void AddWhole() => IsWhole = true;

    public void Add(ItemRef item)
    {
        _items[item.Place.Key] = item;
        if (_items.Count > MaxItems)
        {
            _items.Remove(_items.Keys.First());
        }
    }

    public void Add(long minute)
    {
        if (_minutes.Count < MaxMinutes)
        {
            _minutes.Add(minute);
        }
        else
        {
            IsWhole |= !_minutes.Contains(minute);
        }
    }

    /// <summary>Takes in what came after it.</summary>
    public void Add(LiveChange later)
    {
        Since = Math.Min(Since, later.Since);
        IsWhole |= later.IsWhole;
        foreach (var item in later.Items)
        {
            Add(item);
        }

        foreach (var minute in later.Minutes)
        {
            Add(minute);
        }
    }
}
