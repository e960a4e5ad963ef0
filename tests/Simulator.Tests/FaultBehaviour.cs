using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Sentiment.Simulator.Faults;
using static Sentiment.Simulator.Tests.Records;

namespace Sentiment.Simulator.Tests;

public sealed class FaultBehaviour
{
    private const string Query = "tickers=AAPL&limit=50&offset=100";

    [Theory]
    [InlineData("rateLimit", HttpStatusCode.TooManyRequests)]
    [InlineData("serverError", HttpStatusCode.InternalServerError)]
    [InlineData("badGateway", HttpStatusCode.BadGateway)]
    [InlineData("unavailable", HttpStatusCode.ServiceUnavailable)]
    [InlineData("unauthorized", HttpStatusCode.Unauthorized)]
    [InlineData("forbidden", HttpStatusCode.Forbidden)]
    [InlineData("requestTimeout", HttpStatusCode.RequestTimeout)]
    public async Task A_failing_status_is_served(string kind, HttpStatusCode status)
    {
        await using var simulator = await Failing(kind);
        using var response = await simulator.Tiingo(Query);

        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task An_injected_429_says_how_long_to_wait()
    {
        await using var simulator = await RunningSimulator.Start();
        await simulator.Post("/_sim/faults", new { share = 1, kinds = new[] { "rateLimit" }, retryAfterSeconds = 8 });
        using var response = await simulator.Finnhub("symbol=AAPL&from=2026-10-01&to=2026-10-02");

        Assert.Equal(TimeSpan.FromSeconds(8), response.Headers.RetryAfter!.Delta);
    }

    [Fact]
    public async Task A_cut_connection_ends_in_the_middle_of_the_body()
    {
        await using var simulator = await Failing("cutConnection");

        await Assert.ThrowsAsync<HttpRequestException>(() => simulator.Tiingo(Query));
    }

    [Fact]
    public async Task Truncated_json_arrives_with_correct_framing()
    {
        await using var simulator = await Failing("truncatedJson");
        using var response = await simulator.Tiingo(Query);
        var body = await response.Content.ReadAsByteArrayAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(response.Content.Headers.ContentLength, body.Length);
        Assert.ThrowsAny<JsonException>(() => JsonDocument.Parse(body));
    }

    [Theory]
    [InlineData("errorWithStatus200")]
    [InlineData("otherShape")]
    public async Task Something_else_arrives_with_status_200(string kind)
    {
        await using var simulator = await Failing(kind);
        using var response = await simulator.Tiingo(Query);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(JsonValueKind.String, JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync()).RootElement.GetProperty("detail").ValueKind);
    }

