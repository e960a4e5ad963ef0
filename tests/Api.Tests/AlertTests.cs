using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Sentiment.Api.Tests.Support;
using Sentiment.Domain.Access;
using Sentiment.Domain.Alerts.Delivery;

namespace Sentiment.Api.Tests;

public sealed class AlertTests
{
    [Fact]
    public async Task Alerts_are_listed_newest_first_without_items_and_shown_with_them()
    {
        await using var host = await ApiHost.StartAsync();
        var ids = await Alerts.RaiseAsync(host, "acme", 3);
        var key = await host.KeyAsync("acme");
        var first = await host.GetAsync("/api/tenants/acme/alerts?limit=2", key);
        Assert.Equal(ids.Reverse().Take(2), first.Json.GetProperty("items").EnumerateArray().Select(a => a.GetProperty("id").GetString()));
        Assert.False(first.Json.GetProperty("items")[0].GetProperty("evidence").TryGetProperty("items", out _));
        var rest = await host.GetAsync($"/api/tenants/acme/alerts?limit=2&cursor={first.Json.GetProperty("next").GetString()}", key);
        Assert.Equal(ids[0], Assert.Single(rest.Json.GetProperty("items").EnumerateArray().ToList()).GetProperty("id").GetString());

        var alert = (await host.GetAsync($"/api/tenants/acme/alerts/{ids[0]}", key)).Json;
        Assert.Equal(("score", "AAPL", "new", -0.7), (alert.GetProperty("kind").GetString(), alert.GetProperty("symbol").GetString(), alert.GetProperty("state").GetString(), alert.GetProperty("value").GetDouble()));
        Assert.Equal("2030-01-10T11:57:00Z", alert.GetProperty("raisedAt").GetString());
        var item = alert.GetProperty("evidence").GetProperty("items")[0];
        Assert.Equal(("wire/news", -0.83, "https://news.example/1"), (item.GetProperty("source").GetString(), item.GetProperty("score").GetDouble(), item.GetProperty("url").GetString()));
        var raw = item.GetProperty("raw").GetString()!;
        Assert.Equal($"/api/tenants/acme/alerts/{ids[0]}/raw/item", raw);
        var body = await host.GetAsync(raw, key);
        Assert.Equal((200, "{\"it\":\"fell\"}", "nosniff"), (body.Status, body.Text, body.Headers["X-Content-Type-Options"]));
        Assert.Equal("item: no item 'other' with an archived body in the alert's evidence", (await host.GetAsync($"/api/tenants/acme/alerts/{ids[0]}/raw/other", key)).Detail);
        Assert.Equal(403, (await host.GetAsync(raw, await host.KeyAsync("bolt"))).Status);
        Assert.Equal($"./sentiment alerts --tenant acme --evaluate {ids[0]}", alert.GetProperty("evaluate").GetString());
        var delivery = alert.GetProperty("deliveries")[0];
        Assert.Equal(("mail ops@acme.example", "dead", $"<{ids[0]}.1@sentiment>"), (delivery.GetProperty("target").GetString(), delivery.GetProperty("status").GetString(), delivery.GetProperty("messageId").GetString()));
        Assert.Equal("webhook https://hooks.example/…", alert.GetProperty("deliveries")[1].GetProperty("target").GetString());
    }

    [Fact]
    public async Task Seen_alerts_are_found_by_their_state()
    {
        await using var host = await ApiHost.StartAsync();
        var ids = await Alerts.RaiseAsync(host, "acme", 2);
        var key = await host.KeyAsync("acme", KeyScopes.Read, KeyScopes.Manage);
        Assert.Equal(204, (await host.SendAsync("POST", $"/api/tenants/acme/alerts/{ids[1]}/seen", key)).Status);
        Assert.Equal(ids[1], (await host.GetAsync("/api/tenants/acme/alerts?state=seen&rule=fell", key)).Json.GetProperty("items")[0].GetProperty("id").GetString());
        Assert.Equal(ids[0], (await host.GetAsync("/api/tenants/acme/alerts?state=new&symbol=aapl", key)).Json.GetProperty("items")[0].GetProperty("id").GetString());
        Assert.Equal("state: new or seen expected", (await host.GetAsync("/api/tenants/acme/alerts?state=old", key)).Detail);
    }

