using System.Globalization;
using Sentiment.Simulator.Feed;
using Sentiment.Simulator.Wire;

namespace Sentiment.Simulator.AlphaVantage;

/// <summary>GET /query?function=NEWS_SENTIMENT: records of one ticker between two minutes; every refusal comes with 200.</summary>
internal sealed class AlphaVantageNews(FeedStore store, SimulatorClock clock) : IVendorApi
{
    public const string Path = "/query";

    private const int DefaultLimit = 50;
    private const int MostLimit = 1000;
    private const string Minute = "yyyyMMdd'T'HHmm";

    private static readonly byte[] BadCall = """{"Error Message":"Invalid API call. Please retry or visit the documentation for NEWS_SENTIMENT."}"""u8.ToArray();

    private static readonly byte[] NoneFound =
        """{"Information":"No articles found. Please adjust the time range or refer to the API documentation."}"""u8.ToArray();

    private readonly PageWriter _pages = new(store, AlphaVantageRecord.Write);

    public Vendor Vendor => Vendor.AlphaVantage;

    public VendorErrors Errors { get; } = new(
        """{"Error Message":"the parameter apikey is invalid or missing. Please claim your free API key."}"""u8.ToArray(),
        """{"Information":"Thank you for using Alpha Vantage! This is a premium endpoint."}"""u8.ToArray(),
        """{"Note":"Too many calls per minute. Please try again after 1 seconds."}"""u8.ToArray())
    {
        Status = StatusCodes.Status200OK,
    };

    public string? Key(HttpRequest request) => request.Query["apikey"].ToString();

    public VendorReply Answer(HttpRequest request, PageFaults faults)
    {
        var query = request.Query;
        var limit = DefaultLimit;
        if (query["function"] != "NEWS_SENTIMENT" || FeedStore.Symbols(query["tickers"]) is not [var symbol] || query["sort"].ToString() is not ("" or "LATEST" or "EARLIEST")
            || !TryMinute(query["time_from"], DateTimeOffset.MinValue, out var from) || !TryMinute(query["time_to"], DateTimeOffset.MaxValue.AddMinutes(-1), out var to)
            || (query["limit"].ToString() is { Length: > 0 } text && !(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit is >= 1 and <= MostLimit)))
        {
            return new VendorReply(StatusCodes.Status200OK, BadCall);
        }

        var now = clock.Now;
        var matching = store.Merged(Vendor, [symbol], byPublication: true, now)
            .Where(item => item.CrawledAt <= now && (faults.IgnoreDates || (item.PublishedAt >= from && item.PublishedAt < to.AddMinutes(1))));
        var page = PageFaultRecords.Cut(query["sort"] == "EARLIEST" ? matching.Reverse() : matching, 0, limit, faults);
        return page.Count == 0
            ? new VendorReply(StatusCodes.Status200OK, NoneFound)
            : new VendorReply(StatusCodes.Status200OK, _pages.Array(page, string.Create(CultureInfo.InvariantCulture, $"{{\"items\":\"{page.Count}\",\"feed\":"), "}"), page.Count);
    }

    private static bool TryMinute(string? text, DateTimeOffset absent, out DateTimeOffset minute)
    {
        minute = absent;
        return string.IsNullOrEmpty(text) || DateTimeOffset.TryParseExact(text, Minute, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out minute);
    }
}
