using System.Globalization;
using Sentiment.Simulator.Feed;
using Sentiment.Simulator.Wire;

namespace Sentiment.Simulator.Helpdesk;

/// <summary>GET /helpdesk/time/entries: in the order of their arrival, with a cursor in the body.</summary>
internal sealed class TimeEntries(FeedStore store, SimulatorClock clock) : HelpdeskApi(store, clock)
{
    public const string Path = "/helpdesk/time/entries";
    public const string Symbol = "TIME-ENTRIES";

    private const int MostSize = 1000;

    private readonly PageWriter _pages = new(store, HelpdeskRecord.WriteTimeEntry);

    public override Vendor Vendor => Vendor.TimeEntries;

    public override VendorReply Answer(HttpRequest request, PageFaults faults)
    {
        var query = request.Query;
        if (!TryMilliseconds(query["from"], long.MinValue, out var from) || !TryMilliseconds(query["to"], long.MaxValue, out var to))
        {
            return Refused("from or to");
        }

        if (!TryNumber(query["cursor"], 0, out var start) || !TryNumber(query["limit"], 50, out var size) || size is < 1 or > MostSize)
        {
            return Refused("cursor or limit");
        }

        // The oldest arrival first: what arrives later stands behind every cursor handed out.
        var matching = Arrived([Symbol]).Reverse()
            .Where(item => faults.IgnoreDates || (item.PublishedAt.ToUnixTimeMilliseconds() >= from && item.PublishedAt.ToUnixTimeMilliseconds() <= to)).ToList();
        var page = PageFaultRecords.Cut(matching, start, size, faults);
        var next = start + size < matching.Count ? string.Create(CultureInfo.InvariantCulture, $"\"{start + size}\"") : "null";
        return new VendorReply(StatusCodes.Status200OK, _pages.Array(page, "{\"entries\":", $",\"meta\":{{\"next\":{next}}}}}"), page.Count);
    }

    private static bool TryMilliseconds(string? text, long absent, out long milliseconds)
    {
        milliseconds = absent;
        return string.IsNullOrEmpty(text) || long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out milliseconds);
    }
}
