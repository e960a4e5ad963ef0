using System.Net;

namespace Sentiment.Simulator.Tests;

public sealed class AccessBehaviour
{
    private const string Company = "symbol=AAPL&from=2026-10-01&to=2026-10-02";

    [Theory]
    [InlineData("wrong-1")]
    [InlineData("listed")]
    [InlineData(null)]
    public async Task A_wrong_key_is_answered_with_401(string? key)
    {
        await using var simulator = await RunningSimulator.Start(RunningSimulator.Small with { WrongKeys = ["listed"] });
        using var tiingo = await simulator.Tiingo("tickers=AAPL", key);
        using var finnhub = await simulator.Finnhub(Company, key);

        Assert.Equal(HttpStatusCode.Unauthorized, tiingo.StatusCode);
        Assert.Equal("""{"detail":"Invalid token."}""", await tiingo.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.Unauthorized, finnhub.StatusCode);
        Assert.Equal("""{"error":"Invalid API key."}""", await finnhub.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_key_without_the_news_entitlement_is_answered_with_403()
    {
        await using var simulator = await RunningSimulator.Start();
        using var tiingo = await simulator.Tiingo("tickers=AAPL", "noentitle-1");
        using var finnhub = await simulator.Finnhub(Company, "noentitle-1");

        Assert.Equal(HttpStatusCode.Forbidden, tiingo.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, finnhub.StatusCode);
    }

    [Fact]
    public async Task Calls_over_the_limit_get_429_until_the_minute_is_over()
    {
        await using var simulator = await RunningSimulator.Start(RunningSimulator.Small with { CallsPerMinute = 2 });
        await simulator.FinnhubList(Company);
        simulator.Time.Advance(TimeSpan.FromSeconds(15));
        await simulator.FinnhubList(Company);
        using var refused = await simulator.Finnhub(Company);

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(45), refused.Headers.RetryAfter!.Delta);
        Assert.Equal(
            """{"error":"API limit reached. Please try again later. Remaining Limit: 0"}""",
            await refused.Content.ReadAsStringAsync());

        simulator.Time.Advance(TimeSpan.FromSeconds(45));
        await simulator.FinnhubList(Company);
    }

    [Fact]
    public async Task Limits_count_each_key_and_vendor_alone()
    {
        await using var simulator = await RunningSimulator.Start(RunningSimulator.Small with { CallsPerMinute = 1 });
        using var first = await simulator.Tiingo("tickers=AAPL", "one");
        using var other = await simulator.Tiingo("tickers=AAPL", "two");
        using var vendor = await simulator.Finnhub(Company, "one");
        using var again = await simulator.Tiingo("tickers=AAPL", "one");

        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.TooManyRequests],
            new[] { first.StatusCode, other.StatusCode, vendor.StatusCode, again.StatusCode });
    }
}
