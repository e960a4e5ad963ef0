using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Sentiment.Api.Tests.Support;
using Sentiment.Domain.Access;
using Sentiment.Domain.Tenants;

namespace Sentiment.Api.Tests;

public sealed class RuleTests
{
    private const string Path = "/api/tenants/acme/rules/bad-news";

    private static readonly object Rule = new
    {
        name = "Bad news",
        symbols = (string[])["aapl"],
        when = new { kind = "score", windowMinutes = 60, below = -0.5, leastItems = 5, hysteresis = 0.1 },
        quietHours = new { from = "22:00", to = "07:00", timeZone = "Europe/Berlin" },
        targets = (object[])[new { email = "desk@acme.example" }, new { webhook = "https://hooks.acme.example/T0/secret", shape = "slack", secret = "env:ACME__HOOK" }],
    };

    private static Task<Answer> PutAsync(ApiHost host, object rule, string key = ApiHost.AdminKey, params (string, string)[] headers) =>
        host.SendAsync("PUT", Path, key, JsonContent.Create(rule), headers);

    [Fact]
    public async Task A_rule_is_made_read_changed_and_deleted_under_its_version()
    {
        await using var host = await ApiHost.StartAsync();
        var manager = await host.KeyAsync("acme", KeyScopes.Manage, KeyScopes.Read);
        Assert.Equal(428, (await PutAsync(host, Rule, manager)).Status);
        Assert.Equal(404, (await PutAsync(host, Rule, manager, ("If-Match", "\"1\""))).Status);
        var made = await PutAsync(host, Rule, manager, ("If-None-Match", "*"));
        Assert.Equal((201, "\"1\""), (made.Status, made.Headers["ETag"]));
        Assert.Equal(
            """{"id":"bad-news","version":1,"name":"Bad news","enabled":true,"symbols":["AAPL"],"when":{"kind":"score","windowMinutes":60,"above":null,"below":-0.5,"leastItems":5,"hysteresis":0.1,"table":null},"cooldownMinutes":60,"quietHours":{"from":"22:00","to":"07:00","timeZone":"Europe/Berlin"},"digestMinutes":null,"targets":[{"email":"desk@acme.example"},{"webhook":"https://hooks.acme.example/T0/secret","shape":"slack","secret":"env:ACME__HOOK"}],"changedAt":"2030-01-10T12:00:00Z"}""",
            made.Text);
        Assert.Equal(412, (await PutAsync(host, Rule, manager, ("If-None-Match", "*"))).Status);

        // What was read can be sent as it is.
        var read = await host.GetAsync(Path, manager);
        Assert.Equal("\"1\"", read.Headers["ETag"]);
        var changed = await PutAsync(host, read.Json, manager, ("If-Match", "\"1\""));
        Assert.Equal((200, "\"2\"", 2), (changed.Status, changed.Headers["ETag"], changed.Json.GetProperty("version").GetInt32()));
        Assert.Equal(412, (await PutAsync(host, Rule, manager, ("If-Match", "\"1\""))).Status);
        Assert.Equal(412, (await host.SendAsync("DELETE", Path, manager, null, ("If-Match", "\"1\""))).Status);
        Assert.Equal(204, (await host.SendAsync("DELETE", Path, manager, null, ("If-Match", "\"2\""))).Status);
        Assert.Equal(404, (await host.GetAsync(Path, manager)).Status);
        Assert.Equal(404, (await host.SendAsync("DELETE", Path, manager)).Status);
    }

