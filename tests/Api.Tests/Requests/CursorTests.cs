using Sentiment.Api.Tests.Support;

namespace Sentiment.Api.Tests.Requests;

public sealed class CursorTests
{
    [Fact]
    public async Task Every_list_is_paged_through_without_a_gap_or_a_repeat()
    {
        await using var host = await ApiHost.StartAsync(withRecords: true);
        foreach (var path in new[] { "/api/tenants", "/api/tenants/acme/quarantine", "/api/tenants/acme/coverage", "/api/tenants/acme/prices?symbol=aapl", "/api/tenants/acme/items", "/api/tenants/acme/items?symbol=aapl,msft", "/api/tenants/acme/items?tag=tech", $"/api/runs/{Records.Run}/chunks", "/api/runs" })
        {
            var whole = Items((await host.GetAsync(path)).Json);
            Assert.NotEmpty(whole);
            var paged = new List<string>();
            for (string? next = ""; next is not null;)
            {
                var page = (await host.GetAsync(With(path, "limit=1" + (next.Length == 0 ? "" : $"&cursor={next}")))).Json;
                paged.AddRange(Items(page));
                next = page.GetProperty("next").GetString();
            }

            Assert.Equal(whole, paged);
        }
    }

    [Fact]
    public async Task A_cursor_of_another_list_tenant_or_filter_is_refused()
    {
        await using var host = await ApiHost.StartAsync(withRecords: true);
        string[] lists =
        [
            "/api/tenants", "/api/tenants/acme/quarantine", "/api/tenants/bolt/quarantine", "/api/tenants/acme/quarantine?table=wire/news", "/api/tenants/acme/coverage",
            "/api/tenants/acme/prices?symbol=AAPL", "/api/tenants/acme/prices?symbol=MSFT", "/api/tenants/acme/items", "/api/tenants/bolt/items", "/api/tenants/acme/items?tag=tech", $"/api/runs/{Records.Run}/chunks", $"/api/runs/{Records.Run}/chunks?tenant=acme",
        ];
        var cursors = new Dictionary<string, string>();
        foreach (var list in lists)
        {
            cursors[list] = (await host.GetAsync(With(list, "limit=1"))).Json.GetProperty("next").GetString()!;
        }

        foreach (var list in lists)
        {
            foreach (var (of, cursor) in cursors)
            {
                var answer = await host.GetAsync(With(list, $"cursor={cursor}"));
                Assert.Equal((of, of == list ? 200 : 400), (of, answer.Status));
                Assert.Equal(of == list, answer.Detail is null);
                Assert.True(of == list || answer.Detail!.StartsWith("cursor: ", StringComparison.Ordinal));
            }
        }
    }

    [Theory]
    [InlineData("/api/runs?limit=0", "limit: a number from 1 to 1000 expected")]
    [InlineData("/api/runs?limit=1&limit=2", "limit: one value expected")]
    [InlineData("/api/runs?page=2", "page: no such parameter; limit, cursor expected")]
    [InlineData("/api/runs?cursor=", "cursor: ")]
    [InlineData("/api/runs?cursor=%F0%9F%98%80", "cursor: ")]
    [InlineData("/api/runs?=7", "query: no such parameter")]
    [InlineData("/api/tenants/acme/prices", "symbol: ")]
    [InlineData("/api/tenants/acme/prices?symbol=-X", "symbol: ")]
    [InlineData("/api/tenants/acme/prices?symbol=AAPL&from=yesterday", "from: a time as in RFC 3339")]
    [InlineData("/api/tenants/acme/prices?symbol=AAPL&to=0001-01-01", "to: a time as in RFC 3339")]
    [InlineData("/api/tenants/acme/coverage?from=2026-01-02&to=2026-01-02", "from: a time before 'to' expected")]
    [InlineData("/api/tenants/acme/coverage?table=", "table: ")]
    public async Task What_is_wrong_with_a_query_is_named(string path, string named)
    {
        await using var host = await ApiHost.StartAsync();
        var answer = await host.GetAsync(path);
        Assert.Equal(400, answer.Status);
        Assert.StartsWith(named, answer.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/api/nothing", 404, "path: ")]
    [InlineData("GET", "/elsewhere", 404, "path: ")]
    [InlineData("PUT", "/api/runs", 405, "method: ")]
    public async Task What_is_no_route_is_a_problem_too(string method, string path, int status, string named)
    {
        await using var host = await ApiHost.StartAsync();
        var answer = await host.SendAsync(method, path);
        Assert.Equal(status, answer.Status);
        Assert.StartsWith(named, answer.Detail, StringComparison.Ordinal);
    }

    private static string With(string path, string more) => path + (path.Contains('?', StringComparison.Ordinal) ? "&" : "?") + more;

    private static List<string> Items(System.Text.Json.JsonElement page) => [.. page.GetProperty("items").EnumerateArray().Select(i => i.GetRawText())];
}
