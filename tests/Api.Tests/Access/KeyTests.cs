using System.Net.Http.Json;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Sentiment.Api.Tests.Support;
using Sentiment.Domain.Access;
using Sentiment.Domain.Storage;

namespace Sentiment.Api.Tests.Access;

public sealed class KeyTests
{
    [Fact]
    public async Task A_key_is_shown_once_serves_and_is_stored_without_its_secret()
    {
        await using var host = await ApiHost.StartAsync();
        var made = await host.SendAsync("POST", "/api/tenants/acme/keys", body: JsonContent.Create(new { scopes = (string[])["read"] }));
        Assert.Equal(201, made.Status);
        var (id, key) = (made.Json.GetProperty("id").GetString()!, made.Json.GetProperty("key").GetString()!);
        Assert.Equal(200, (await host.GetAsync("/api/tenants/acme", key)).Status);
        Assert.Equal(200, (await host.SendAsync("GET", "/api/tenants/acme", null, null, ("x-functions-key", key))).Status);

        var row = await host.Services.GetRequiredService<ITableReader>().GetAsync("keys", id, default);
        var secret = key.Split('_', 3)[2];
        Assert.DoesNotContain(secret, Encoding.UTF8.GetString(row!.Data.Span), StringComparison.Ordinal);
        var listed = await host.GetAsync("/api/tenants/acme/keys");
        Assert.DoesNotContain(secret, listed.Text, StringComparison.Ordinal);
        Assert.Equal((id, $"sk_{id}"), (listed.Json.GetProperty("items")[0].GetProperty("id").GetString(), listed.Json.GetProperty("items")[0].GetProperty("prefix").GetString()));
    }

    [Fact]
    public async Task A_revoked_key_is_refused_at_once_here_and_within_its_life_elsewhere()
    {
        await using var host = await ApiHost.StartAsync();
        var elsewhere = new KeyStore(host.Services.GetRequiredService<ITableStore>(), host.Time);
        var key = await host.KeyAsync("acme");
        var id = key.Split('_')[1];
        Assert.Equal(200, (await host.GetAsync("/api/tenants/acme", key)).Status);
        Assert.NotNull(await elsewhere.FindAsync(key, default));

        Assert.Equal(404, (await host.SendAsync("DELETE", $"/api/tenants/bolt/keys/{id}")).Status);
        Assert.Equal(204, (await host.SendAsync("DELETE", $"/api/tenants/acme/keys/{id}")).Status);
        Assert.Equal("authorization: the key is not known", (await host.GetAsync("/api/tenants/acme", key)).Detail);
        Assert.Equal(404, (await host.SendAsync("DELETE", $"/api/tenants/acme/keys/{id}")).Status);

        Assert.NotNull(await elsewhere.FindAsync(key, default));
        host.Time.Advance(KeyStore.Life);
        Assert.Null(await elsewhere.FindAsync(key, default));
    }

    [Fact]
    public async Task Keys_are_listed_page_by_page_and_are_not_mixed_up_with_those_of_a_tenant_whose_id_begins_alike()
    {
        await using var host = await ApiHost.StartAsync();
        var keys = host.Services.GetRequiredService<KeyStore>();
        var made = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            made.Add((await keys.CreateAsync("acme", [KeyScopes.Read], default)).Key.Id);
            await keys.CreateAsync("acme-2", [KeyScopes.Read], default);
        }

        var listed = new List<string>();
        for (string? next = ""; next is not null;)
        {
            var page = (await host.GetAsync("/api/tenants/acme/keys?limit=2" + (next.Length == 0 ? "" : $"&cursor={next}"))).Json;
            listed.AddRange(page.GetProperty("items").EnumerateArray().Select(k => k.GetProperty("id").GetString()!));
            next = page.GetProperty("next").GetString();
        }

