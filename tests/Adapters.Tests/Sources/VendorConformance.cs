using System.Globalization;
using Microsoft.AspNetCore.Http;
using Sentiment.Domain.Sources;

namespace Sentiment.Adapters.Tests.Sources;

public sealed class TiingoNewsConformance() : SourceConformance("tiingo/news", "Tiingo")
{
    private protected override int PageSize => 1000;

    private protected override IEnumerable<(string Body, Type? Failure)> AnswersWithoutRecords =>
    [
        ("""{"detail":"Error: You have run over your hourly request allocation limit."}""", typeof(TimeoutException)),
        ("""{"detail":"token=s3cret-t0ken not found"}""", typeof(SourceException)),
    ];

    private protected override (IEnumerable<WireRecord> Page, string? Next) Select(HttpRequest request, IReadOnlyList<WireRecord> all, bool ignoresDates)
    {
        var query = request.Query;
        var byArrival = query["sortBy"] == "crawlDate";
        var inDates = all.Where(r => ignoresDates || byArrival || (string.CompareOrdinal(Wire.Day(r.Published), query["startDate"]) >= 0 && string.CompareOrdinal(Wire.Day(r.Published), query["endDate"]) <= 0));
        return (inDates.OrderByDescending(r => byArrival ? r.Arrived : r.Published).ThenBy(r => r.Number).Skip(Wire.Number(query["offset"])).Take(Wire.Number(query["limit"])), null);
    }

    private protected override string Render(WireRecord record) =>
        $$"""{"id":{{record.Number}},"title":"{{record.Title}}","url":"{{record.Url}}","publishedDate":"{{record.Published:O}}","crawlDate":"{{record.Arrived:O}}","tickers":["aapl"]}""";
}

public sealed class FinnhubCompanyNewsConformance() : SourceConformance("finnhub/company-news", "Finnhub")
{
    private protected override int PageSize => 0;

    private protected override IEnumerable<(string Body, Type? Failure)> AnswersWithoutRecords =>
    [
        ("""{"error":"API limit reached. Please try again later. Remaining Limit: 0"}""", typeof(TimeoutException)),
        ("""{"error":"token=s3cret-t0ken"}""", typeof(SourceException)),
    ];

    private protected override (IEnumerable<WireRecord> Page, string? Next) Select(HttpRequest request, IReadOnlyList<WireRecord> all, bool ignoresDates) => (all.Where(r =>
        ignoresDates || (string.CompareOrdinal(Wire.Day(r.Published), request.Query["from"]) >= 0 && string.CompareOrdinal(Wire.Day(r.Published), request.Query["to"]) <= 0)), null);

    private protected override string Render(WireRecord record) => Wire.Finnhub(record);
}

public sealed class FinnhubMarketNewsConformance() : SourceConformance("finnhub/market-news", "Finnhub")
{
    private protected override int PageSize => 100;

    private protected override IEnumerable<(string Body, Type? Failure)> AnswersWithoutRecords =>
    [
        ("""{"error":"API limit reached. Please try again later. Remaining Limit: 0"}""", typeof(TimeoutException)),
        ("""{"error":"token=s3cret-t0ken"}""", typeof(SourceException)),
    ];

    // The next records above the id, of which the newest comes first.
    private protected override (IEnumerable<WireRecord> Page, string? Next) Select(HttpRequest request, IReadOnlyList<WireRecord> all, bool ignoresDates)
    {
        Assert.Equal("general", request.Query["category"]);
        return (all.Where(r => r.Number > Wire.Number(request.Query["minId"])).OrderBy(r => r.Number).Take(100).Reverse(), null);
    }

    private protected override string Render(WireRecord record) => Wire.Finnhub(record);
}

public sealed class AlphaVantageConformance() : SourceConformance("alphavantage/news-sentiment", "AlphaVantage")
{
    private const string Minute = "yyyyMMdd'T'HHmm";

    private protected override int PageSize => 1000;

    private protected override bool EndsDespiteIgnoredDates => false;

    private protected override IEnumerable<(string Body, Type? Failure)> AnswersWithoutRecords =>
    [
        ("""{"Information":"No articles found. Please adjust the time range or refer to the API documentation"}""", null),
        ("""{"Information":"We have detected your API key as s3cret-t0ken and our standard API rate limit is 25 requests per day. Please subscribe to any of the premium plans to instantly remove all daily rate limits."}""", typeof(SourceWaitException)),
        ("""{"Note":"Thank you for using Alpha Vantage! Our standard API call frequency is 5 calls per minute and 500 calls per day."}""", typeof(SourceWaitException)),
        ("""{"Information":"Thank you for using Alpha Vantage! This is a premium endpoint. You may subscribe to instantly unlock all premium endpoints"}""", typeof(SourceStoppedException)),
        ("""{"Error Message":"the parameter apikey is invalid or missing. Please claim your free API key: s3cret-t0ken"}""", typeof(SourceStoppedException)),
        ("""{"Information":"The **demo** API key is for demo purposes only."}""", typeof(SourceStoppedException)),
        ("""{"Error Message":"Invalid API call. Please retry or visit the documentation for NEWS_SENTIMENT."}""", typeof(SourceException)),
        ("""{"feed":{"title":"t"}}""", typeof(SourceException)),
    ];

    private protected override (IEnumerable<WireRecord> Page, string? Next) Select(HttpRequest request, IReadOnlyList<WireRecord> all, bool ignoresDates)
    {
        var query = request.Query;
        Assert.Equal(("NEWS_SENTIMENT", "AAPL", "EARLIEST"), (query["function"].ToString(), query["tickers"].ToString(), query["sort"].ToString()));
        return (all.Where(r => ignoresDates || (string.CompareOrdinal(Spell(r), query["time_from"]) >= 0 && string.CompareOrdinal(Spell(r), query["time_to"]) <= 0))
            .OrderBy(r => r.Published).ThenBy(r => r.Number).Take(Wire.Number(query["limit"])), null);
    }

    private protected override string Render(WireRecord record) => Wire.AlphaVantage(record);

    private protected override string Wrap(IEnumerable<string> records, string? next) => $$"""{"items":"50","feed":[{{string.Join(',', records)}}]}""";

    private static string Spell(WireRecord record) => record.Published.UtcDateTime.ToString(Minute, CultureInfo.InvariantCulture);
}

/// <summary>How vendors spell things.</summary>
internal static class Wire
{
    public static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static int Number(string? text) => int.Parse(text ?? "0", CultureInfo.InvariantCulture);

    public static string Finnhub(WireRecord record) =>
        $$"""{"category":"general","datetime":{{record.Published.ToUnixTimeSeconds()}},"headline":"{{record.Title}}","id":{{record.Number}},"related":"","url":"{{record.Url}}"}""";

    public static string AlphaVantage(WireRecord record) =>
        $$"""{"title":"{{record.Title}}","url":"{{record.Url}}","time_published":"{{record.Published.UtcDateTime.ToString("yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture)}}","overall_sentiment_score":0.25,"ticker_sentiment":[{"ticker":"AAPL","relevance_score":"0.5","ticker_sentiment_score":"0.1"}]}""";
}
