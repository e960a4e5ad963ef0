using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Sentiment.Api.Tests.Support;
using Sentiment.Domain.Access;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Tests.Support;

namespace Sentiment.Api.Tests.Tenants;

public sealed class TenantTests
{
    private const string Settings = """{"name":"Cog","emails":["ops@cog.test"],"symbols":["aapl"],"tables":["wire/news"],"credentials":{"wire":"env:COG"},"schedule":"0 0 * * * *","retention":{"items":30}}""";

    private static Task<Answer> PutAsync(ApiHost host, string tenant, string settings, string header, string value, string? key = ApiHost.AdminKey) =>
        host.SendAsync("PUT", $"/api/tenants/{tenant}", key, new StringContent(settings, Encoding.UTF8, "application/json"), (header, value));

    private static Task<Answer> CreateAsync(ApiHost host, string settings = Settings) => PutAsync(host, "cog", settings, "If-None-Match", "*");

    private static string With(string name, string json)
    {
        var settings = JsonNode.Parse(Settings)!.AsObject();
        settings[name] = JsonNode.Parse(json);
        return settings.ToJsonString();
    }

    private static async Task<IReadOnlyList<string>> ListedAsync(ApiHost host, string filter, string? key = ApiHost.AdminKey) =>
        [.. (await host.GetAsync("/api/tenants" + filter, key)).Json.GetProperty("items").EnumerateArray().Select(t => t.GetProperty("id").GetString()!)];

    private static ScriptedVendor Vendor(ApiHost host) => host.Services.GetServices<ITableSource>().OfType<ScriptedVendor>().First();

    [Fact]
    public async Task A_tenant_is_created_found_changed_and_disabled_and_each_step_is_in_its_trail()
    {
        await using var host = await ApiHost.StartAsync();
        var created = await CreateAsync(host);
        Assert.Equal((201, true, "api", 1), (created.Status, created.Headers["Location"].EndsWith("/api/tenants/cog", StringComparison.Ordinal), created.Json.GetProperty("origin").GetString(), created.Json.GetProperty("version").GetInt32()));
        var read = await host.GetAsync("/api/tenants/cog");
        Assert.Equal(created.Headers["ETag"], read.Headers["ETag"]);
        Assert.Equal(("active", "AAPL", "env:COG"), (read.Json.GetProperty("status").GetString(), read.Json.GetProperty("symbols")[0].GetString(), read.Json.GetProperty("credentials").GetProperty("wire").GetString()));
        Assert.Equal(["acme", "bolt", "cog"], await ListedAsync(host, ""));
        Assert.Equal(["cog"], await ListedAsync(host, "?email=OPS@cog.test"));
        Assert.Equal(["acme", "bolt"], await ListedAsync(host, "?table=wire/prices"));

        // What GET showed can be sent back as it is.
        host.Time.Advance(TimeSpan.FromMinutes(1));
        var changed = JsonNode.Parse(read.Bytes)!.AsObject();
        changed["status"] = "disabled";
        var saved = await PutAsync(host, "cog", changed.ToJsonString(), "If-Match", read.Headers["ETag"]);
        Assert.Equal((200, "disabled", 2), (saved.Status, saved.Json.GetProperty("status").GetString(), saved.Json.GetProperty("version").GetInt32()));
        Assert.Equal(["cog"], await ListedAsync(host, "?status=disabled"));
        var refused = await host.SendAsync("POST", "/api/runs", body: JsonContent.Create(new { tenants = (string[])["cog"] }));
        Assert.Equal((400, "tenant: 'cog' is disabled"), (refused.Status, refused.Detail));
        Assert.Equal(200, (await host.GetAsync("/api/tenants/cog/items")).Status);

        var changes = (await host.GetAsync("/api/tenants/cog/changes")).Json.GetProperty("items").EnumerateArray().ToList();
        Assert.Equal([("admin", "disabled"), ("admin", "created")], changes.Select(c => (c.GetProperty("by").GetString()!, c.GetProperty("change").GetString()!)));
        Assert.True(changes[0].GetProperty("fields").GetProperty("isDisabled").GetProperty("to").GetBoolean());
    }