        Assert.Equal(made.Order(StringComparer.Ordinal), listed);
    }

    [Fact]
    public async Task A_tenant_has_no_more_keys_than_it_may()
    {
        await using var host = await ApiHost.StartAsync();
        for (var i = 0; i < KeyStore.MaxPerTenant; i++)
        {
            await host.KeyAsync("acme");
        }

        var refused = await host.SendAsync("POST", "/api/tenants/acme/keys", body: JsonContent.Create(new { scopes = (string[])["read"] }));
        Assert.Equal((409, true), (refused.Status, refused.Detail!.StartsWith("tenant: at most 100 keys", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_rotated_key_is_good_until_the_overlap_is_over_and_its_successor_may_do_the_same()
    {
        await using var host = await ApiHost.StartAsync();
        var made = await host.SendAsync("POST", "/api/tenants/acme/keys", body: JsonContent.Create(new { scopes = (string[])["read", "run"], name = "dashboard" }));
        var (id, old) = (made.Json.GetProperty("id").GetString()!, made.Json.GetProperty("key").GetString()!);
        Assert.Equal(200, (await host.GetAsync("/api/tenants/acme", old)).Status);
        var rotated = await host.SendAsync("POST", $"/api/tenants/acme/keys/{id}/rotate", body: JsonContent.Create(new { overlapMinutes = 10 }));
        Assert.Equal((201, "dashboard", """["read","run"]"""), (rotated.Status, rotated.Json.GetProperty("name").GetString(), rotated.Json.GetProperty("scopes").GetRawText()));
        var fresh = rotated.Json.GetProperty("key").GetString()!;

        host.Time.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal((200, 200), ((await host.GetAsync("/api/tenants/acme", old)).Status, (await host.GetAsync("/api/tenants/acme", fresh)).Status));
        host.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal((401, 200), ((await host.GetAsync("/api/tenants/acme", old)).Status, (await host.GetAsync("/api/tenants/acme", fresh)).Status));
        Assert.Equal(404, (await host.SendAsync("POST", $"/api/tenants/acme/keys/{id}/rotate")).Status);
    }

    [Fact]
    public async Task When_a_key_was_last_presented_is_noted_once_a_minute()
    {
        await using var host = await ApiHost.StartAsync();
        var key = await host.KeyAsync("acme");
        var keys = host.Services.GetRequiredService<KeyStore>();
        Assert.Null((await keys.ListAsync("acme", 10, null, default))[0].LastUsedAt);
        foreach (var minutes in (int[])[0, 2])
        {
            host.Time.Advance(TimeSpan.FromMinutes(minutes));
            var now = host.Time.GetUtcNow();
            Assert.Equal(200, (await host.GetAsync("/api/tenants/acme", key)).Status);
            while ((await keys.ListAsync("acme", 10, null, default))[0].LastUsedAt != now)
            {
                await Task.Yield(); // Nobody waits for the note; the test's own time-out is its limit.
            }
        }
    }

    [Fact]
    public async Task A_tenants_key_makes_and_replaces_none_that_may_do_more_than_itself()
    {
        await using var host = await ApiHost.StartAsync();
        var manager = await host.KeyAsync("acme", KeyScopes.Read, KeyScopes.Manage);
        var runner = (await host.KeyAsync("acme", KeyScopes.Run)).Split('_')[1];
        using var more = JsonContent.Create(new { scopes = (string[])["read", "run"] });
        using var less = JsonContent.Create(new { scopes = (string[])["read"] });
        var refused = await host.SendAsync("POST", "/api/tenants/acme/keys", manager, more);
        Assert.Equal((403, "scopes: none but the scopes of the key that asks (read, manage) expected"), (refused.Status, refused.Detail));
        Assert.Equal(403, (await host.SendAsync("POST", $"/api/tenants/acme/keys/{runner}/rotate", manager)).Status);
        Assert.Equal(201, (await host.SendAsync("POST", "/api/tenants/acme/keys", manager, less)).Status);
        Assert.Equal(204, (await host.SendAsync("DELETE", $"/api/tenants/acme/keys/{runner}", manager)).Status);
        var changes = (await host.GetAsync("/api/tenants/acme/changes", manager)).Json.GetProperty("items").EnumerateArray().Where(c => c.GetProperty("what").GetString() == "key").ToList();
        Assert.Equal(["created", "revoked"], changes.Select(c => c.GetProperty("change").GetString()).Order(StringComparer.Ordinal));
        Assert.All(changes, c => Assert.Equal(manager.Split('_')[1], c.GetProperty("by").GetString()));
    }

    [Theory]
    [InlineData("", "scopes: ")]
    [InlineData("{}", "scopes: ")]
    [InlineData("{\"scopes\":[]}", "scopes: ")]
    [InlineData("{\"scopes\":[\"write\"]}", "scopes: ")]
    [InlineData("{\"scopes\":[null]}", "scopes: ")]
    [InlineData("{\"scopes\":[\"read\"],\"name\":\"\"}", "name: ")]
    [InlineData("{\"scopes\":\"read\"}", "$.scopes: ")]
    [InlineData("{\"scope\":[\"read\"]}", "$.scope: ")]
    [InlineData("[", "$: ")]
    public async Task What_is_wrong_with_an_order_is_named(string body, string named)
    {
        await using var host = await ApiHost.StartAsync();
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        var refused = await host.SendAsync("POST", "/api/tenants/acme/keys", body: content);
        Assert.Equal(400, refused.Status);
        Assert.StartsWith(named, refused.Detail, StringComparison.Ordinal);
    }
}
