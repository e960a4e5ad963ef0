using System.Text.Json;
using Sentiment.Api.Tests.Support;

namespace Sentiment.Api.Tests.OpenApi;

public sealed class DescriptionTests
{
    private static readonly string[] Hidden = ["/api/docs", "/api/docs/page.js", "/api/openapi/v1.json"];

    private static async Task<JsonElement> ReadAsync(ApiHost host)
    {
        var answer = await host.GetAsync("/api/openapi/v1.json");
        Assert.Equal(200, answer.Status);
        return answer.Json;
    }

    private static IEnumerable<(string Route, JsonElement Operation)> Operations(JsonElement api) =>
        api.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(o => ($"{o.Name.ToUpperInvariant()} {path.Name}", o.Value)));

    [Fact]
    public async Task It_describes_every_route_that_is_mapped()
    {
        await using var host = await ApiHost.StartAsync();
        var mapped = host.Routes.Select(r => $"{r.Method} {r.Endpoint.RoutePattern.RawText}").Where(r => !Hidden.Contains(r.Split(' ')[1]));
        Assert.Equal(mapped.Order(StringComparer.Ordinal), Operations(await ReadAsync(host)).Select(o => o.Route).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_route_says_what_it_does_what_its_parameters_mean_and_how_its_answers_look()
    {
        await using var host = await ApiHost.StartAsync();
        var missing = new List<string>();
        foreach (var (route, operation) in Operations(await ReadAsync(host)))
        {
            Note(operation.TryGetProperty("summary", out _), "has no summary");
            foreach (var parameter in operation.TryGetProperty("parameters", out var all) ? all.EnumerateArray() : [])
            {
                Note(parameter.TryGetProperty("description", out _) && parameter.TryGetProperty("example", out _), $"does not describe {parameter.GetProperty("name")}");
            }

            foreach (var response in operation.GetProperty("responses").EnumerateObject())
            {
                var contents = response.Value.TryGetProperty("content", out var content) ? content.EnumerateObject().ToList() : [];
                Note(contents.All(c => c.Value.TryGetProperty("example", out _)), $"has no example of {response.Name}");
                Note(!response.Name.StartsWith('4') || contents.Any(c => c.Name == "application/problem+json"), $"has no problem for {response.Name}");
            }

            if (route != "GET /api/health" && !route.Contains("/unsubscribe/", StringComparison.Ordinal))
            {
                Note(operation.GetProperty("security").GetArrayLength() == 2, "names no key");
                Note(operation.GetProperty("responses").TryGetProperty("429", out _), "does not tell of its limit");
            }

            void Note(bool holds, string problem)
            {
                if (!holds)
                {
                    missing.Add($"{route} {problem}");
                }
            }
        }

        Assert.Empty(missing);
    }

    [Fact]
    public async Task Numbers_are_numbers_and_what_must_be_there_is_said_to()
    {
        await using var host = await ApiHost.StartAsync();
        var api = await ReadAsync(host);
        Assert.DoesNotContain("0|[1-9]", api.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(["prices"], api.GetProperty("paths").GetProperty("/api/tenants/{tenant}/prices").GetProperty("get").GetProperty("tags").EnumerateArray().Select(t => t.GetString()));
        var required = Operations(api).Single(o => o.Route == "GET /api/tenants/{tenant}/prices").Operation.GetProperty("parameters").EnumerateArray()
            .Where(p => p.TryGetProperty("required", out var must) && must.GetBoolean()).Select(p => p.GetProperty("name").GetString());
        Assert.Equal(["tenant", "symbol"], required);
        Assert.All(api.GetProperty("paths").GetProperty("/api/runs").GetProperty("post").GetProperty("requestBody").GetProperty("content").EnumerateObject(), content =>
            Assert.False(content.Value.GetProperty("schema").TryGetProperty("required", out _)));
    }

    [Fact]
    public async Task The_page_runs_its_own_script_alone_and_shows_nothing_without_a_key()
    {
        await using var host = await ApiHost.StartAsync();
        var page = await host.GetAsync("/api/docs", null);
        Assert.Equal(200, page.Status);
        Assert.Contains("script-src 'self'", page.Headers["Content-Security-Policy"], StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("onclick", page.Text, StringComparison.OrdinalIgnoreCase);
        var script = await host.GetAsync("/api/docs/page.js", null);
        Assert.StartsWith("text/javascript", script.Headers["Content-Type"], StringComparison.Ordinal);
        Assert.DoesNotContain("innerHTML", script.Text, StringComparison.Ordinal);
        Assert.Equal(401, (await host.GetAsync("/api/openapi/v1.json", null)).Status);
    }
}
