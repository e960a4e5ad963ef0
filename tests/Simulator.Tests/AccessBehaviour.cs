using System.Net;
using System.Net.Http.Json;

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

    [Fact]
    public async Task A_window_slides_and_refused_calls_are_told_at_the_side_door()
    {
        await using var simulator = await RunningSimulator.Start(RunningSimulator.Small with { CallsPerMinute = 2, CallsPerHour = 3 });
        await simulator.FinnhubList(Company);
        simulator.Time.Advance(TimeSpan.FromSeconds(50));
        await simulator.FinnhubList(Company);
        simulator.Time.Advance(TimeSpan.FromSeconds(10));
        await simulator.FinnhubList(Company);

        // A window that began anew with its first call would let this one pass.
        using var minute = await simulator.Finnhub(Company);
        Assert.Equal((HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(3540)), (minute.StatusCode, minute.Headers.RetryAfter!.Delta));
        var told = await simulator.Client.GetFromJsonAsync<System.Text.Json.JsonElement>("/_sim/stats");
        Assert.Equal("""{"minute":1,"hour":1}""", Sorted(told));

        using var reset = await simulator.Client.DeleteAsync("/_sim/stats");
        told = await simulator.Client.GetFromJsonAsync<System.Text.Json.JsonElement>("/_sim/stats");
        Assert.Equal("{}", told.GetProperty("violations").GetRawText());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3600)]
    [InlineData(86_400)]
    public async Task Every_window_has_its_limit(int seconds)
    {
        await using var simulator = await RunningSimulator.Start(RunningSimulator.Small with
        {
            CallsPerSecond = seconds == 1 ? 1 : null,
            CallsPerHour = seconds == 3600 ? 1 : null,
            CallsPerDay = seconds == 86_400 ? 1 : null,
        });
        await simulator.FinnhubList(Company);
        using var refused = await simulator.Finnhub(Company);
        Assert.Equal((HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(seconds)), (refused.StatusCode, refused.Headers.RetryAfter!.Delta));
        simulator.Time.Advance(TimeSpan.FromSeconds(seconds));
        await simulator.FinnhubList(Company);
    }

    [Fact]
    public async Task A_call_counts_when_it_arrives()
    {
        await using var simulator = await RunningSimulator.Start(RunningSimulator.Small with { CallsPerMinute = 1, TransitMs = 200 });
        var call = simulator.Finnhub(Company);
        while (!call.IsCompleted)
        {
            simulator.Time.Advance(TimeSpan.FromMilliseconds(1));
            await Task.Yield();
        }

        using var answer = await call;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.True(simulator.Time.GetUtcNow() > RunningSimulator.Epoch);
    }

    private static string Sorted(System.Text.Json.JsonElement statistics) => "{" + string.Join(',', statistics.GetProperty("violations").EnumerateObject()
        .OrderByDescending(v => v.Name, StringComparer.Ordinal).Select(v => $"\"{v.Name}\":{v.Value}")) + "}";
}
