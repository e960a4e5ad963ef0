using System.Globalization;
using Sentiment.Simulator.Feed;
using Sentiment.Simulator.Wire;

namespace Sentiment.Simulator.Helpdesk;

/// <summary>GET /helpdesk/company/contacts: a list whose Link header leads to its next part.</summary>
internal sealed class Contacts(FeedStore store, SimulatorClock clock) : HelpdeskApi(store, clock)
{
    public const string Path = "/helpdesk/company/contacts";

    private const int MostSize = 1000;

    private readonly PageWriter _pages = new(store, HelpdeskRecord.WriteContact);

    public override Vendor Vendor => Vendor.Contacts;

    public override VendorReply Answer(HttpRequest request, PageFaults faults)
    {
        var query = request.Query;
        if (!Days.TryParse(query["since"], null, out var days))
        {
            return Refused("since");
        }

        if (!TryNumber(query["after"], 0, out var start) || !TryNumber(query["per_page"], 50, out var size) || size is < 1 or > MostSize)
        {
            return Refused("after or per_page");
        }

        var matching = Arrived(HelpdeskRecord.Companies).Reverse().Where(item => faults.IgnoreDates || days.Contain(item.PublishedAt)).ToList();
        var page = PageFaultRecords.Cut(matching, start, size, faults);
        return new VendorReply(StatusCodes.Status200OK, _pages.Array(page), page.Count)
        {
            Link = start + size < matching.Count
                ? string.Create(CultureInfo.InvariantCulture, $"<{Path}?since={Uri.EscapeDataString(query["since"].ToString())}&per_page={size}&after={start + size}>; rel=\"next\"") : null,
        };
    }
}
