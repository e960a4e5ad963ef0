using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Sentiment.Api.Requests;
using Sentiment.Api.Tests.Support;
using Sentiment.Domain.Alerts;
using Sentiment.Domain.Alerts.Delivery;
using Sentiment.Domain.Alerts.Rules;
using Sentiment.Domain.Tenants.Deletion;

namespace Sentiment.Api.Tests;

/// <summary>Every mapped route with whatever comes; a route that is mapped later is among them.</summary>
public sealed partial class FuzzTests
{
    private const int PerRoute = 150;

    // What Kestrel itself refuses never comes to the API: a request line has at most 8 KiB.
    private const int MaxPath = 7000;

    private static readonly Gen<string> Strange = Gen.OneOf(
        Gen.String[Gen.Char['\u0001', '\ud7ff'], 0, 40], Gen.String[Gen.Char.AlphaNumeric, 0, 60], Gen.Int.Select(i => $"{i}"), Gen.Long.Select(i => $"{i}"), Gen.Double.Select(d => $"{d}"),
        Among("", " ", "null", "true", "0", "-1", "1e9", "99999999999999999999", "NaN", "../..", "..%2f", "a|b", "a~7cb", "~", "%", "'", "\"", "<script>", "{}", "[]", "\u202e", "😀", "ÄÖ", "acme\nbolt",
            "0001-01-01", "9999-12-31T23:59:59Z", "2026-02-30", "2030-01-10T12:00:00+99:00", new string('x', 600), new string('9', 400), new string('€', 200)));

    [GeneratedRegex(@"^[^\s:][^:]{0,60}: ")]
    private static partial Regex Named { get; }

    [Fact]
    public async Task Whatever_is_asked_is_answered_or_refused_with_a_problem_that_names_what_is_wrong_and_shows_no_other_tenants_records()
    {
        await using var host = await ApiHost.StartAsync(withRecords: true);
        var own = await host.KeyAsync("acme", "read", "run", "manage");
        Assert.Equal(200, (await host.GetAsync("/api/tenants/acme")).Status); // Taken over from the file, which no longer counts for whom was deleted.
        await host.Services.GetRequiredService<DeletionStore>().PutAsync(
            new("acme", 1, "admin", DeletionStatus.Completed, Records.Now, Records.Now, new Dictionary<string, long>(), 0, null), null, default);
        string?[] keys = [own, own, own, ApiHost.AdminKey, ApiHost.AdminKey, await host.KeyAsync("bolt"), await RevokedAsync(host), null, "x", "sk_acme.0123456789abcdef_short"];
        var known = await KnownAsync(host);
        var problems = new List<string>();
        var random = new PCG(1, 20300110);
        foreach (var (method, endpoint) in host.Routes)
        {
            // What another route has taken away is there again.
            await host.Services.GetRequiredService<RuleStore>().CreateAsync("acme", new("down", 0, "Down", true, ["AAPL"], new(AlertKind.Score, 60, Below: 0), 60, null, null, []), default);

            // Whoever may delete a tenant would leave the other routes nothing to answer.
            var deletes = method == "DELETE" && endpoint.RoutePattern.RawText == "/api/tenants/{tenant}";
            var requests = RequestOf(method, endpoint, deletes ? [.. keys.Where(k => k != ApiHost.AdminKey)] : keys, known);
            var answered = 0;
            for (var i = 0; i < PerRoute; i++)
            {
                var (path, key, body) = requests.Generate(random, null, out _);
                using var content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
                var answer = await host.SendAsync(method, path, key, content);
                answered += answer.Status < 300 ? 1 : 0;
                if (Problem(answer, key == own) is { } problem)
                {
                    problems.Add($"{method} {path} {body} by {key}: {problem}");
                }
            }

            Assert.True(answered > 0 || method != "GET", $"None of {PerRoute} requests of {endpoint.RoutePattern.RawText} was answered.");
        }

        Assert.Equal("", string.Join('\n', problems.Take(20)));
    }

    private static string? Problem(Answer answer, bool isOwn) => answer.Status switch
    {
        >= 500 => $"{answer.Status} {answer.Text}",
        >= 400 when answer.Detail is not { } detail || !Named.IsMatch(detail) => $"{answer.Status} names nothing: {answer.Text}",
        _ when isOwn && answer.Text.Contains(ApiHost.Marker, StringComparison.OrdinalIgnoreCase) && answer.Status < 400 => $"shows what is another tenant's: {answer.Text}",
        _ => null,
    };

