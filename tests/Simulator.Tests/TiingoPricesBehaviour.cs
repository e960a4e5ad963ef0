using System.Globalization;
using System.Net;
using System.Text.Json;
using static Sentiment.Simulator.Tests.Records;

namespace Sentiment.Simulator.Tests;

/// <summary>Bars of prices: what is served is exactly the truth, and the same whenever it is asked for.</summary>
public sealed class TiingoPricesBehaviour
{
    private const string Eod = "/tiingo/daily/aapl/prices?startDate=2026-10-01&endDate=2026-10-31";
    private const string Intraday = "/iex/aapl/prices?resampleFreq=5Min&startDate=2026-10-01&endDate=2026-10-31&columns=open,high,low,close,volume";
    private static readonly SimulatorOptions Options = RunningSimulator.Small with { BadShare = 0.05 };

    [Theory]
    [InlineData(Eod, "tiingoEod", 22)]
    [InlineData(Intraday, "tiingoIntraday", 22 * 78)]
    public async Task A_month_of_bars_is_the_truth(string path, string vendor, int count)
    {
        await using var simulator = await RunningSimulator.Start(Options with { HistoryDays = 40 });
        var served = await BarsAsync(simulator, path);
        Assert.Equal(count, served.Count);
        var truth = await ReadAsync(simulator, $"/_sim/truth?vendor={vendor}&symbols=AAPL&from=2026-10-01&to=2026-10-31T23:59:59Z");
        var bad = truth.GetProperty("bad").EnumerateArray().Select(b => b.GetProperty("rawHash").GetString()).ToHashSet();
        Assert.Equal(bad.Count + truth.GetProperty("bars").GetArrayLength(), count);
        Assert.Equal(truth.GetProperty("bars").EnumerateArray().Select(b => Line(b, "time")), served.Where(b => !bad.Contains(Hash(b))).Select(b => Line(b, "date")));
    }

