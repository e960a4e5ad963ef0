using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Sentiment.EndToEnd;

/// <summary>Runs over HTTP, on the real server against simulated vendors.</summary>
public sealed class RunApiTests
{
    [Fact]
    public async Task A_run_is_started_held_resumed_and_paged_through_over_the_API()
    {
        await using var server = await ApiServer.StartAsync(itemsPerSymbol: 1500, new { latencyMs = 60 });
        using var started = await server.Http.PostAsJsonAsync("/api/runs", new { tables = (string[])["tiingo/news"] });
        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
        var payload = await started.Content.ReadFromJsonAsync<JsonElement>();
        var run = payload.GetProperty("id").GetString()!;
        Assert.Equal(payload.GetProperty("statusQueryGetUri").GetString(), started.Headers.Location!.ToString());
        Assert.All(payload.EnumerateObject().Skip(1), uri =>
        {
            Assert.StartsWith(new Uri(server.Http.BaseAddress!, $"/api/runs/{run}").ToString(), uri.Value.GetString(), StringComparison.Ordinal);
            Assert.DoesNotContain("key", uri.Value.GetString(), StringComparison.OrdinalIgnoreCase);
        });

        Assert.Equal(HttpStatusCode.Accepted, await server.PostAsync($"/api/runs/{run}/suspend?reason=lunch"));
        var (code, held) = await server.GetAsync($"/api/runs/{run}");
        Assert.Equal((HttpStatusCode.Accepted, "suspended"), (code, held.GetProperty("status").GetString()));
        Assert.Equal(HttpStatusCode.Conflict, await server.PostAsync($"/api/runs/{run}/retry"));
        using (var deleted = await server.Http.DeleteAsync($"/api/runs/{run}"))
        {
            Assert.Equal(HttpStatusCode.Conflict, deleted.StatusCode);
            Assert.Contains("has not ended", (await deleted.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.Accepted, await server.PostAsync($"/api/runs/{run}/resume"));
        var ended = await server.EndAsync(run);
        Assert.Equal("completed", ended.GetProperty("status").GetString());

        var seen = new List<string>();
        for (string? next = ""; next is not null;)
        {
            var (_, page) = await server.GetAsync($"/api/runs/{run}/chunks?limit=2" + (next.Length == 0 ? "" : $"&cursor={Uri.EscapeDataString(next)}"));
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(c => $"{c.GetProperty("tenant")} {c.GetProperty("table")} {c.GetProperty("number")}"));
            next = page.GetProperty("next").GetString();
        }

        Assert.Equal(ended.GetProperty("chunks").GetProperty("total").GetInt32(), seen.Distinct().Count());
        Assert.Equal(seen.Count, seen.Distinct().Count());
        using var purged = await server.Http.DeleteAsync($"/api/runs/{run}");
        Assert.Equal(1, (await purged.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("instancesDeleted").GetInt32());
    }

    [Fact]
    public async Task A_cancelled_run_ends_as_failed_and_a_retry_of_it_completes()
    {
        await using var server = await ApiServer.StartAsync(itemsPerSymbol: 1500, new { latencyMs = 60 });
        using var started = await server.Http.PostAsJsonAsync("/api/runs", new { tables = (string[])["tiingo/news"] });
        var run = (await started.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
        await Patience.UntilAsync(async () =>
            (await server.GetAsync($"/api/runs/{run}")).Document.GetProperty("chunks").GetProperty("total").GetInt32() > 0);
        Assert.Equal(HttpStatusCode.Accepted, await server.PostAsync($"/api/runs/{run}/cancel?reason=wrong+window"));
        var cancelled = await server.EndAsync(run);
        Assert.Equal("failed", cancelled.GetProperty("status").GetString());
        Assert.Contains("wrong window", cancelled.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Conflict, await server.PostAsync($"/api/runs/{run}/cancel"));

        Assert.Equal(HttpStatusCode.Accepted, await server.PostAsync($"/api/runs/{run}/retry"));
        Assert.Equal("completed", (await server.EndAsync(run)).GetProperty("status").GetString());
        await using var stored = new StoredTruth(server.Data);
        await stored.AssertVerifiesAsync();
    }

    [Fact]
    public async Task Quarantine_is_paged_through_and_a_replay_over_the_API_asks_no_vendor()
    {
        await using var server = await ApiServer.StartAsync(itemsPerSymbol: 1000, null);
        using var started = await server.Http.PostAsJsonAsync("/api/runs", new { });
        var ended = await server.EndAsync((await started.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!);
        var counted = ended.GetProperty("details").EnumerateArray().Single(t => t.GetProperty("tenant").GetString() == "acme").GetProperty("tables").EnumerateArray()
            .Sum(t => t.GetProperty("quarantinedBy").EnumerateObject().Sum(f => f.Value.GetInt64()));
        var keys = new List<string>();
        for (string? next = ""; next is not null;)
        {
            var (_, page) = await server.GetAsync("/api/tenants/acme/quarantine?limit=3" + (next.Length == 0 ? "" : $"&cursor={Uri.EscapeDataString(next)}"));
            keys.AddRange(page.GetProperty("items").EnumerateArray().Select(r => $"{r.GetProperty("table")} {r.GetProperty("key")}"));
            next = page.GetProperty("next").GetString();
        }

        Assert.InRange(counted, 4, 100);
        Assert.Equal(counted, keys.Distinct().Count());
        Assert.Equal(keys.Count, keys.Distinct().Count());
        using var replay = await server.Http.PostAsJsonAsync("/api/runs", new { replay = "quarantine" });
        var again = await server.EndAsync((await replay.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!);
        Assert.Equal(("completed", 0), (again.GetProperty("status").GetString(), again.GetProperty("records").GetProperty("accepted").GetInt32()));
    }

    [Fact]
    public async Task Coverage_is_paged_through_and_a_backfill_over_the_API_fetches_what_nobody_asked_for()
    {
        await using var server = await ApiServer.StartAsync(itemsPerSymbol: 20, null);
        using var started = await server.Http.PostAsJsonAsync("/api/runs", new { from = DateTimeOffset.UtcNow.AddDays(-10) });
        await server.EndAsync((await started.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!);
        var before = await CoverageAsync(server, 2);
        Assert.Contains("tiingo/news AAPL crawled missing", before);
        Assert.Contains("finnhub/company-news MSFT published missing", before);
        Assert.Contains("finnhub/company-news MSFT published covered", before);

        using var backfill = await server.Http.PostAsJsonAsync("/api/runs", new { backfill = true, tenants = (string[])["acme"] });
        var ended = await server.EndAsync((await backfill.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!);
        Assert.Equal("completed", ended.GetProperty("status").GetString());
        Assert.All(ended.GetProperty("details")[0].GetProperty("tables").EnumerateArray(), t => Assert.Equal(0, t.GetProperty("holes").GetInt32()));
        Assert.All(await CoverageAsync(server, 100), line => Assert.DoesNotContain("missing", line, StringComparison.Ordinal));
        var window = await CoverageAsync(server, 1000, "&symbol=aapl&table=finnhub/company-news&from=2020-01-01&to=2020-02-01");
        Assert.Equal(["finnhub/company-news AAPL published missing"], window);
    }

    private static async Task<List<string>> CoverageAsync(ApiServer server, int limit, string filter = "")
    {
        var lines = new List<string>();
        for (string? next = ""; next is not null;)
        {
            var (_, page) = await server.GetAsync($"/api/tenants/acme/coverage?limit={limit}{filter}" + (next.Length == 0 ? "" : $"&cursor={Uri.EscapeDataString(next)}"));
            lines.AddRange(page.GetProperty("items").EnumerateArray().Select(s => $"{s.GetProperty("table")} {s.GetProperty("symbol")} {s.GetProperty("window")} {s.GetProperty("state")}"));
            next = page.GetProperty("next").GetString();
        }

        return lines;
    }

    [Theory]
    [InlineData(HttpStatusCode.NotFound, "no run", "GET", "/api/runs/nobody")]
    [InlineData(HttpStatusCode.NotFound, "tenant: no tenant 'nobody'", "GET", "/api/tenants/nobody/coverage")]
    [InlineData(HttpStatusCode.BadRequest, "cursor:", "GET", "/api/tenants/acme/coverage?cursor=x")]
    [InlineData(HttpStatusCode.BadRequest, "limit:", "GET", "/api/tenants/acme/coverage?limit=1001")]
    [InlineData(HttpStatusCode.BadRequest, "from: a time as in RFC 3339", "GET", "/api/tenants/acme/coverage?from=yesterday")]
    [InlineData(HttpStatusCode.BadRequest, "from: a time before 'to'", "GET", "/api/tenants/acme/coverage?from=2026-02-01&to=2026-02-01")]
    [InlineData(HttpStatusCode.BadRequest, "backfill: no 'replay'", "POST", "/api/runs", "{\"replay\":\"raw\",\"backfill\":true}")]
    [InlineData(HttpStatusCode.BadRequest, "$.backfill", "POST", "/api/runs", "{\"backfill\":7}")]
    [InlineData(HttpStatusCode.BadRequest, "cursor:", "GET", "/api/tenants/acme/quarantine?cursor=x")]
    [InlineData(HttpStatusCode.BadRequest, "limit:", "GET", "/api/tenants/acme/quarantine?limit=x")]
    [InlineData(HttpStatusCode.BadRequest, "$.replay", "POST", "/api/runs", "{\"replay\":\"all\"}")]
    [InlineData(HttpStatusCode.BadRequest, "replay:", "POST", "/api/runs", "{\"replay\":\"raw\",\"from\":\"2026-01-01T00:00:00Z\"}")]
    [InlineData(HttpStatusCode.NotFound, "no run", "GET", "/api/runs/nobody/chunks")]
    [InlineData(HttpStatusCode.NotFound, "no run", "POST", "/api/runs/nobody/retry")]
    [InlineData(HttpStatusCode.NotFound, "no run", "POST", "/api/runs/nobody/suspend")]
    [InlineData(HttpStatusCode.BadRequest, "limit:", "GET", "/api/runs?limit=0")]
    [InlineData(HttpStatusCode.BadRequest, "cursor:", "GET", "/api/runs?cursor=x")]
    [InlineData(HttpStatusCode.BadRequest, "tenant: no tenant 'zed'", "POST", "/api/runs", "{\"tenants\":[\"zed\"]}")]
    [InlineData(HttpStatusCode.BadRequest, "$.tenants", "POST", "/api/runs", "{\"tenants\":7}")]
    [InlineData(HttpStatusCode.BadRequest, "$", "POST", "/api/runs", "{\"tenant\":[]}")]
    [InlineData(HttpStatusCode.RequestEntityTooLarge, "body:", "POST", "/api/runs/nobody/events/hello", "oversize")]
    public async Task Bad_input_gets_one_problem_that_names_the_field(HttpStatusCode status, string names, string method, string path, string? body = null)
    {
        await using var server = await ApiServer.StartAsync(itemsPerSymbol: 5, null);
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Content = body is null ? null
            : new StringContent(body == "oversize" ? $"\"{new string('x', 20_000)}\"" : body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await server.Http.SendAsync(request);
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains(names, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }
}
