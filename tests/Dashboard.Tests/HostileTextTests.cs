using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Sentiment.Dashboard.Tests;

public sealed class HostileTextTests(Chromium chromium, Demo demo) : PageTest(chromium, demo)
{
    [Fact]
    public async Task Headlines_are_text_whatever_stands_in_them()
    {
        var symbol = (await Demo.GetAsync($"/api/tenants/{Tenant}")).GetProperty("symbols")[3].GetString()!;
        string[] titles =
        [
            "script <script>window.isRun = 1</script> over",
            "image <img src=x onerror=\"window.isRun = 2\"> over",
            "turned \u202Egnp.exe\u2066 over",
            "emoji 👩‍💻🚀📉 over",
            "long " + new string('W', 65_000),
        ];
        await OpenAsync($"symbol/{symbol}");
        await Expect(Live).ToBeVisibleAsync();

        await Demo.PublishAsync(Tenant, symbol, titles);

        await Expect(Title("script <script>window.isRun = 1</script> over")).ToBeVisibleAsync();
        await Expect(Title("image <img src=x onerror=\"window.isRun = 2\"> over")).ToBeVisibleAsync();
        await Expect(Title("turned ⟦RLO⟧gnp.exe⟦LRI⟧ over")).ToBeVisibleAsync();
        await Expect(Title("emoji 👩‍💻🚀📉 over")).ToBeVisibleAsync();
        var clamped = Title("long WWWW");
        await Expect(clamped).ToBeVisibleAsync();
        Assert.True((await clamped.InnerTextAsync()).Length <= 301);
        Assert.Equal(0, await Page.Locator("main script, main img").CountAsync());
        Assert.True(await Page.EvaluateAsync<bool>("window.isRun === undefined"));
        Assert.True(await Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= document.documentElement.clientWidth"));
        Assert.Equal("isolate", await clamped.EvaluateAsync<string>("e => getComputedStyle(e).unicodeBidi"));
        await GoAsync("overview");
        await Expect(Page.Locator(".latest bdi", new() { HasText = "script <script>" })).ToBeVisibleAsync();
        Assert.True(await Page.EvaluateAsync<bool>("window.isRun === undefined"));
        Assert.Empty(Problems);
    }

    [Theory]
    [InlineData("javascript:window.isRun = 3", false)]
    [InlineData("data:text/html,x", false)]
    [InlineData("https://news.example/a", true)]
    public async Task A_headline_leads_only_where_the_web_does(string url, bool isLink)
    {
        var item = "{\"id\":\"0123456789abcdef0123456789abcdef\",\"key\":\"0123456789abcdef0123456789abcdef\",\"source\":\"tiingo/news\",\"sourceId\":\"1\",\"symbols\":[],"
            + "\"title\":\"Follow me\",\"url\":\"" + url + "\",\"publishedAt\":\"" + DateTimeOffset.UtcNow.ToString("O") + "\",\"label\":\"neutral\",\"score\":0,"
            + "\"probabilities\":{\"positive\":0,\"neutral\":1,\"negative\":0},\"model\":\"m@0\"}";
        await Page.RouteAsync("**/items?**", route => route.FulfillAsync(new() { ContentType = "application/json", Body = "{\"items\":[" + item + "],\"next\":null}" }));
        var symbol = (await Demo.GetAsync($"/api/tenants/{Tenant}")).GetProperty("symbols")[4].GetString()!;

        await OpenAsync($"symbol/{symbol}");

        var title = Title("Follow me");
        await Expect(title).ToBeVisibleAsync();
        var links = Page.Locator(".headlines a", new() { HasText = "Follow me" });
        Assert.Equal(isLink ? 1 : 0, await links.CountAsync());
        if (isLink)
        {
            Assert.Equal("noopener noreferrer nofollow", await links.GetAttributeAsync("rel"));
        }
    }

    private ILocator Title(string text) => Page.Locator(".headlines .title bdi", new() { HasText = text });
}