    [Fact]
    public async Task A_change_must_say_what_it_changes_and_is_refused_where_that_is_no_longer_so()
    {
        await using var host = await ApiHost.StartAsync();
        var tag = (await CreateAsync(host)).Headers["ETag"];
        var bare = await host.SendAsync("PUT", "/api/tenants/cog", body: new StringContent(Settings));
        Assert.Equal((428, true), (bare.Status, bare.Detail!.StartsWith("If-Match: ", StringComparison.Ordinal)));
        Assert.Equal((412, true), ((await CreateAsync(host)) is { } again ? (again.Status, again.Detail!.StartsWith("If-None-Match: ", StringComparison.Ordinal)) : default));
        Assert.Equal(200, (await PutAsync(host, "cog", With("name", "\"Cog 2\""), "If-Match", tag)).Status);
        var stale = await PutAsync(host, "cog", With("name", "\"Cog 3\""), "If-Match", tag);
        Assert.Equal((412, "If-Match: it was changed since; read it again"), (stale.Status, stale.Detail));
        Assert.Equal(412, (await host.SendAsync("DELETE", "/api/tenants/cog", headers: ("If-Match", tag))).Status);
        Assert.Equal(404, (await PutAsync(host, "nobody", Settings, "If-Match", tag)).Status);
    }