    [Fact]
    public async Task A_redirect_leads_to_another_host()
    {
        await using var simulator = await Failing("redirect");
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = simulator.Client.BaseAddress };
        client.DefaultRequestHeaders.Add("Authorization", "Token any-key");
        using var response = await client.GetAsync(new Uri($"/tiingo/news?{Query}", UriKind.Relative));
        Assert.Equal((HttpStatusCode.Found, "elsewhere.example"), (response.StatusCode, response.Headers.Location!.Host));
    }

    [Fact]
    public async Task A_reset_comes_before_any_answer()
    {
        await using var simulator = await Failing("reset");
        await Assert.ThrowsAsync<HttpRequestException>(() => simulator.Tiingo(Query));
    }

    [Theory]
    [InlineData("oversize", 20_000_000)]
    [InlineData("endlessBody", 3)]
    public async Task A_body_goes_on_longer_than_anybody_reads(string kind, int bytes)
    {
        await using var simulator = await Failing(kind);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/tiingo/news?{Query}");
        request.Headers.Add("Authorization", "Token any-key");
        using var response = await simulator.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using var body = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[64 * 1024];
        for (var read = 0; read < bytes;)
        {
            var next = body.ReadAsync(buffer).AsTask();
            while (!next.IsCompleted)
            {
                simulator.Time.Advance(TimeSpan.FromMilliseconds(100));
                await Task.Yield();
            }

            Assert.NotEqual(0, await next);
            read += await next;
        }
    }

    [Fact]
    public async Task Kinds_that_are_not_named_are_those_that_an_attempt_more_gets_over()
    {
        await using var simulator = await RunningSimulator.Start(RunningSimulator.Small with { Faults = new FaultSettings { Share = 1, SlowBodyMs = 0, RetryAfterSeconds = 0 } });
        for (var call = 0; call < 200; call++)
        {
            try
            {
                using var response = await simulator.Tiingo("tickers=AAPL&limit=20&offset=20");
            }
            catch (HttpRequestException)
            {
                // A connection that was cut.
            }
        }

        var faults = (await simulator.Client.GetFromJsonAsync<JsonElement>("/_sim/stats")).GetProperty("faults").EnumerateObject().Select(f => f.Name).ToList();
        Assert.Equal(11, faults.Count);
        Assert.DoesNotContain("unauthorized", faults);
    }

    [Fact]
    public async Task Html_arrives_instead_of_json()
    {
        await using var simulator = await Failing("html");
        using var response = await simulator.Tiingo(Query);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task A_slow_body_takes_as_long_as_configured_and_is_whole()
    {
        await using var simulator = await RunningSimulator.Start();
        var whole = await simulator.TiingoPage(Query);
        await simulator.Post("/_sim/faults", new { share = 1, kinds = new[] { "slowBody" }, slowBodyMs = 20_000 });
        var start = simulator.Time.GetUtcNow();
        var slow = simulator.TiingoPage(Query);

        // The clock stands until the page is being written: a later page would have newer records.
        await simulator.Time.WaitedForAsync(TimeSpan.FromMilliseconds(20_000) / 20);
        while (!slow.IsCompleted)
        {
            simulator.Time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        Assert.Equal(whole.Select(Hash), (await slow).Select(Hash));
        Assert.True(simulator.Time.GetUtcNow() - start >= TimeSpan.FromSeconds(18));
    }

    [Fact]
    public async Task Latency_delays_every_answer()
    {
        await using var simulator = await RunningSimulator.Start();
        await simulator.Post("/_sim/faults", new { latencyMs = 5_000 });
        var start = simulator.Time.GetUtcNow();
        var answer = simulator.TiingoPage(Query);
        while (!answer.IsCompleted)
        {
            simulator.Time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        Assert.Equal(50, (await answer).Length);
        Assert.True(simulator.Time.GetUtcNow() - start >= TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Duplicates_repeat_records_and_leave_none_out()
    {
        await using var simulator = await RunningSimulator.Start();
        var clean = await simulator.TiingoPage(Query);
        await simulator.Post("/_sim/faults", new { share = 1, kinds = new[] { "duplicates" } });
        var page = await simulator.TiingoPage(Query);

        Assert.True(page.Length > clean.Length);
        Assert.Equal(clean.Select(Hash), page.Select(Hash).Distinct());
    }

    [Fact]
    public async Task An_overlapping_page_starts_inside_the_page_before_it()
    {
        await using var simulator = await RunningSimulator.Start();
        var before = await simulator.TiingoPage("tickers=AAPL&limit=50&offset=50");
        var clean = await simulator.TiingoPage(Query);
        await simulator.Post("/_sim/faults", new { share = 1, kinds = new[] { "overlap" } });
        var page = await simulator.TiingoPage(Query);

        Assert.Equal(before.TakeLast(10).Concat(clean).Select(Hash), page.Select(Hash));
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_calls_the_same_faults()
    {
        var options = RunningSimulator.Small with { Faults = new FaultSettings { Share = 0.5, Kinds = [FaultKind.ServerError, FaultKind.Html] } };
        var runs = new List<List<string>>();
        for (var run = 0; run < 2; run++)
        {
            await using var simulator = await RunningSimulator.Start(options);
            var seen = new List<string>();
            for (var call = 0; call < 40; call++)
            {
                using var response = await simulator.Tiingo("tickers=AAPL&limit=1");
                seen.Add($"{response.StatusCode} {response.Content.Headers.ContentType}");
            }

            runs.Add(seen);
        }

        Assert.Equal(runs[0], runs[1]);
        Assert.Equal(3, runs[0].Distinct().Count());
    }

    [Fact]
    public async Task A_limit_ends_the_faults()
    {
        await using var simulator = await RunningSimulator.Start();
        await simulator.Post("/_sim/faults", new { share = 1, kinds = new[] { "unavailable" }, limit = 2 });
        var statuses = new List<HttpStatusCode>();
        for (var call = 0; call < 4; call++)
        {
            using var response = await simulator.Tiingo(Query);
            statuses.Add(response.StatusCode);
        }

        Assert.Equal([HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK, HttpStatusCode.OK], statuses);
    }

    [Fact]
    public async Task Faults_can_be_kept_to_one_key_or_vendor()
    {
        await using var simulator = await RunningSimulator.Start();
        await simulator.Post("/_sim/faults", new { share = 1, kinds = new[] { "unavailable" }, keyPrefix = "ill-", vendor = "tiingo" });
        using var ill = await simulator.Tiingo(Query, "ill-1");
        using var well = await simulator.Tiingo(Query, "well-1");
        using var finnhub = await simulator.Finnhub("symbol=AAPL&from=2026-10-01&to=2026-10-02", "ill-1");

        Assert.Equal(
            [HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK, HttpStatusCode.OK],
            new[] { ill.StatusCode, well.StatusCode, finnhub.StatusCode });
    }

    private static async Task<RunningSimulator> Failing(string kind)
    {
        var simulator = await RunningSimulator.Start();
        await simulator.Post("/_sim/faults", new { share = 1, kinds = new[] { kind } });
        return simulator;
    }
}
