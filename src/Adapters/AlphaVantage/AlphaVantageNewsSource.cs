using System.Globalization;
using Sentiment.Adapters.Http;
using Sentiment.Domain.Sources;

namespace Sentiment.Adapters.AlphaVantage;

/// <summary>
/// News of Alpha Vantage with its own scores: <c>GET /query?function=NEWS_SENTIMENT</c>, one symbol, oldest first. It
/// knows no pages: the next one starts in the minute in which the last one ended, and what that repeats is inserted once.
/// </summary>
internal sealed class AlphaVantageNewsSource(VendorHttp http) : ITableSource
{
    private const int PageSize = 1000;
    private const int Beyond = 10;
    private const string Minute = "yyyyMMdd'T'HHmm";

    private static readonly TimeSpan Step = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <inheritdoc/>
    /// <remarks>Errors come with status 200. The order of the rules matters: a burst's message names the day's quota, too.</remarks>
    public SourceDescription Description { get; } = new(
        "alphavantage/news-sentiment", "alphavantage", ChunkAxis.SymbolDays, CursorDate.Published, TimeSpan.FromHours(72), SymbolsPerChunk: 1, DaysPerChunk: 30)
    {
        Auth = new(AuthPlace.Query, "apikey"),
        Paging = PagingStyle.Time,
        PageSize = PageSize,
        MostDaysPerChunk = 90,
        Limits = ["alphavantage/day", "alphavantage/second"],
        Answers =
        [
            new("no articles found", AnswerMeaning.Empty),
            new("spreading out", AnswerMeaning.Wait, TimeSpan.FromSeconds(2)),
            new("per minute", AnswerMeaning.Wait, TimeSpan.FromMinutes(1)),
            new("per day", AnswerMeaning.WaitForNextDay),
            new("daily", AnswerMeaning.WaitForNextDay),
            new("is a premium", AnswerMeaning.Stop),
            new("api key", AnswerMeaning.Stop),
            new("apikey", AnswerMeaning.Stop),
        ],
        FollowsMarket = true,
    };

    /// <inheritdoc/>
    public Task<SourceBody> FetchAsync(PageRequest request, CancellationToken cancellationToken) => http.GetJsonAsync(
        new VendorCall(
            $"query?function=NEWS_SENTIMENT&tickers={Uri.EscapeDataString(request.Symbols[0])}"
            + $"&time_from={Spell(Start(request))}&time_to={Spell(Floor(request.To.AddTicks(-1), Day) + Day)}&sort=EARLIEST&limit={PageSize.ToString(CultureInfo.InvariantCulture)}",
            Description, request)
        {
            HasRecords = body => JsonBodies.HasArray(body.Span, "feed"u8),
            Expected = "feed",
        },
        cancellationToken);

    /// <inheritdoc/>
    public SourcePage Parse(PageRequest request, SourceBody body)
    {
        var records = AlphaVantageRecords.Read(body.Bytes, request.Symbols[0], () => VendorAnswer.RuleOf(Description, body.Bytes) is { Meaning: AnswerMeaning.Empty });
        return new(records, records.Count < PageSize || records.TakeLast(Beyond).All(r => r.PublishedAt > request.To) ? null : Next(request, records));
    }

    /// <summary>The minute of the last record that can be believed; a date that is wrong on purpose must lead nowhere.</summary>
    private static string Next(PageRequest request, List<SourceRecord> records)
    {
        var start = Start(request);
        var last = start;
        foreach (var at in records.Select(r => r.PublishedAt).Where(at => at >= start && at <= request.To))
        {
            last = Floor(at!.Value) >= Floor(last) ? at.Value
                : throw new SourceException("alphavantage does not sort as asked (EARLIEST), so that its pages cannot be walked", isTransient: false);
        }

        return Floor(last) > start ? Spell(Floor(last))
            : throw new SourceException(
                $"alphavantage has {PageSize:#,0} articles or more of {request.Symbols[0]} in the minute {Spell(start)}, or ignores time_from: there is no way past it", isTransient: false);
    }

    // Whole days, so that a later run of the day asks for the same and finds what was kept.
    private static DateTimeOffset Start(PageRequest request) => request.Cursor is { } cursor
        ? DateTimeOffset.ParseExact(cursor, Minute, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal) : Floor(request.From, Day);

    private static DateTimeOffset Floor(DateTimeOffset time) => Floor(time, Step);

    private static DateTimeOffset Floor(DateTimeOffset time, TimeSpan step) => new(time.UtcTicks - (time.UtcTicks % step.Ticks), TimeSpan.Zero);

    private static string Spell(DateTimeOffset time) => time.UtcDateTime.ToString(Minute, CultureInfo.InvariantCulture);
}
