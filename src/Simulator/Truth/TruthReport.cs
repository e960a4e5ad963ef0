using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sentiment.Simulator.AlphaVantage;
using Sentiment.Simulator.Feed;
using Sentiment.Simulator.Finnhub;
using Sentiment.Simulator.Headlines;
using Sentiment.Simulator.Helpdesk;
using Sentiment.Simulator.Tiingo;
using Sentiment.Simulator.Wire;

namespace Sentiment.Simulator.Truth;

/// <summary>Works out what a reader should hold from the feed itself, never from what was served.</summary>
internal sealed class TruthReport(FeedStore store)
{
    private readonly Dictionary<Vendor, PageWriter> _writers = new()
    {
        [Vendor.Tiingo] = new(store, TiingoRecord.Write),
        [Vendor.Finnhub] = new(store, FinnhubRecord.Write),
        [Vendor.FinnhubMarket] = new(store, FinnhubRecord.WriteMarket),
        [Vendor.AlphaVantage] = new(store, AlphaVantageRecord.Write),
        [Vendor.Tickets] = new(store, HelpdeskRecord.WriteTicket),
        [Vendor.TimeEntries] = new(store, HelpdeskRecord.WriteTimeEntry),
        [Vendor.Contacts] = new(store, HelpdeskRecord.WriteContact),
    };

    /// <summary>The bounds are inclusive and apply to publication; a bad record's is the one it should have had.</summary>
    public TruthDocument Of(Vendor vendor, string[] symbols, DateTimeOffset? from, DateTimeOffset? to, DateTimeOffset now)
    {
        var records = store.Merged(vendor, symbols, byPublication: false, now)
            .Where(item => item.CrawledAt <= now && !(item.PublishedAt < from) && !(item.PublishedAt > to))
            .ToArray();
        var items = records.Where(item => item.Bad == BadKind.None).Select(item => Item(vendor, item, symbols)).ToArray();
        var bad = records.Where(item => item.Bad != BadKind.None).Select(item => Bad(vendor, item)).ToArray();
        var counts = new TruthCounts(items.Length, items.Sum(item => item.Symbols.Length), bad.Length);
        return new TruthDocument(items, bad, counts);
    }

    private static TruthItem Item(Vendor vendor, FeedItem item, string[] asked) => new(
        item.Id,
        [.. item.Symbols.Where(symbol => asked.Contains(symbol))],
        item.PublishedAt,
        item.CrawledAt,
        HeadlineWriter.Title(item),
        SourceIdOf(vendor, item));

    // Alpha Vantage gives no ids: its readers know a record by its address.
    private static string SourceIdOf(Vendor vendor, FeedItem item) => vendor == Vendor.AlphaVantage
        ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(AlphaVantageRecord.Url(item))).AsSpan(0, 16))
        : item.Id.ToString(CultureInfo.InvariantCulture);

    private BadRecord Bad(Vendor vendor, FeedItem item)
    {
        var raw = _writers[vendor].Record(item);
        return new BadRecord(
            item.Bad == BadKind.MissingId ? null : item.Id,
            item.Symbol,
            item.Bad,
            Convert.ToHexStringLower(SHA256.HashData(raw)),
            item.PublishedAt,
            item.CrawledAt,
            item.Bad == BadKind.MissingId ? null : SourceIdOf(vendor, item));
    }
}
