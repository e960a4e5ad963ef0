using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Sentiment.Dashboard.Tests;

public sealed class SignInTests(Chromium chromium, Demo demo) : PageTest(chromium, demo)
{
    [Fact]
    public async Task The_key_of_the_link_leaves_the_address_bar_and_lasts_for_the_tab()
    {
        await Page.GotoAsync($"/#key={Demo.Key}");
        await Expect(Page.Locator("header.bar")).ToBeVisibleAsync();
        Assert.DoesNotContain(Demo.Key, Page.Url, StringComparison.Ordinal);

        await Page.ReloadAsync();
        await Expect(Page.Locator("header.bar")).ToBeVisibleAsync();
        Assert.DoesNotContain(Demo.Key, await Page.ContentAsync(), StringComparison.Ordinal);

        await Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(Page.GetByLabel("Key")).ToBeFocusedAsync();
        Assert.Null(await Page.EvaluateAsync<string?>("sessionStorage.getItem('sentiment.key')"));
    }

    [Fact]
    public async Task A_key_that_is_refused_is_said_so_and_another_may_be_entered()
    {
        await Page.GotoAsync("/#key=wrong");
        await Expect(Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The key is not known (401)");

        await Page.GetByLabel("Key").FillAsync(Demo.Key);
        await Page.Keyboard.PressAsync("Enter");

        await Expect(Page.Locator("header.bar")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_tenants_key_sees_its_tenant_alone()
    {
        await OpenAsync("overview", await Demo.TenantKeyAsync(Tenant));

        Assert.Equal(1, await Page.Locator("#tenant option").CountAsync());
        await GoAsync("runs");
        await Expect(Page.Locator(".runlist li").First).ToBeVisibleAsync();
        await Expect(Page.Locator("table.grid tbody tr").First).ToBeVisibleAsync();
        Assert.Equal(0, await Page.Locator(".steering button").CountAsync());
        await GoAsync("vendors");
        await Expect(Page.GetByText("No vendor counts calls yet")).ToBeVisibleAsync();
    }
}
