using System.Globalization;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Items;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Trends;

/// <summary>What compaction has made of some partials of a symbol's day.</summary>
/// <param name="Folds">How many folds of the symbol's day there were when it was written.</param>
/// <param name="Buckets">In order of time.</param>
internal sealed record Segment(int Folds, List<Bucket> Buckets);

/// <summary>Aggregates: for each UTC day, what each page of each chunk added to each symbol, by minute.</summary>
/// <remarks>
/// In partition <c>trends|TENANT|DAY</c>: partials <c>p|SYMBOL|CHUNK|PAGE</c>; what was folded of them, for each source, by the
/// minute <c>m|SYMBOL|TABLE</c> and by the hour <c>h|SYMBOL|TABLE</c>; how many folds there were, <c>f|SYMBOL|000000</c>, and
/// which partials are folded, <c>f|SYMBOL|LIST</c>. The symbol <see cref="AllItems"/> has each item once.
/// </remarks>
public sealed class TrendStore(ITableStore tables)
{
    /// <summary>Stands for a symbol in the series of all items of a tenant; no symbol begins with a dash.</summary>
    public const string AllItems = "-";

    internal const char Folds = 'f';
    internal const char Hours = 'h';
    internal const char Minutes = 'm';
    internal const char Partials = 'p';

    /// <summary>The scores of some items by the minute, in order of time; the same set gives the same bytes.</summary>
    public static List<Bucket> Pack(IEnumerable<Item> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        var buckets = new SortedDictionary<long, Bucket>();
        foreach (var item in items)
        {
            var minute = Bucket.MinuteOf(item.PublishedAt);
            if (!buckets.TryGetValue(minute, out var bucket))
            {
                buckets.Add(minute, bucket = new Bucket { Minute = minute });
            }

            bucket.Add(item.PublishedAt, item.Id, item.Probabilities);
        }

        return [.. buckets.Values];
    }

    /// <summary>Writes a page's partials over those of an earlier try; what the earlier one had and this one lacks is removed.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="stamp">The page.</param>
    /// <param name="counted">What the page counts: items by the symbols that it made them known under, or as new ones under <see cref="AllItems"/>.</param>
    /// <param name="tried">What an earlier try may have counted, by symbol and time; none where there was no such try.</param>
    /// <param name="cancellationToken">Gives up; the next try overwrites.</param>
    internal async Task WriteAsync(
        string tenant, Stamp stamp, IEnumerable<CountedItem> counted, IEnumerable<(string Symbol, DateTimeOffset At)> tried,
        CancellationToken cancellationToken)
    {
        var own = counted.ToLookup(c => (Day: Rows.Day(c.Item.PublishedAt), c.Symbol), c => c.Item);
        foreach (var day in own.Select(o => o.Key).Union(tried.Select(t => (Day: Rows.Day(t.At), t.Symbol))).Order().GroupBy(k => k.Day, k => k.Symbol))
        {
            await tables.WriteAllAsync(Partition(tenant, day.Key), [.. day.Select(symbol => own.Contains((day.Key, symbol))
                ? TableWrite.Upsert(Key(symbol, stamp), Rows.Version, Rows.Write(Pack(own[(day.Key, symbol)]), RowJson.Default.ListBucket))
                : TableWrite.Delete(Key(symbol, stamp)))], cancellationToken).ConfigureAwait(false);
        }
    }

    internal static string Partition(string tenant, string day) => $"trends|{tenant}|{day}";

    /// <summary>What the keys of a kind of rows begin with, of one symbol or of all.</summary>
    internal static string Prefix(char kind, string? symbol) => symbol is null ? $"{kind}|" : $"{kind}|{TableLimits.Escape(symbol)}|";

    /// <summary>The symbol part of a key, as it is escaped there.</summary>
    internal static string SymbolOf(string key) => key[2..key.IndexOf('|', 2)];

    /// <summary>What follows the symbol in a key: the page of a partial, the table of a segment.</summary>
    internal static string RestOf(string key) => key[(key.IndexOf('|', 2) + 1)..];

    /// <summary>The page that wrote a partial.</summary>
    internal static Stamp StampOf(string key)
    {
        var rest = RestOf(key);
        var end = rest.LastIndexOf('|');
        return new(rest[..end], int.Parse(rest.AsSpan(end + 1), NumberStyles.None, CultureInfo.InvariantCulture));
    }

    /// <summary>The table that a page is of, as it is escaped in keys.</summary>
    internal static string TableOf(Stamp stamp) => stamp.Chunk.Split('|')[2];

    private static string Key(string symbol, Stamp stamp) => $"{Prefix(Partials, symbol)}{stamp.Chunk}|{Rows.Number(stamp.Page)}";
}
