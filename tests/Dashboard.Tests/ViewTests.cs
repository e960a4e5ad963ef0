using System.Globalization;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Sentiment.Dashboard.Tests;

public sealed class ViewTests(Chromium chromium, Demo demo) : PageTest(chromium, demo)
{
    private static readonly string[] Views = ["overview", "symbol", "runs", "vendors", "quarantine", "alerts", "rules", "rules/%2B", "keys", "settings", "settings/new"];

    [Fact]
    public async Task Every_view_can_be_reached_and_left_with_the_keyboard()
    {
        await OpenAsync("overview");
        await Page.Locator("body").EvaluateAsync("() => document.activeElement?.blur()");
        await Page.Keyboard.PressAsync("Tab");
        await Expect(Page.GetByText("Skip to the numbers")).ToBeFocusedAsync();
        await Page.Keyboard.PressAsync("Enter");
        await Expect(Page.Locator("main")).ToBeFocusedAsync();

        foreach (var name in new[] { "Symbol", "Runs", "Vendors", "Quarantine", "Alerts", "Rules", "Keys", "Settings", "Overview" })
        {
            var link = Page.GetByRole(AriaRole.Navigation, new() { Name = "Views" }).GetByRole(AriaRole.Link, new() { Name = name });
            await ReachAsync(link);
            Assert.NotEqual("none", await link.EvaluateAsync<string>("e => getComputedStyle(e).outlineStyle"));
            await Page.Keyboard.PressAsync("Enter");
            await Expect(Page.Locator("main")).ToBeFocusedAsync();
            await Expect(link).ToHaveAttributeAsync("aria-current", "page");
        }

        var symbol = Page.Locator("table.symbols th a").First;
        await ReachAsync(symbol);
        await Page.Keyboard.PressAsync("Enter");
        await Expect(Page.Locator(".headlines li").First).ToBeVisibleAsync();
        var why = Page.Locator(".headlines button").First;
        await ReachAsync(why);
        await Page.Keyboard.PressAsync("Enter");
        await Expect(Page.Locator(".why").First).ToContainTextAsync("positive less negative");
        Assert.Empty(Problems);
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Axe_finds_nothing_serious_in_any_view(ColorScheme colours)
    {
        await Page.EmulateMediaAsync(new() { ColorScheme = colours });
        await Page.GotoAsync("/");
        await Expect(Page.GetByLabel("Key")).ToBeVisibleAsync();
        await CheckAsync("sign-in");
        await OpenAsync("overview");
        await Expect(Live).ToBeVisibleAsync();
        foreach (var view in Views)
        {
            await GoAsync(view);
            await Expect(Page.Locator("main .state", new() { HasText = "Reading" })).ToHaveCountAsync(0);
            if (view is "symbol" or "quarantine")
            {
                await Page.Locator("li button[aria-expanded]").First.ClickAsync();
            }

            await CheckAsync(view);
        }
    }

    [Fact]
    public async Task Nothing_is_wider_than_a_phone()
    {
        await Page.SetViewportSizeAsync(390, 844);
        await OpenAsync("overview");
        foreach (var view in Views)
        {
            await GoAsync(view);
            await Expect(Page.Locator("main .state", new() { HasText = "Reading" })).ToHaveCountAsync(0);
            Assert.True(await Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), view);
        }
    }

    [Fact]
    public async Task Older_headlines_and_filters_show_what_the_API_has()
    {
        var symbol = (await Demo.GetAsync($"/api/tenants/{Tenant}")).GetProperty("symbols")[5].GetString()!;
        await OpenAsync($"symbol/{symbol}");
        var rows = Page.Locator(".headlines li");
        await Expect(rows).ToHaveCountAsync(50);

        await Page.GetByRole(AriaRole.Button, new() { Name = "Older headlines" }).ClickAsync();
        await Expect(rows).ToHaveCountAsync(100);

        await Page.GetByRole(AriaRole.Group, new() { Name = "Labels" }).GetByRole(AriaRole.Button, new() { Name = "negative" }).ClickAsync();
        await Page.GetByLabel("Source").SelectOptionAsync("tiingo/news");
        var read = (await Demo.GetAsync($"/api/tenants/{Tenant}/items?symbol={symbol}&label=negative&source=tiingo/news&limit=50")).GetProperty("items");
        await Expect(rows).ToHaveCountAsync(read.GetArrayLength());
        await Expect(rows.First.Locator("bdi").First).ToHaveTextAsync(read[0].GetProperty("title").GetString()!);
        Assert.Equal(read.GetArrayLength(), await Page.Locator(".headlines li > .score.negative").CountAsync());
    }

