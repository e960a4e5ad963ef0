using System.Security.Cryptography;
using Sentiment.Simulator.Feed;
using Sentiment.Simulator.Finnhub;
using Sentiment.Simulator.Headlines;
using Sentiment.Simulator.Tiingo;
using Sentiment.Simulator.Wire;

namespace Sentiment.Simulator.Truth;

/// <summary>Works out what a reader should hold from the feed itself, never from what was served.</summary>
internal sealed class TruthReport(FeedStore store)
{
    private readonly PageWriter _tiingo = new(store, TiingoRecord.Write);
    private readonly PageWriter _finnhub = new(store, FinnhubRecord.Write);

    /// <summary>The bounds are inclusive and apply to publication; a bad record's is the one it should have had.</summary>
    public TruthDocument Of(Vendor vendor, string[] symbols, DateTimeOffset? from, DateTimeOffset? to, DateTimeOffset now)
    {
        var records = store.Merged(vendor, symbols, byPublication: false, now)
            .Where(item => item.CrawledAt <= now && !(item.PublishedAt < from) && !(item.PublishedAt > to))
            .ToArray();
        var items = records.Where(item => item.Bad == BadKind.None).Select(item => Item(item, symbols)).ToArray();
        var bad = records.Where(item => item.Bad != BadKind.None).Select(item => Bad(vendor, item)).ToArray();
        var counts = new TruthCounts(items.Length, items.Sum(item => item.Symbols.Length), bad.Length);
        return new TruthDocument(items, bad, counts);
    }

    private static TruthItem Item(FeedItem item, string[] asked) => new(
        item.Id,
        [.. item.Symbols.Where(symbol => asked.Contains(symbol))],
        item.PublishedAt,
        item.CrawledAt,
        HeadlineWriter.Title(item));

    private BadRecord Bad(Vendor vendor, FeedItem item)
    {
        var raw = (vendor == Vendor.Tiingo ? _tiingo : _finnhub).Record(item);
        return new BadRecord(
            item.Bad == BadKind.MissingId ? null : item.Id,
            item.Symbol,
            item.Bad,
            Convert.ToHexStringLower(SHA256.HashData(raw)),
            item.PublishedAt,
            item.CrawledAt);
    }
}