    [Fact]
    public async Task Some_bars_are_broken_and_some_jump_and_the_truth_says_which()
    {
        await using var simulator = await RunningSimulator.Start(Options with { HistoryDays = 40 });
        var truth = await ReadAsync(simulator, "/_sim/truth?vendor=tiingoIntraday&symbols=AAPL,MSFT");
        var suspicious = truth.GetProperty("bars").EnumerateArray().Count(b => b.GetProperty("isSuspicious").GetBoolean());
        Assert.InRange(suspicious, 20, 200);
        Assert.Equal(
            ["futureDate", "highBelowLow", "missingPrice", "unparseableDate", "zeroPrice"],
            truth.GetProperty("bad").EnumerateArray().Select(b => b.GetProperty("reason").GetString()!).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task There_is_no_trade_at_night_and_at_weekends()
    {
        await using var simulator = await RunningSimulator.Start(Options with { BadShare = 0 });
        Assert.Empty(await BarsAsync(simulator, "/tiingo/daily/aapl/prices?startDate=2026-10-24&endDate=2026-10-25"));
        var bars = await BarsAsync(simulator, Intraday);
        Assert.All(bars.Select(Start), start =>
        {
            Assert.False(start.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday);
            Assert.InRange(start.TimeOfDay, new TimeSpan(14, 30, 0), new TimeSpan(20, 55, 0));
        });
    }

    [Theory]
    [InlineData("/tiingo/daily/aapl/prices?startDate=2026-11-02", "2026-11-02T16:00:00Z", "2026-11-03T00:00:00Z")]
    [InlineData("/iex/aapl/prices?resampleFreq=5Min&startDate=2026-11-02", "2026-11-02T14:32:00Z", "2026-11-02T14:35:00Z")]
    public async Task A_running_bar_changes_until_its_period_has_ended_and_then_no_more(string path, string running, string ended)
    {
        await using var simulator = await RunningSimulator.Start(Options with { BadShare = 0 });
        await simulator.Post("/_sim/clock", new { now = running, frozen = true });
        var half = (await BarsAsync(simulator, path)).Single();
        await simulator.Post("/_sim/clock", new { now = ended, frozen = true });
        var whole = (await BarsAsync(simulator, path))[0];
        await simulator.Post("/_sim/clock", new { now = "2026-11-20T12:00:00Z", frozen = true });
        Assert.Equal(Start(half), Start(whole));
        Assert.NotEqual(half.GetRawText(), whole.GetRawText());
        Assert.Equal(whole.GetRawText(), (await BarsAsync(simulator, path))[0].GetRawText());
        var truth = await ReadAsync(simulator, $"/_sim/truth?vendor={(path.StartsWith("/iex", StringComparison.Ordinal) ? "tiingoIntraday" : "tiingoEod")}&symbols=AAPL&from=2026-11-02&now={running}");
        Assert.Equal(0, truth.GetProperty("bars").GetArrayLength());
    }

    [Fact]
    public async Task A_volume_of_five_minutes_comes_only_where_it_is_asked_for()
    {
        await using var simulator = await RunningSimulator.Start(Options);
        Assert.All(await BarsAsync(simulator, Intraday), bar => Assert.True(bar.TryGetProperty("volume", out _)));
        Assert.All(await BarsAsync(simulator, "/iex/aapl/prices?startDate=2026-10-30"), bar => Assert.False(bar.TryGetProperty("volume", out _)));
    }

    [Fact]
    public async Task Faults_repeat_bars_and_ignore_dates_like_those_of_others()
    {
        await using var simulator = await RunningSimulator.Start(Options);
        var all = await BarsAsync(simulator, "/tiingo/daily/aapl/prices");
        await simulator.Post("/_sim/faults", new { share = 1, kinds = new[] { "ignoreDates" } });
        Assert.Equal(all.Select(b => b.GetRawText()), (await BarsAsync(simulator, "/tiingo/daily/aapl/prices?startDate=2026-10-30")).Select(b => b.GetRawText()));
        await simulator.Post("/_sim/faults", new { share = 1, kinds = new[] { "duplicates" }, vendor = "tiingoEod" });
        var twice = await BarsAsync(simulator, "/tiingo/daily/aapl/prices");
        Assert.True(twice.Count > all.Count);
        Assert.Equal(all.Select(b => b.GetRawText()), twice.Select(b => b.GetRawText()).Distinct());
    }

    [Theory]
    [InlineData("/tiingo/daily/aapl/prices", "wrong-key", HttpStatusCode.Unauthorized)]
    [InlineData("/iex/aapl/prices", "noentitle-key", HttpStatusCode.Forbidden)]
    [InlineData("/iex/aapl/prices?startDate=yesterday", "any", HttpStatusCode.BadRequest)]
    [InlineData("/iex/aapl/prices?resampleFreq=1Min", "any", HttpStatusCode.BadRequest)]
    [InlineData("/tiingo/daily/aaaaaaaaaabbbbbbbbbbccccccccccddd/prices", "any", HttpStatusCode.NotFound)]
    public async Task A_call_that_is_wrong_is_refused(string path, string key, HttpStatusCode status)
    {
        await using var simulator = await RunningSimulator.Start(Options);
        using var answer = await SendAsync(simulator, path, key);
        Assert.Equal(status, answer.StatusCode);
    }

    [Fact]
    public async Task Nobody_adds_texts_to_prices()
    {
        await using var simulator = await RunningSimulator.Start(Options);
        using var body = new StringContent("""{"vendor":"tiingoEod","symbol":"AAPL"}""");
        using var answer = await simulator.Client.PostAsync(new Uri("/_sim/items", UriKind.Relative), body);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    private static DateTimeOffset Start(JsonElement bar) => bar.GetProperty("date").GetDateTimeOffset();

    private static string Line(JsonElement bar, string time) => string.Create(
        CultureInfo.InvariantCulture,
        $"{bar.GetProperty(time).GetDateTimeOffset():O} {string.Join(' ', ((string[])["open", "high", "low", "close", "volume"]).Select(f => bar.GetProperty(f).GetDecimal() / 1.0000m))}");

    private static async Task<List<JsonElement>> BarsAsync(RunningSimulator simulator, string path) => [.. (await ReadAsync(simulator, path)).EnumerateArray()];

    private static async Task<JsonElement> ReadAsync(RunningSimulator simulator, string path)
    {
        using var answer = await SendAsync(simulator, path, "any");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
    }

    private static async Task<HttpResponseMessage> SendAsync(RunningSimulator simulator, string path, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Authorization", $"Token {key}");
        return await simulator.Client.SendAsync(request);
    }
}
