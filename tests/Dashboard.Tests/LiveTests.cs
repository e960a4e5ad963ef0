using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Sentiment.Dashboard.Tests;

public sealed class LiveTests(Chromium chromium, Demo demo) : PageTest(chromium, demo)
{
    [Fact]
    public async Task A_headline_and_its_bar_appear_without_a_reload()
    {
        var symbol = await SymbolAsync(0);
        await OpenAsync($"symbol/{symbol}");
        await Expect(Live).ToBeVisibleAsync();
        await SameAsSnapshotAsync(symbol, DayItems);
        var title = $"{symbol} shares soar as profits beat every forecast {Guid.NewGuid():N}";

        await Demo.PublishAsync(Tenant, symbol, title);

        await Expect(Page.Locator(".headlines li", new() { HasText = title })).ToBeVisibleAsync();
        await SameAsSnapshotAsync(symbol, DayItems);
        await StillTheSameAsync();
        Assert.Empty(Problems);
    }

    [Fact]
    public async Task The_overview_counts_up_by_itself()
    {
        var symbol = await SymbolAsync(1);
        await OpenAsync("overview");
        await Expect(Live).ToBeVisibleAsync();
        var cell = Page.Locator("table.symbols tr", new() { Has = Page.GetByRole(AriaRole.Link, new() { Name = symbol, Exact = true }) }).Locator("td").Nth(3);
        await SameAsSnapshotAsync(symbol, cell);
        var title = $"Regulators fine {symbol} after losses {Guid.NewGuid():N}";

        await Demo.PublishAsync(Tenant, symbol, title);

        await Expect(Page.Locator(".latest li", new() { HasText = title })).ToBeVisibleAsync();
        await SameAsSnapshotAsync(symbol, cell);
        await StillTheSameAsync();
    }

    [Fact]
    public async Task A_run_appears_and_is_followed_to_its_end()
    {
        await OpenAsync("runs");
        await Expect(Page.Locator(".runlist li").First).ToBeVisibleAsync();

        var run = await Demo.RunAsync(Tenant);

        await Expect(Page.Locator("#run code")).ToHaveTextAsync(run);
        await Expect(Page.Locator("#run .status")).ToHaveTextAsync("completed");
        await Expect(Page.Locator("table.grid tbody tr").First).ToBeVisibleAsync();
        await StillTheSameAsync();
    }

    [Fact]
    public async Task After_the_socket_was_cut_for_a_minute_the_page_shows_what_the_snapshot_has_to_the_number()
    {
        var symbol = await SymbolAsync(2);
        var isCut = false;
        (IWebSocketRoute Page, IWebSocketRoute Server)? socket = null;
        await Page.RouteWebSocketAsync(url => url.Contains("/client/hubs/", StringComparison.Ordinal), route =>
        {
            if (isCut)
            {
                route.CloseAsync(new() { Code = 3001 });
            }
            else
            {
                socket = (route, route.ConnectToServer());
            }
        });
        await OpenAsync($"symbol/{symbol}");
        await Expect(Live).ToBeVisibleAsync();
        var missed = $"{symbol} cuts its outlook while nobody listens {Guid.NewGuid():N}";

        isCut = true;
        await socket!.Value.Server.CloseAsync(new() { Code = 3001 });
        await socket.Value.Page.CloseAsync(new() { Code = 3001 });
        await Page.Context.SetOfflineAsync(true);
        await Expect(Page.Locator("[data-live=offline]")).ToContainTextAsync("offline, showing");
        var cut = Stopwatch.GetTimestamp();
        await Demo.PublishAsync(Tenant, symbol, missed);
        while (Stopwatch.GetElapsedTime(cut) < TimeSpan.FromMinutes(1))
        {
            await Demo.RunAsync(Tenant);
        }

        await Demo.PublishAsync(Tenant, symbol, $"{symbol} raises its outlook again {Guid.NewGuid():N}");
        Assert.Equal(0, await Page.GetByText(missed).CountAsync());
        isCut = false;
        await Page.Context.SetOfflineAsync(false);

        await Expect(Live).ToBeVisibleAsync();
        await Expect(Page.Locator(".headlines li", new() { HasText = missed })).ToBeVisibleAsync();
        await SameAsSnapshotAsync(symbol, DayItems);
        await SameAsSnapshotAsync(symbol, Page.Locator(".heading dl .counts"), hours => $"▼{Labels(hours, "negative")}●{Labels(hours, "neutral")}▲{Labels(hours, "positive")}");
        await StillTheSameAsync();
    }