    [Theory]
    [InlineData("tables", """["wire/news","no/table"]""", "tables[1]")]
    [InlineData("schedule", "\"hourly\"", "schedule")]
    [InlineData("emails", """["ops"]""", "emails[0]")]
    [InlineData("credentials", """{"wire":"s3cret"}""", "credentials.wire")]
    [InlineData("retention", """{"items":0}""", "retention.items")]
    public async Task What_is_wrong_is_named_by_its_field(string name, string json, string field)
    {
        await using var host = await ApiHost.StartAsync();
        var refused = await CreateAsync(host, With(name, json));
        Assert.Equal((400, field), (refused.Status, Assert.Single(refused.Json.GetProperty("errors").EnumerateObject()).Name));
        Assert.StartsWith(field + ": ", refused.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", refused.Text, StringComparison.Ordinal);
        Assert.Equal(404, (await host.GetAsync("/api/tenants/cog")).Status);
    }

    [Fact]
    public async Task A_credential_is_tried_when_it_is_saved_and_only_where_it_changed()
    {
        await using var host = await ApiHost.StartAsync();
        var vendor = Vendor(host);
        vendor.Before = (_, _, _) => throw new SourceStoppedException("wire refuses the credential (401)") { Status = 401 };
        var refused = await CreateAsync(host);
        Assert.Equal((400, "401 from Wire"), (refused.Status, refused.Json.GetProperty("errors").GetProperty("credentials.wire")[0].GetString()));

        vendor.Before = (_, _, _) => throw new SourceException("wire cannot be reached", isTransient: true);
        var saved = await CreateAsync(host);
        Assert.Equal((201, "credentials.wire: Wire could not be reached, not tested"), (saved.Status, saved.Json.GetProperty("warnings")[0].GetString()));

        vendor.Before = (_, _, _) => throw new SourceStoppedException("wire refuses the credential (401)") { Status = 401 };
        var named = await PutAsync(host, "cog", With("name", "\"Cog 2\""), "If-Match", saved.Headers["ETag"]);
        Assert.Equal(200, named.Status);
        var calls = vendor.Calls.Count;
        Assert.Equal(400, (await PutAsync(host, "cog", With("credentials", """{"wire":"env:OTHER"}"""), "If-Match", named.Headers["ETag"])).Status);
        Assert.Equal(("secret of env:OTHER", calls + 1), (vendor.Calls.Last().Credential, vendor.Calls.Count));

        ((Secrets)host.Services.GetRequiredService<ISecrets>()).Missing.Add("env:NONE");
        var missing = await PutAsync(host, "cog", With("credentials", """{"wire":"env:NONE"}"""), "If-Match", named.Headers["ETag"]);
        Assert.Equal((400, true), (missing.Status, missing.Detail!.StartsWith("credentials.wire: ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_credential_can_be_tried_by_itself()
    {
        await using var host = await ApiHost.StartAsync();
        async Task<(bool, string?)> TestAsync()
        {
            var tested = await host.SendAsync("POST", "/api/tenants/acme/credentials/test", body: JsonContent.Create(new { vendor = "wire", reference = "env:X" }));
            Assert.Equal(200, tested.Status);
            return (tested.Json.GetProperty("ok").GetBoolean(), tested.Json.GetProperty("detail").GetString());
        }

        Assert.Equal((true, "Wire takes it"), await TestAsync());
        Vendor(host).Before = (_, _, _) => throw new SourceStoppedException("wire denies access (403)") { Status = 403 };
        Assert.Equal((false, "403 from Wire"), await TestAsync());
        using var pasted = JsonContent.Create(new { vendor = "wire", reference = "s3cret" });
        var refused = await host.SendAsync("POST", "/api/tenants/acme/credentials/test", body: pasted);
        Assert.Equal((400, false), (refused.Status, refused.Text.Contains("s3cret", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_tenants_key_changes_its_own_tenant_but_not_whether_it_is_active_nor_to_secrets_that_are_not_its_own()
    {
        await using var host = await ApiHost.StartAsync();
        var (manager, reader) = (await host.KeyAsync("acme", [.. KeyScopes.All]), await host.KeyAsync("acme"));
        var read = await host.GetAsync("/api/tenants/acme", manager);
        var tag = read.Headers["ETag"];
        Assert.Equal(("env:acme-wire", false), (read.Json.GetProperty("credentials").GetProperty("wire").GetString(), (await host.GetAsync("/api/tenants/acme", reader)).Json.TryGetProperty("credentials", out _)));
        Assert.Equal(["acme"], await ListedAsync(host, "", manager));

        string Changed(string name, string json)
        {
            var settings = JsonNode.Parse(read.Bytes)!.AsObject();
            settings[name] = JsonNode.Parse(json);
            return settings.ToJsonString();
        }

        Assert.Equal((403, true), await RefusedAsync(Changed("status", "\"disabled\""), "status: "));
        Assert.Equal((403, true), await RefusedAsync(Changed("credentials", """{"wire":"env:ADMIN_TOKEN"}"""), "credentials.wire: "));
        Assert.Equal((403, true), await RefusedAsync(Changed("credentials", """{"wire":"env:ACME_2__WIRE"}"""), "credentials.wire: "));
        Assert.Equal(200, (await PutAsync(host, "acme", Changed("credentials", """{"wire":"env:ACME__WIRE"}"""), "If-Match", tag, manager)).Status);
        Assert.Equal(403, (await PutAsync(host, "acme-2", Settings, "If-None-Match", "*", manager)).Status);

        async Task<(int, bool)> RefusedAsync(string settings, string field)
        {
            var refused = await PutAsync(host, "acme", settings, "If-Match", tag, manager);
            return (refused.Status, refused.Detail!.StartsWith(field, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_deleted_tenant_is_gone_at_once_and_its_deletion_is_told()
    {
        await using var host = await ApiHost.StartAsync();
        var key = await host.KeyAsync("acme", [.. KeyScopes.All]);
        Assert.Equal(200, (await host.GetAsync("/api/tenants/acme")).Status);
        Assert.Equal(404, (await host.GetAsync("/api/tenants/acme/deletion")).Status);
        var begun = await host.SendAsync("DELETE", "/api/tenants/acme");
        Assert.Equal((202, true, "running"), (begun.Status, begun.Headers["Location"].EndsWith("/api/tenants/acme/deletion", StringComparison.Ordinal), begun.Json.GetProperty("status").GetString()));
        foreach (var path in (string[])["", "/items", "/metrics", "/keys", "/changes"])
        {
            Assert.Equal(404, (await host.GetAsync("/api/tenants/acme" + path)).Status);
        }

        Assert.Equal("running", (await host.GetAsync("/api/tenants/acme/deletion")).Json.GetProperty("status").GetString());
        Assert.Equal(202, (await host.SendAsync("DELETE", "/api/tenants/acme")).Status);
        Assert.Equal(409, (await PutAsync(host, "acme", Settings, "If-None-Match", "*")).Status);
        Assert.Equal(["bolt"], await ListedAsync(host, ""));
        var refused = await host.SendAsync("POST", "/api/runs", body: JsonContent.Create(new { tenants = (string[])["acme"] }));
        Assert.Equal(400, refused.Status);
        Assert.Equal(404, (await host.GetAsync("/api/tenants/acme", key)).Status);
        Assert.Equal(404, (await host.SendAsync("DELETE", "/api/tenants/nobody")).Status);
    }
}
