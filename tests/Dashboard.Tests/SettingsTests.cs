using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Sentiment.Dashboard.Tests;

public sealed class SettingsTests(Chromium chromium, Demo demo) : PageTest(chromium, demo)
{
    private const string Never = "0 0 0 1 1 *";

    [Fact]
    public async Task What_was_typed_survives_a_change_of_somebody_else()
    {
        await OpenAsync("settings");
        var schedule = Field("Schedule");
        await schedule.FillAsync(Never);
        await ChangeAsync(settings => settings["emails"] = new JsonArray("other@acme.test"));

        await Button("Save").ClickAsync();
        var note = Page.Locator(".note");
        await Expect(note).ToContainTextAsync("Not saved: the settings were changed meanwhile by admin");
        await Expect(schedule).ToHaveValueAsync(Never);
        await Button("Take their changes in, keep mine").ClickAsync();
        await Expect(Page.Locator(".values li", new() { HasText = "other@acme.test" })).ToBeVisibleAsync();
        await Button("Save").ClickAsync();
        await Expect(Page.GetByText("Saved. It takes effect")).ToBeVisibleAsync();

        var saved = await Demo.GetAsync($"/api/tenants/{Tenant}");
        Assert.Equal((Never, "other@acme.test"), (saved.GetProperty("schedule").GetString(), saved.GetProperty("emails")[0].GetString()));
        await Expect(Page.Locator(".changes li").First).ToContainTextAsync("schedule");
        Assert.Empty(Problems);
    }

    [Fact]
    public async Task What_a_key_may_not_do_is_not_offered()
    {
        await OpenAsync("settings", await Demo.TenantKeyAsync(Tenant));

        await Expect(Page.Locator("dl.shown")).ToBeVisibleAsync();
        await Expect(Page.Locator("main")).ToContainTextAsync("This key may read the settings, not change them");
        Assert.Equal(0, await Page.Locator("main :is(input, button)").CountAsync());
        await Expect(Page.Locator("nav[aria-label=Views]").GetByRole(AriaRole.Link, new() { Name = "Keys" })).ToHaveCountAsync(0);
        await GoAsync("rules");
        await Expect(Page.Locator("main")).ToContainTextAsync("This key may read rules, not change them");
        Assert.Equal(0, await Page.GetByRole(AriaRole.Link, new() { Name = "New rule" }).CountAsync());
        await GoAsync("keys");
        await Expect(Page.Locator("main")).ToContainTextAsync("This key may not see keys");
        Assert.Empty(Problems);
    }

    [Fact]
    public async Task A_key_is_shown_once_changed_for_another_and_revoked()
    {
        await OpenAsync("keys");
        await Field("Name").FillAsync("the desk's");
        await Page.GetByLabel("run: start its runs").CheckAsync();
        await Button("Make a key").ClickAsync();
        var made = Page.Locator(".made code");
        var first = await made.InnerTextAsync();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(first));
        await Button("I have it").ClickAsync();
        Assert.DoesNotContain(first, await Page.ContentAsync(), StringComparison.Ordinal);
        var rows = Page.Locator(".keys tbody tr", new() { HasText = "the desk's" });
        await Expect(rows).ToHaveCountAsync(1);
        await Expect(rows.Locator(".tag")).ToHaveTextAsync(["read", "run"]);

        await Button("Rotate the desk's").ClickAsync();
        await Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Rotate" }).ClickAsync();
        var second = await made.InnerTextAsync();
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (await StatusAsync(first), await StatusAsync(second)));
        await Expect(rows).ToHaveCountAsync(2);

        await rows.Filter(new() { HasText = string.Join('_', second.Split('_')[..2]) }).GetByRole(AriaRole.Button, new() { Name = "Revoke the desk's" }).ClickAsync();
        await Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Revoke" }).ClickAsync();
        await Expect(rows).ToHaveCountAsync(1);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Unauthorized), (await StatusAsync(first), await StatusAsync(second)));
        Assert.Empty(Problems);
    }

    private async Task ChangeAsync(Action<JsonObject> change)
    {
        using var read = await Demo.Http.GetAsync(new Uri($"/api/tenants/{Tenant}", UriKind.Relative));
        var whole = (await read.Content.ReadFromJsonAsync<JsonObject>())!;
        var settings = new JsonObject();
        foreach (var name in new[] { "name", "status", "emails", "symbols", "tables", "schedule", "model", "credentials", "retention", "fallbacks" })
        {
            settings[name] = whole[name]?.DeepClone();
        }

        change(settings);
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/tenants/{Tenant}") { Content = JsonContent.Create(settings) };
        request.Headers.IfMatch.Add(read.Headers.ETag!);
        using var answer = await Demo.Http.SendAsync(request);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private async Task<HttpStatusCode> StatusAsync(string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/me");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var answer = await Demo.Http.SendAsync(request);
        return answer.StatusCode;
    }

    private ILocator Field(string name) => Page.GetByLabel(name, new() { Exact = true });

    private ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });
}