    private static Gen<(string Path, string? Key, string? Body)> RequestOf(string method, RouteEndpoint endpoint, string?[] keys, IReadOnlyList<string> known)
    {
        var values = Gen.Frequency((2, Among([.. known])), (1, Strange));
        var inPath = endpoint.RoutePattern.Parameters.Select(p => p.Name).ToArray();
        var names = endpoint.Metadata.GetRequiredMetadata<KnownParameters>().Names;
        var name = names.Count == 0 ? Strange : Gen.Frequency((9, Among([.. names])), (1, Strange));
        var query = name.SelectMany(n => Gen.Frequency((1, values), (1, Likely(n))).Select(v => $"{Uri.EscapeDataString(n)}={Uri.EscapeDataString(v)}")).Array[0, 3];
        var filled = inPath.Aggregate(Among(endpoint.RoutePattern.RawText!), (paths, part) => Gen.Select(
            paths, Gen.Frequency((2, Among(part switch { "tenant" => "acme", "group" => "acme.items.AAPL", "rule" => "down", "item" => "item", "token" => known.First(IsToken), _ when IsOfAlert(endpoint) => known.First(Alert.IsId), _ => Records.Run })), (1, values)), (path, value) => path.Replace($"{{{part}}}", Segment(value), StringComparison.Ordinal)));
        var body = method == "GET" ? Among<string?>(null, null) : Gen.OneOf(
            Among<string?>(null, null), Strange.Select(s => (string?)s), Strange.Select(s => (string?)$"{{\"scopes\":[\"{s}\"],\"tenants\":[{s}]}}"),
            Among<string?>("{}", "[]", "null", "{\"tenants\":[null]}", "{\"scopes\":[\"read\"]}", "{\"name\":\"x\",\"symbols\":[\"AAPL\"],\"when\":{\"kind\":\"spike\",\"above\":3}}", "{\"from\":\"0001-01-01T00:00:00Z\"}", "{\"tenants\":[\"acme\"],\"to\":\"9999-12-31T23:59:59Z\"}", new string('[', 2000), $"\"{new string('x', 70_000)}\""));
        return Gen.Select(filled, query, Among(keys), body, (path, asked, key, sent) =>
        {
            var whole = asked.Length == 0 ? path : $"{path}?{string.Join('&', asked)}";
            return (whole.Length <= MaxPath ? whole : whole[..path.Length], key, sent);
        });
    }

    private static bool IsToken(string text) => text.Length > 40 && text.Contains('.', StringComparison.Ordinal);

    private static bool IsOfAlert(RouteEndpoint endpoint) => endpoint.RoutePattern.RawText!.Contains("/alerts/", StringComparison.Ordinal);

    private static Gen<T> Among<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    // Values that parameters of the common names take.
    private static Gen<string> Likely(string name) => name switch
    {
        "limit" => Gen.Int[-1, 1001].Select(i => $"{i}"),
        "from" or "to" => Among("2030-01-01", "2030-01-10T11:00:00Z", "1900-01-01", "2199-12-31", "2030-01-09T23:59:59.9999999+14:00"),
        "symbol" => Among("AAPL", "msft", ApiHost.Marker),
        _ => Among("AAPL", "msft", ApiHost.Marker, "wire/news", "wire/prices", "acme", "bolt"),
    };

    // A client takes dots and an empty part out of a path before it sends it.
    private static string Segment(string value) => value.Length == 0 || value.All(c => c == '.') ? "x" : Uri.EscapeDataString(value);

    private static async Task<IReadOnlyList<string>> KnownAsync(ApiHost host)
    {
        var known = new List<string> { "acme", "acme", "acme", "bolt", "AAPL", "MSFT", ApiHost.Marker, "wire/news", "wire/prices", Records.Run, Records.Run, "10", "2030-01-01", "acme.trends.-", "acme.runs", "bolt.metrics", $"bolt.items.{ApiHost.Marker}" };
        known.AddRange(await Alerts.RaiseAsync(host, "acme", 2));
        known.AddRange(await Alerts.RaiseAsync(host, "bolt", 2, ApiHost.Marker));
        known.Add(await host.Services.GetRequiredService<Unsubscribing>().TokenAsync("acme", "fell", "ops@acme.example", default));
        foreach (var list in new[] { "/api/tenants?", "/api/tenants/acme/quarantine?", "/api/tenants/bolt/quarantine?", "/api/tenants/bolt/coverage?", "/api/tenants/bolt/alerts?", "/api/tenants/bolt/deliveries?", $"/api/tenants/bolt/prices?symbol={ApiHost.Marker}&", $"/api/runs/{Records.Run}/chunks?" })
        {
            known.Add((await host.GetAsync($"{list}limit=1")).Json.GetProperty("next").GetString()!);
        }

        return known;
    }

    private static async Task<string> RevokedAsync(ApiHost host)
    {
        var key = await host.KeyAsync("acme");
        Assert.Equal(204, (await host.SendAsync("DELETE", $"/api/tenants/acme/keys/{key.Split('_')[1]}")).Status);
        return key;
    }
}
