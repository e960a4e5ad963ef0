using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using static Sentiment.Simulator.Tests.Records;

namespace Sentiment.Simulator.Tests;

public sealed class SideDoorBehaviour
{
    [Theory]
    [InlineData("tiingo")]
    [InlineData("finnhub")]
    public async Task Added_records_are_served_and_in_the_truth(string vendor)
    {
        await using var simulator = await RunningSimulator.Start();
        var reply = await simulator.Post("/_sim/items", new { symbol = "aapl", count = 3, backdateHours = 5, vendor });
        var added = reply.GetProperty("added").EnumerateArray().Select(Id).ToList();
        var truth = await simulator.Truth($"vendor={vendor}&symbols=AAPL");
        var served = vendor == "tiingo"
            ? await simulator.TiingoPage("tickers=AAPL&limit=1000")
            : await simulator.FinnhubList("symbol=AAPL&from=2026-01-01&to=2026-12-31");

        Assert.Equal(3, added.Distinct().Count());
        Assert.Subset(served.Where(record => record.TryGetProperty("id", out _)).Select(Id).ToHashSet(), added.ToHashSet());
        Assert.All(
            truth.Items.Where(item => added.Contains(item.Id)),
            item => Assert.Equal(TimeSpan.FromHours(5), item.CrawledAt - item.PublishedAt));
        Assert.Equal(303, truth.Counts.Items + truth.Counts.Bad);
    }

    [Fact]
    public async Task A_given_title_is_served_as_given()
    {
        await using var simulator = await RunningSimulator.Start();
        await simulator.Post("/_sim/items", new { symbol = "AAPL", title = "Fish & \"chips\" <b>rise</b>" });
        var newest = await simulator.TiingoPage("tickers=AAPL&limit=1&sortBy=crawlDate");

        Assert.Equal("Fish & \"chips\" <b>rise</b>", WebUtility.HtmlDecode(newest[0].GetProperty("title").GetString()));
    }

    [Fact]
    public async Task A_state_file_keeps_added_records_over_restarts()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("simulator").FullName, "state.jsonl");
        var options = RunningSimulator.Small with { StateFile = file };
        Truth before;
        await using (var simulator = await RunningSimulator.Start(options))
        {
            await simulator.Post("/_sim/items", new { symbol = "AAPL", count = 2 });
            before = await simulator.Truth("vendor=tiingo&symbols=AAPL");
        }

        await File.AppendAllTextAsync(file, """{"vendor":"Tiin""");
        await using var restarted = await RunningSimulator.Start(options);
        Assert.Equal(
            before.Items.Select(item => (item.Id, item.Title)),
            (await restarted.Truth("vendor=tiingo&symbols=AAPL")).Items.Select(item => (item.Id, item.Title)));

        await restarted.Post("/_sim/items", new { symbol = "AAPL" });
        Assert.Equal(before.Counts.Items + 1, (await restarted.Truth("vendor=tiingo&symbols=AAPL")).Counts.Items);
        File.Delete(file);
    }

    [Fact]
    public async Task A_frozen_clock_stands_until_it_is_moved()
    {
        await using var simulator = await RunningSimulator.Start(RunningSimulator.Small with { FrozenNow = RunningSimulator.Epoch });
        simulator.Time.Advance(TimeSpan.FromDays(9));
        Assert.Equal(RunningSimulator.Epoch, await Now(simulator));

        await simulator.Post("/_sim/clock", new { advanceSeconds = 60 });
        Assert.Equal(RunningSimulator.Epoch.AddMinutes(1), await Now(simulator));

        await simulator.Post("/_sim/clock", new { now = RunningSimulator.Epoch.AddDays(1), frozen = false });
        simulator.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(RunningSimulator.Epoch.AddDays(1).AddHours(1), await Now(simulator));
    }

    [Fact]
    public async Task Statistics_count_calls_faults_and_bytes()
    {
        await using var simulator = await RunningSimulator.Start();
        var body = await (await simulator.Tiingo("tickers=AAPL&limit=5")).Content.ReadAsByteArrayAsync();
        await simulator.Post("/_sim/faults", new { share = 1, kinds = new[] { "unavailable" }, limit = 1 });
        using var failed = await simulator.Tiingo("tickers=AAPL");
        using var refused = await simulator.Finnhub("symbol=AAPL&from=2026-10-01&to=2026-10-01", "wrong-");
        var statistics = await simulator.Client.GetFromJsonAsync<JsonElement>("/_sim/stats");

        Assert.Equal(2, statistics.GetProperty("calls").GetProperty("tiingo").GetInt32());
        Assert.Equal(1, statistics.GetProperty("calls").GetProperty("finnhub").GetInt32());
        Assert.Equal(1, statistics.GetProperty("faults").GetProperty("unavailable").GetInt32());
        Assert.Equal(5, statistics.GetProperty("records").GetInt32());
        Assert.True(statistics.GetProperty("bytes").GetInt64() > body.Length);
        Assert.Equal(1, statistics.GetProperty("maxConcurrent").GetInt32());
        Assert.Equal(RunningSimulator.Epoch, statistics.GetProperty("firstCallAt").GetDateTimeOffset());
    }

    [Theory]
    [InlineData("/_sim/faults", """{"share":2}""")]
    [InlineData("/_sim/faults", """{"kinds":["gremlins"]}""")]
    [InlineData("/_sim/faults", """{"shear":1}""")]
    [InlineData("/_sim/faults", """{"vendor":"reuters"}""")]
    [InlineData("/_sim/items", """{"count":1}""")]
    [InlineData("/_sim/items", """{"symbol":"A","count":0}""")]
    [InlineData("/_sim/clock", "not json")]
    public async Task Impossible_wishes_are_refused_with_a_reason(string path, string body)
    {
        await using var simulator = await RunningSimulator.Start();
        using var response = await simulator.Client.PostAsync(path, new StringContent(body));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.NotEmpty((await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error").GetString()!);
    }

    private static async Task<DateTimeOffset> Now(RunningSimulator simulator) =>
        (await simulator.Client.GetFromJsonAsync<JsonElement>("/_sim/clock")).GetProperty("now").GetDateTimeOffset();
}
