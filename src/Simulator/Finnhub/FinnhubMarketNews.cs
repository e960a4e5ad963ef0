using System.Globalization;
using Sentiment.Simulator.Feed;
using Sentiment.Simulator.Wire;

namespace Sentiment.Simulator.Finnhub;

/// <summary>GET /api/v1/news: the next records of one category above an id, the newest of them first.</summary>
internal sealed class FinnhubMarketNews(FeedStore store, SimulatorClock clock) : IVendorApi
{
    public const string Path = "/api/v1/news";

    private const int PageSize = 100;
    private static readonly string[] Categories = ["general", "forex", "crypto", "merger"];

    private readonly PageWriter _pages = new(store, FinnhubRecord.WriteMarket);

    public Vendor Vendor => Vendor.FinnhubMarket;

    public VendorErrors Errors => FinnhubCompanyNews.Refusals;

    public string? Key(HttpRequest request) => request.Headers["X-Finnhub-Token"].ToString();

    public VendorReply Answer(HttpRequest request, PageFaults faults)
    {
        var category = request.Query["category"].ToString();
        var minId = 0L;
        if (!Categories.Contains(category)
            || (request.Query["minId"].ToString() is { Length: > 0 } text && !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out minId)))
        {
            return new VendorReply(StatusCodes.Status422UnprocessableEntity, """{"error":"Wrong API parameters."}"""u8.ToArray());
        }

        var now = clock.Now;
        var matching = store.OfSymbol(Vendor, category.ToUpperInvariant(), now)
            .Where(item => item.CrawledAt <= now && item.Id > minId).OrderBy(item => item.Id);
        var page = PageFaultRecords.Cut(matching, 0, PageSize, faults);
        page.Reverse();
        return new VendorReply(StatusCodes.Status200OK, _pages.Array(page), page.Count);
    }
}
