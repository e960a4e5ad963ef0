using System.Globalization;
using Sentiment.Adapters.Tests.Http;

namespace Sentiment.Adapters.Tests.Sources;

/// <summary>A record before it takes a vendor's shape.</summary>
public sealed record WireRecord(int Number, DateTimeOffset Published, DateTimeOffset Arrived)
{
    public string Title => $"Record {Number} rises";

    public string Url => string.Create(CultureInfo.InvariantCulture, $"https://news.example/{Number}");
}

/// <summary>What a vendor holds; it grows while it is read.</summary>
public sealed class WireFeed
{
    private readonly List<WireRecord> _records = [];

    public IReadOnlyList<WireRecord> Records => _records;

    public IEnumerable<string> Titles => _records.Select(r => r.Title);

    /// <summary>Records spread evenly over the days before now, oldest first, several at each moment.</summary>
    public static WireFeed Of(int count, double days = 6.9, int together = 1)
    {
        var feed = new WireFeed();
        for (var i = 0; i < count; i++)
        {
            var moment = Math.Floor((double)i / together) * together / Math.Max(count, 1);
            feed.Add(ScriptedVendor.Now.AddSeconds(Math.Floor(-days * 86_400 * (1 - moment))));
        }

        return feed;
    }

    /// <summary>Removes the records that arrived last.</summary>
    public void RemoveNewest(int count) => _records.RemoveRange(_records.Count - count, count);

    /// <summary>Adds a record; where only its publication is given it arrived at once.</summary>
    public WireRecord Add(DateTimeOffset published, DateTimeOffset? arrived = null)
    {
        var record = new WireRecord(_records.Count + 1, published, arrived ?? published);
        _records.Add(record);
        return record;
    }
}