    [Theory]
    [InlineData("env:BOLT__HOOK", "targets[0].secret: a tenant's key names what begins with 'ACME__' alone (in a key vault 'acme--'); the admin key may name any")]
    [InlineData("env:ACME__WIRE", "targets[0].secret: it is another tenant's")]
    public async Task A_tenants_key_has_nothing_signed_with_a_secret_that_is_not_its_tenants(string secret, string problem)
    {
        await using var host = await ApiHost.StartAsync();
        var manager = await host.KeyAsync("acme", KeyScopes.Manage, KeyScopes.Read);
        Assert.Equal(201, (await host.SendAsync(
            "PUT", "/api/tenants/cog", body: JsonContent.Create(new { symbols = (string[])["AAPL"], tables = (string[])["wire/news"], credentials = new { wire = "env:ACME__WIRE" } }), headers: ("If-None-Match", "*"))).Status);
        var rule = new { name = "Bad news", symbols = (string[])["AAPL"], when = new { kind = "spike", above = 3 }, targets = (object[])[new { webhook = "https://hooks.acme.example/", secret }] };
        var refused = await PutAsync(host, rule, manager, ("If-None-Match", "*"));
        Assert.Equal((403, problem), (refused.Status, refused.Detail));
        Assert.Equal(201, (await PutAsync(host, rule, ApiHost.AdminKey, ("If-None-Match", "*"))).Status);

        // What the admin named may stay as the tenant's people change the rest.
        Assert.Equal(200, (await PutAsync(host, rule, manager, ("If-Match", "\"1\""))).Status);
    }