    [Fact]
    public async Task Dead_deliveries_are_listed_and_sent_again_by_who_may_manage()
    {
        await using var host = await ApiHost.StartAsync();
        var id = Assert.Single(await Alerts.RaiseAsync(host, "acme", 1));
        var (reader, manager) = (await host.KeyAsync("acme"), await host.KeyAsync("acme", KeyScopes.Manage));
        var letter = Assert.Single((await host.GetAsync("/api/tenants/acme/deliveries?status=dead", reader)).Json.GetProperty("items").EnumerateArray().ToList());
        Assert.Equal((id, $"{id}.1", "refused", 8), (letter.GetProperty("alert").GetString(), letter.GetProperty("id").GetString(), letter.GetProperty("reason").GetString(), letter.GetProperty("attempts").GetInt32()));
        Assert.Equal(403, (await host.SendAsync("POST", $"/api/tenants/acme/alerts/{id}/resend", reader)).Status);
        var sent = await host.SendAsync("POST", $"/api/tenants/acme/alerts/{id}/resend", manager);
        Assert.Equal((202, 1, $"/api/tenants/acme/alerts/{id}"), (sent.Status, sent.Json.GetProperty("deliveries").GetInt32(), sent.Headers["Location"]));
        Assert.Equal(409, (await host.SendAsync("POST", $"/api/tenants/acme/alerts/{id}/resend", manager)).Status);
        Assert.Equal(2, (await host.GetAsync("/api/tenants/acme/deliveries?status=waiting", reader)).Json.GetProperty("items").GetArrayLength());
        Assert.Equal("status: dead, waiting or held expected", (await host.GetAsync("/api/tenants/acme/deliveries?status=sent", reader)).Detail);
        Assert.Equal("id: no alert 'nothing'", (await host.GetAsync("/api/tenants/acme/alerts/nothing", reader)).Detail);
    }

    [Fact]
    public async Task A_link_unsubscribes_once_its_button_is_pressed_and_no_other_link_does()
    {
        await using var host = await ApiHost.StartAsync();
        var token = await host.Services.GetRequiredService<Unsubscribing>().TokenAsync("acme", "fell", "<ops>@acme.example", default);
        var store = host.Services.GetRequiredService<AlertStore>();
        var page = await host.GetAsync($"/api/unsubscribe/{token}", null);
        Assert.Equal(200, page.Status);
        Assert.Contains("&lt;ops&gt;@acme.example", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<ops>", page.Text, StringComparison.Ordinal);
        Assert.False(await store.IsUnsubscribedAsync("acme", "fell", "<ops>@acme.example", default));
        Assert.Equal(404, (await host.SendAsync("POST", $"/api/unsubscribe/A{token}", null)).Status);
        using var oneClick = new FormUrlEncodedContent([new("List-Unsubscribe", "One-Click")]);
        Assert.Equal(200, (await host.SendAsync("POST", $"/api/unsubscribe/{token}", null, oneClick)).Status);
        Assert.True(await store.IsUnsubscribedAsync("acme", "fell", "<ops>@ACME.example", default));
        Assert.False(await store.IsUnsubscribedAsync("acme", "rose", "<ops>@acme.example", default));
    }

    [Fact]
    public async Task The_live_group_of_alerts_has_the_rows_of_the_list()
    {
        await using var host = await ApiHost.StartAsync();
        var ids = await Alerts.RaiseAsync(host, "acme", 2);
        var snapshot = (await host.GetAsync("/api/tenants/acme/live/acme.alerts", await host.KeyAsync("acme"))).Json.GetProperty("entries");
        Assert.Equal(ids.Reverse(), snapshot.EnumerateArray().Select(e => e.GetProperty("key").GetString()));
        var listed = (await host.GetAsync("/api/tenants/acme/alerts")).Json.GetProperty("items")[0];
        foreach (var field in listed.EnumerateObject())
        {
            Assert.True(JsonElement.DeepEquals(field.Value, snapshot[0].GetProperty(field.Name)), field.Name);
        }
    }
}
