using System.Globalization;
using Sentiment.Simulator.Feed;
using Sentiment.Simulator.Wire;

namespace Sentiment.Simulator.Tiingo;

/// <summary>GET /tiingo/news: pages by offset over the newest-first list of the asked tickers.</summary>
internal sealed class TiingoNews(FeedStore store, SimulatorClock clock) : IVendorApi
{
    public const string Path = "/tiingo/news";

    private const string Scheme = "Token ";
    private const int DefaultLimit = 100;
    private const int MostLimit = 1000;

    public static readonly VendorErrors Refusals = new(
        """{"detail":"Invalid token."}"""u8.ToArray(),
        """{"detail":"You do not have permission to access the News API"}"""u8.ToArray(),
        """{"detail":"Error: You have run over your request allocation."}"""u8.ToArray());

    private readonly PageWriter _pages = new(store, TiingoRecord.Write);

    public Vendor Vendor => Vendor.Tiingo;

    public VendorErrors Errors => Refusals;

    public string? Key(HttpRequest request) => KeyOf(request);

    /// <summary>The token of a call of any of the vendor's tables.</summary>
    public static string? KeyOf(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : null;
    }

    public VendorReply Answer(HttpRequest request, PageFaults faults)
    {
        var query = request.Query;
        var symbols = FeedStore.Symbols(query["tickers"]);
        var sortBy = query["sortBy"].ToString();
        if (symbols.Length == 0)
        {
            return Refused("tickers: at least one ticker is needed");
        }

        if (!Days.TryParse(query["startDate"], query["endDate"], out var days))
        {
            return Refused("startDate, endDate: not a date in YYYY-MM-DD format");
        }

        if (!TryNumber(query["limit"], DefaultLimit, out var limit) || limit is < 1 or > MostLimit)
        {
            return Refused("limit: must be between 1 and 1000");
        }

        if (!TryNumber(query["offset"], 0, out var offset))
        {
            return Refused("offset: must not be negative");
        }

        if (sortBy is not ("" or "publishedDate" or "crawlDate"))
        {
            return Refused("sortBy: must be publishedDate or crawlDate");
        }

        var now = clock.Now;
        var asked = faults.IgnoreDates ? Days.All : days;
        var matching = store.Merged(Vendor.Tiingo, symbols, sortBy != "crawlDate", now)
            .Where(item => item.CrawledAt <= now && asked.Contain(item.PublishedAt));
        var page = PageFaultRecords.Cut(matching, offset, limit, faults);
        return new VendorReply(StatusCodes.Status200OK, _pages.Array(page), page.Count);
    }

    /// <summary>What a call with a wrong parameter gets.</summary>
    public static VendorReply Refused(string detail) =>
        new(StatusCodes.Status400BadRequest, System.Text.Encoding.UTF8.GetBytes($$"""{"detail":"{{detail}}"}"""));

    private static bool TryNumber(string? text, int absent, out int number)
    {
        number = absent;
        return string.IsNullOrEmpty(text) || int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