    [Fact]
    public async Task Whoever_may_not_change_rules_sees_no_webhooks_path_and_changes_none()
    {
        await using var host = await ApiHost.StartAsync();
        await PutAsync(host, Rule, ApiHost.AdminKey, ("If-None-Match", "*"));
        var reader = await host.KeyAsync("acme");
        foreach (var path in new[] { Path, "/api/tenants/acme/rules" })
        {
            var answer = await host.GetAsync(path, reader);
            Assert.Equal(200, answer.Status);
            Assert.Contains("https://hooks.acme.example/", answer.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("T0", answer.Text, StringComparison.Ordinal);
        }

        Assert.Equal(403, (await PutAsync(host, Rule, reader, ("If-Match", "\"1\""))).Status);
        Assert.Equal(403, (await host.SendAsync("DELETE", Path, reader)).Status);
        Assert.Equal(403, (await host.SendAsync("DELETE", Path, await host.KeyAsync("bolt", KeyScopes.Manage))).Status);
    }

    [Theory]
    [InlineData("""{"name":"x","symbols":["AAPL"],"when":{"kind":"score","windowMinutes":1441,"below":0}}""", "when.windowMinutes: 1 to 1440 expected")]
    [InlineData("""{"name":"x","symbols":["AAPL"],"when":{"kind":"mood"}}""", "when.kind: one of score, volume, change, spike, silent, runFailed, quota expected")]
    [InlineData("""{"name":"x","symbols":["AAPL"],"when":{"kind":"spike","above":3},"targets":[{"webhook":"x"}]}""", "targets[0].webhook: an absolute address expected")]
    [InlineData("""{"name":"x","symbols":[null],"when":{"kind":"spike","above":3}}""", "symbols: no null expected")]
    [InlineData("""{"id":"other","name":"x","symbols":["AAPL"],"when":{"kind":"spike","above":3}}""", "id: 'bad-news' as in the path expected, or nothing")]
    [InlineData("""{"name":"","symbols":["AAPL"],"when":{"kind":"spike"},"cooldownMinutes":-1}""", "name: 1 to 100 characters on one line expected; cooldownMinutes: 0 to 10080 expected; when.above: expected, or 'below'")]
    public async Task What_is_wrong_is_named_by_its_field(string body, string detail)
    {
        await using var host = await ApiHost.StartAsync();
        var answer = await host.SendAsync("PUT", Path, ApiHost.AdminKey, new StringContent(body, System.Text.Encoding.UTF8, "application/json"), ("If-None-Match", "*"));
        Assert.Equal((400, detail), (answer.Status, answer.Detail));
    }

    [Fact]
    public async Task Changes_are_in_the_trail_without_what_must_not_be_told()
    {
        await using var host = await ApiHost.StartAsync();
        await PutAsync(host, Rule, ApiHost.AdminKey, ("If-None-Match", "*"));
        host.Time.Advance(TimeSpan.FromSeconds(1));
        var rule = JsonSerializer.SerializeToNode(Rule)!;
        rule["enabled"] = false;
        await PutAsync(host, rule, await host.KeyAsync("acme", KeyScopes.Manage), ("If-Match", "\"1\""));
        host.Time.Advance(TimeSpan.FromSeconds(1));
        await host.SendAsync("DELETE", Path);
        var (changes, _) = await host.Services.GetRequiredService<IChangeTrail>().ListAsync("acme", 10, null, default);
        Assert.Equal(["deleted", "disabled", "created"], changes.Where(c => c.What == ChangedThings.Rule).Select(c => c.Change));
        Assert.Equal(["enabled"], changes.Single(c => c.Change == "disabled").Fields!.Keys);
        Assert.StartsWith("acme.", changes.Single(c => c.Change == "disabled").By, StringComparison.Ordinal);
        Assert.DoesNotContain("T0", JsonSerializer.Serialize(changes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_alert_is_measured_again_by_whoever_may_read_it()
    {
        await using var host = await ApiHost.StartAsync(withRecords: true);
        var alert = (await Alerts.RaiseAsync(host, "acme", 1))[0];
        var seen = await host.SendAsync("POST", $"/api/tenants/acme/alerts/{alert}/evaluate", await host.KeyAsync("acme"));
        Assert.Equal((200, 1, -0.7), (seen.Status, seen.Json.GetProperty("count").GetInt32(), seen.Json.GetProperty("then").GetProperty("value").GetDouble()));
        Assert.Equal(404, (await host.SendAsync("POST", "/api/tenants/acme/alerts/none/evaluate")).Status);
    }

    [Fact]
    public async Task Rules_are_listed_page_by_page()
    {
        await using var host = await ApiHost.StartAsync();
        foreach (var id in new[] { "b", "a", "c" })
        {
            Assert.Equal(201, (await host.SendAsync("PUT", $"/api/tenants/acme/rules/{id}", ApiHost.AdminKey, JsonContent.Create(Rule), ("If-None-Match", "*"))).Status);
        }

        var first = (await host.GetAsync("/api/tenants/acme/rules?limit=2")).Json;
        var second = (await host.GetAsync($"/api/tenants/acme/rules?limit=2&cursor={first.GetProperty("next").GetString()}")).Json;
        Assert.Equal(["a", "b", "c"], first.GetProperty("items").EnumerateArray().Concat(second.GetProperty("items").EnumerateArray()).Select(r => r.GetProperty("id").GetString()));
        Assert.Empty((await host.GetAsync("/api/tenants/bolt/rules")).Json.GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task A_preview_says_what_a_rule_would_have_raised_and_stores_nothing()
    {
        await using var host = await ApiHost.StartAsync(withRecords: true);
        var manager = await host.KeyAsync("acme", KeyScopes.Manage);
        var rule = new { name = "x", symbols = (string[])["AAPL"], when = new { kind = "volume", windowMinutes = 60, above = 1 }, cooldownMinutes = 0 };
        var seen = await host.SendAsync("POST", "/api/tenants/acme/rules/preview", manager, JsonContent.Create(rule));
        Assert.Equal(200, seen.Status);

        // An item an hour, each counted for an hour: it is met once, without an end.
        Assert.Equal((1, JsonValueKind.Null), (seen.Json.GetProperty("fired").GetInt32(), seen.Json.GetProperty("note").ValueKind));
        Assert.Equal("""{"symbol":"AAPL","at":"2030-01-10T00:00:00Z","value":1}""", seen.Json.GetProperty("times")[0].GetRawText());
        Assert.Empty((await host.GetAsync("/api/tenants/acme/rules")).Json.GetProperty("items").EnumerateArray());
    }
}