    [Fact]
    public async Task A_question_stands_before_a_run_is_steered_and_a_refusal_is_told()
    {
        var run = await Demo.RunAsync(Tenant);

        // The page still thinks that it runs; the server knows better.
        await Page.RouteAsync($"**/api/runs/{run}", async route =>
        {
            var answer = await route.FetchAsync();
            var body = (await answer.TextAsync()).Replace("\"status\":\"completed\",\"startedAt\"", "\"status\":\"running\",\"startedAt\"", StringComparison.Ordinal);
            await route.FulfillAsync(new() { Status = answer.Status, ContentType = "application/json", Body = body });
        });
        await OpenAsync($"runs/{run}");

        await Page.GetByRole(AriaRole.Button, new() { Name = "Suspend" }).ClickAsync();
        var question = Page.GetByRole(AriaRole.Dialog);
        await Expect(question).ToContainTextAsync(run);
        await question.GetByRole(AriaRole.Button, new() { Name = "Leave it" }).ClickAsync();
        await Expect(question).ToBeHiddenAsync();
        await Page.GetByRole(AriaRole.Button, new() { Name = "Suspend" }).ClickAsync();
        await question.GetByRole(AriaRole.Button, new() { Name = "Suspend" }).ClickAsync();

        await Expect(Page.Locator(".steering [role=alert]")).ToContainTextAsync("(409)");
    }

    [Fact]
    public async Task Quarantined_records_are_listed_with_their_reasons()
    {
        await OpenAsync("quarantine");
        var read = (await Demo.GetAsync($"/api/tenants/{Tenant}/quarantine?limit=50")).GetProperty("items");
        await Expect(Page.Locator(".records > li")).ToHaveCountAsync(read.GetArrayLength());

        await Page.Locator(".records > li button").First.ClickAsync();

        await Expect(Page.Locator(".records > li").First).ToContainTextAsync(read[0].GetProperty("reason").GetString()!);
        await Expect(Page.Locator(".raw pre")).ToContainTextAsync("{");
    }

    [Fact]
    public async Task What_goes_wrong_in_a_view_stays_in_it()
    {
        await Page.RouteAsync("**/quarantine?**", route => route.FulfillAsync(new() { ContentType = "application/json", Body = "{\"items\":[{}],\"next\":null}" }));
        await OpenAsync("quarantine");
        await Expect(Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("could not be shown");

        await GoAsync("vendors");

        await Expect(Page.Locator("#sources")).ToBeVisibleAsync();
    }

    private async Task ReachAsync(ILocator wanted)
    {
        for (var presses = 0; presses < 400; presses++)
        {
            if (await wanted.EvaluateAsync<bool>("e => e === document.activeElement"))
            {
                return;
            }

            await Page.Keyboard.PressAsync("Tab");
        }

        Assert.Fail($"{wanted} cannot be reached with the Tab key.");
    }

    private async Task CheckAsync(string view)
    {
        // Put in by the browser itself: the page's policy lets no foreign script in.
        await Page.EvaluateAsync(await AxeAsync());
        var found = await Page.EvaluateAsync<string[]>(
            """
            async () => (await axe.run(document, { resultTypes: ['violations'] })).violations
              .filter((violation) => ['serious', 'critical'].includes(violation.impact))
              .map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.target.join(' ') + ' ' + node.failureSummary).slice(0, 3).join(' | ')}`)
            """);
        Assert.True(found.Length == 0, string.Create(CultureInfo.InvariantCulture, $"{view}: {string.Join('\n', found)}"));
    }

    private static Task<string> AxeAsync() => File.ReadAllTextAsync(Path.Combine(Demo.Built("Dashboard"), "node_modules", "axe-core", "axe.min.js"));
}
