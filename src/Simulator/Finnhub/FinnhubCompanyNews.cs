using Sentiment.Simulator.Feed;
using Sentiment.Simulator.Wire;

namespace Sentiment.Simulator.Finnhub;

/// <summary>GET /api/v1/company-news: every record of one symbol between two days, newest first, in one answer.</summary>
internal sealed class FinnhubCompanyNews(FeedStore store, SimulatorClock clock) : IVendorApi
{
    public const string Path = "/api/v1/company-news";

    public static readonly VendorErrors Refusals = new(
        """{"error":"Invalid API key."}"""u8.ToArray(),
        """{"error":"You don't have access to this resource."}"""u8.ToArray(),
        """{"error":"API limit reached. Please try again later. Remaining Limit: 0"}"""u8.ToArray());

    private readonly PageWriter _pages = new(store, FinnhubRecord.Write);

    public Vendor Vendor => Vendor.Finnhub;

    public VendorErrors Errors => Refusals;

    public string? Key(HttpRequest request) => request.Headers["X-Finnhub-Token"].ToString();

    public VendorReply Answer(HttpRequest request, PageFaults faults)
    {
        var symbols = FeedStore.Symbols(request.Query["symbol"]);
        string? from = request.Query["from"];
        string? to = request.Query["to"];
        if (symbols.Length != 1 || string.IsNullOrEmpty(from) || string.IsNullOrEmpty(to) || !Days.TryParse(from, to, out var days))
        {
            return new VendorReply(StatusCodes.Status422UnprocessableEntity, """{"error":"Wrong API parameters."}"""u8.ToArray());
        }

        var now = clock.Now;
        var asked = faults.IgnoreDates ? Days.All : days;
        var matching = store.Merged(Vendor.Finnhub, symbols, byPublication: true, now)
            .Where(item => item.CrawledAt <= now && asked.Contain(item.PublishedAt));
        var page = PageFaultRecords.Cut(matching, 0, int.MaxValue, faults);
        return new VendorReply(StatusCodes.Status200OK, _pages.Array(page), page.Count);
    }
}
