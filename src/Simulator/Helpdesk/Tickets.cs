using Sentiment.Simulator.Feed;
using Sentiment.Simulator.SideDoor;
using Sentiment.Simulator.Wire;

namespace Sentiment.Simulator.Helpdesk;

/// <summary>GET /helpdesk/service/tickets: numbered pages, the last updated first.</summary>
internal sealed class Tickets(FeedStore store, SimulatorClock clock) : HelpdeskApi(store, clock)
{
    public const string Path = "/helpdesk/service/tickets";

    private const int MostSize = 1000;

    private readonly PageWriter _pages = new(store, HelpdeskRecord.WriteTicket);

    public override Vendor Vendor => Vendor.Tickets;

    public override VendorReply Answer(HttpRequest request, PageFaults faults)
    {
        var query = request.Query;
        if (!Instants.TryParse(query["updatedFrom"], out var from) || !Instants.TryParse(query["updatedTo"], out var to))
        {
            return Refused("updatedFrom or updatedTo");
        }

        if (!TryNumber(query["page"], 1, out var number) || number < 1 || !TryNumber(query["pageSize"], 50, out var size) || size is < 1 or > MostSize)
        {
            return Refused("page or pageSize");
        }

        var matching = Arrived(HelpdeskRecord.Companies).Where(item => faults.IgnoreDates || (!(item.CrawledAt < from) && !(item.CrawledAt > to)));
        var page = PageFaultRecords.Cut(matching, (int)Math.Min((long)(number - 1) * size, int.MaxValue), size, faults);
        return new VendorReply(StatusCodes.Status200OK, _pages.Array(page, "{\"tickets\":", "}"), page.Count);
    }
}
