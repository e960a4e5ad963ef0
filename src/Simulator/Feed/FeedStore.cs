using System.Collections.Concurrent;

namespace Sentiment.Simulator.Feed;

/// <summary>Every feed asked for so far, with the merged lists of symbol sets kept between calls.</summary>
internal sealed class FeedStore
{
    private const int LongestSymbol = 32;
    private const int MostMergedLists = 1024;

    private readonly SimulatorOptions _options;
    private readonly FeedSchedule _schedule;
    private readonly AddedItemFile _file;
    private readonly ConcurrentDictionary<(Vendor Vendor, string Symbol), SymbolFeed> _feeds = new();
    private readonly ConcurrentDictionary<string, MergedList> _merged = new(StringComparer.Ordinal);
    private long _cacheBudget;

    public FeedStore(SimulatorOptions options)
    {
        _options = options;
        _schedule = new FeedSchedule(options);
        _file = new AddedItemFile(options.StateFile);
        _cacheBudget = options.CacheMegabytes * 1024L * 1024L;
        foreach (var item in _file.Load())
        {
            Feed(item.Vendor, item.Symbol).Restore(item);
        }
    }

    /// <summary>The upper-case, distinct, plausible symbols of a comma-separated list, in a fixed order.</summary>
    public static string[] Symbols(string? list) =>
    [
        .. (list ?? string.Empty)
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(symbol => symbol.Length <= LongestSymbol)
            .Select(symbol => symbol.ToUpperInvariant())
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal),
    ];

    public FeedItem[] OfSymbol(Vendor vendor, string symbol, DateTimeOffset now) => Feed(vendor, symbol).UpTo(now);

    /// <summary>Records under any of the symbols, each once, newest first; the reader filters by arrival.</summary>
    public FeedItem[] Merged(Vendor vendor, string[] symbols, bool byPublication, DateTimeOffset now)
    {
        var sources = Array.ConvertAll(symbols, symbol => OfSymbol(vendor, symbol, now));
        var key = $"{vendor}|{byPublication}|{string.Join(',', symbols)}";
        if (_merged.TryGetValue(key, out var merged) && merged.IsOf(sources))
        {
            return merged.Items;
        }

        if (_merged.Count >= MostMergedLists)
        {
            _merged.Clear();
        }

        merged = MergedList.Of(sources, byPublication ? FeedOrder.NewestPublishedFirst : FeedOrder.NewestCrawledFirst);
        _merged[key] = merged;
        return merged.Items;
    }

    public IReadOnlyList<FeedItem> Add(Vendor vendor, string symbol, int count, DateTimeOffset now, TimeSpan backdate, string? title)
    {
        var crawled = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond));
        var added = Feed(vendor, symbol).Add(
            count,
            ordinal => new AddedItem(vendor, symbol, ordinal, crawled, crawled - backdate, title));
        _file.Append(added.Select(pair => pair.Added));
        return [.. added.Select(pair => pair.Item)];
    }

    /// <summary>Keeps the record's bytes for the next reader while the budget lasts.</summary>
    public void Keep(FeedItem item, ReadOnlySpan<byte> serialised)
    {
        if (Interlocked.Read(ref _cacheBudget) > 0)
        {
            Interlocked.Add(ref _cacheBudget, -serialised.Length);
            item.Serialised = serialised.ToArray();
        }
    }

    private SymbolFeed Feed(Vendor vendor, string symbol) => _feeds.GetOrAdd(
        (vendor, symbol),
        static (key, store) => new SymbolFeed(new SymbolStream(store._options, store._schedule, key.Vendor, key.Symbol)),
        this);

    private sealed record MergedList(FeedItem[][] Sources, FeedItem[] Items)
    {
        public static MergedList Of(FeedItem[][] sources, Comparer<FeedItem> order)
        {
            var seen = new HashSet<long>();
            var items = sources.SelectMany(source => source).Where(item => seen.Add(item.Id)).ToArray();
            Array.Sort(items, order);
            return new MergedList(sources, items);
        }

        public bool IsOf(FeedItem[][] sources) => Sources.AsSpan().SequenceEqual(sources);
    }
}
