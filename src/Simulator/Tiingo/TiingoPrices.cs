using Sentiment.Simulator.Feed;
using Sentiment.Simulator.Prices;
using Sentiment.Simulator.Wire;

namespace Sentiment.Simulator.Tiingo;

/// <summary>GET /tiingo/daily/TICKER/prices and GET /iex/TICKER/prices: the bars of one ticker between two days, oldest first.</summary>
internal sealed class TiingoPrices(PriceTable table, PriceFeed feed, SimulatorClock clock) : IVendorApi
{
    public const string EodPath = "/tiingo/daily/{ticker}/prices";
    public const string IntradayPath = "/iex/{ticker}/prices";

    private const int LongestTicker = 32;

    public Vendor Vendor => table.Vendor;

    public VendorErrors Errors => TiingoNews.Refusals;

    public string? Key(HttpRequest request) => TiingoNews.KeyOf(request);

    public VendorReply Answer(HttpRequest request, PageFaults faults)
    {
        // A slash inside a segment stays escaped until here.
        var ticker = Uri.UnescapeDataString(request.RouteValues["ticker"]?.ToString() ?? "");
        if (ticker.Length is 0 or > LongestTicker)
        {
            return new(StatusCodes.Status404NotFound, """{"detail":"Not found."}"""u8.ToArray());
        }

        var query = request.Query;
        if (!Days.TryParse(query["startDate"], query["endDate"], out var days))
        {
            return TiingoNews.Refused("startDate, endDate: not a date in YYYY-MM-DD format");
        }

        if (table == PriceTable.Intraday && query["resampleFreq"].ToString() is not ("" or "5Min" or "5min"))
        {
            return TiingoNews.Refused("resampleFreq: only 5Min is served");
        }

        var withVolume = query["columns"].ToString().Split(',').Contains("volume");
        var bars = feed.Between(table, PriceFeed.Ticker(ticker), faults.IgnoreDates ? Days.All : days, clock.Now);
        var page = PageFaultRecords.Cut(bars, 0, int.MaxValue, faults);
        return new(StatusCodes.Status200OK, TiingoBarWriter.Array(table, page, withVolume), page.Count);
    }
}