    [Fact]
    public async Task A_tenants_token_joins_no_group_of_another()
    {
        await OpenAsync("overview", await Demo.TenantKeyAsync(Tenant));
        await Expect(Live).ToBeVisibleAsync();
        var other = Demo.Tenants[1];

        // The page's own policy, origin and key; its own token of its own tenant.
        var acks = await Page.EvaluateAsync<JsonElement>(
            """
            async ([tenant, other, key]) => {
              const headers = { authorization: `Bearer ${key}` };
              const refused = await fetch(`/api/tenants/${other}/negotiate`, { method: 'POST', headers });
              const { url } = await (await fetch(`/api/tenants/${tenant}/negotiate`, { method: 'POST', headers })).json();
              const socket = new WebSocket(url, 'json.webpubsub.azure.v1');
              const acks = {};
              await new Promise((done, fail) => {
                socket.onerror = fail;
                socket.onmessage = ({ data }) => {
                  const message = JSON.parse(data);
                  if (message.type === 'system' && message.event === 'connected') {
                    [`${tenant}.runs`, `${other}.runs`].forEach((group, i) => socket.send(JSON.stringify({ type: 'joinGroup', group, ackId: i + 1 })));
                  } else if (message.type === 'ack') {
                    acks[message.ackId] = message;
                    if (acks[1] && acks[2]) { done(); }
                  }
                };
              });
              socket.close();
              return { negotiated: refused.status, own: acks[1].success, other: acks[2].success };
            }
            """,
            new[] { Tenant, other, await Page.EvaluateAsync<string>("sessionStorage.getItem('sentiment.key')") });

        Assert.Equal(403, acks.GetProperty("negotiated").GetInt32());
        Assert.True(acks.GetProperty("own").GetBoolean());
        Assert.False(acks.GetProperty("other").GetBoolean());
        Assert.Empty(Problems);
    }

    private ILocator DayItems => Page.Locator(".heading dl div", new() { HasText = "Items, 24 h" }).Locator("dd");

    private Task SameAsSnapshotAsync(string symbol, ILocator shown) =>
        SameAsSnapshotAsync(symbol, shown, hours => hours.Sum(h => h.GetProperty("n").GetInt64()).ToString("N0", CultureInfo.InvariantCulture));

    // Both are read anew each time, for an hour may end in between.
    private Task SameAsSnapshotAsync(string symbol, ILocator shown, Func<List<JsonElement>, string> expected) => Demo.UntilAsync(async () =>
    {
        var snapshot = await Demo.GetAsync($"/api/tenants/{Tenant}/live/{Tenant}.trends.{symbol}");
        var hours = snapshot.GetProperty("entries").EnumerateArray().Where(e => e.GetProperty("key").GetString()!.StartsWith("1h|", StringComparison.Ordinal)).ToList();
        return await shown.TextContentAsync() == expected(hours);
    });

    private static string Labels(List<JsonElement> hours, string label) =>
        hours.Sum(h => h.GetProperty("labels").GetProperty(label).GetInt64()).ToString("N0", CultureInfo.InvariantCulture);

    // Each test has a symbol of its own, so that none counts another's headlines.
    private async Task<string> SymbolAsync(int index) => (await Demo.GetAsync($"/api/tenants/{Tenant}")).GetProperty("symbols")[index].GetString()!;
}
