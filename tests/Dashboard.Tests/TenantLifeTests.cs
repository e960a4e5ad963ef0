using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Sentiment.Dashboard.Tests;

public sealed class TenantLifeTests(Chromium chromium, Demo demo) : PageTest(chromium, demo)
{
    private const string Id = "paper-street";
    private const string Symbol = "PAPR";

    [Fact]
    public async Task A_tenant_is_made_told_of_what_matters_and_deleted_without_a_trace()
    {
        await OpenAsync("settings/new");
        await CreateAsync();
        await Demo.RunAsync(Id);
        using var hook = new Hook { Answer = HttpStatusCode.Gone };
        await AddRuleAsync(hook);
        var id = await AlertAsync(hook);
        await ChangeTogetherAsync();
        await SilenceAsync();
        await DeleteAsync();

        Assert.Equal([$"deletions/{Id}"], Traces("tables.db"));
        Assert.DoesNotContain(Directory.GetFiles(Demo.Data, "*", SearchOption.AllDirectories), file => file.Contains(Id, StringComparison.Ordinal));
        Assert.Equal(404, (await Page.APIRequest.GetAsync($"/api/tenants/{Id}/alerts/{id}", new() { Headers = [new("authorization", $"Bearer {Demo.Key}")] })).Status);
        await StillTheSameAsync();
        Assert.Empty(Problems);
    }

    // A credential that the vendor refuses is told at its field, and nothing is made.
    private async Task CreateAsync()
    {
        await Field("Id").FillAsync(Id);
        await Field("Name").FillAsync("Paper Street Soap");
        await Field("Symbols").FillAsync(Symbol + " ");
        await Field("Tables").FillAsync("tiingo/news ");
        var credential = Field("Credential for tiingo");
        await credential.FillAsync($"env:{Demo.WrongKey}");
        await Button("Create").ClickAsync();
        await Expect(credential).ToHaveAccessibleDescriptionAsync(new Regex("401 from Tiingo"));
        await Expect(credential).ToBeFocusedAsync();
        Assert.DoesNotContain((await Demo.GetAsync("/api/tenants")).GetProperty("items").EnumerateArray(), t => t.GetProperty("id").GetString() == Id);

        await credential.FillAsync("env:SENTIMENT_DEMO_TIINGO");
        await Button("Create").ClickAsync();
        await Expect(Page.Locator(".heading code")).ToHaveTextAsync(Id);
        await Expect(Page.Locator("#tenant")).ToHaveValueAsync(Id);

        await credential.FillAsync($"env:{Demo.WrongKey}");
        await Button("Test the credential for tiingo").ClickAsync();
        await Expect(Page.Locator(".credential .answer")).ToHaveTextAsync("✕ 401 from Tiingo");
    }

    private async Task AddRuleAsync(Hook hook)
    {
        await GoToAsync("rules");
        await Page.GetByRole(AriaRole.Link, new() { Name = "New rule" }).ClickAsync();
        await Field("Name").FillAsync("Any news");
        await Field("Fires on").SelectOptionAsync("volume");
        await Field("Items").FillAsync("1");
        await Button("Add a mail").ClickAsync();
        await Field("Mail 1").FillAsync("desk@paper.test");
        await Button("Add a webhook").ClickAsync();
        await Field("Webhook 2").FillAsync(hook.Address.AbsoluteUri);
        await Button("Preview the last week").ClickAsync();
        await Expect(Page.Locator(".preview .fired")).ToHaveTextAsync(new Regex(@"^Would have fired (once|\d+ times)$"));
        await Expect(Page.Locator(".preview tbody th").First).ToHaveTextAsync(Symbol);
        await Button("Add the rule").ClickAsync();
        await Expect(Page.GetByRole(AriaRole.Link, new() { Name = "Any news" })).ToBeVisibleAsync();
    }

    /// <summary>The alert's id.</summary>
    private async Task<string> AlertAsync(Hook hook)
    {
        await GoToAsync("alerts");
        await Expect(Live).ToBeVisibleAsync();
        await Expect(Page.GetByText("Nothing has fired yet")).ToBeVisibleAsync();
        var title = $"{Symbol} soap <b>recalled</b> after complaints {Guid.NewGuid():N}";

        await Demo.PublishAsync(Id, Symbol, title);

        await Expect(Page.Locator(".alerts li", new() { HasText = Symbol })).ToHaveCountAsync(1);
        await Expect(Page.Locator("nav .badge")).ToContainTextAsync("1");
        await Expect(Page.Locator(".evidence li", new() { HasText = title })).ToBeVisibleAsync();
        await Expect(Page.Locator(".deliveries li", new() { HasText = "desk@paper.test" })).ToContainTextAsync("sent");
        var alert = (await Demo.GetAsync($"/api/tenants/{Id}/alerts")).GetProperty("items").EnumerateArray().Single();
        var id = alert.GetProperty("id").GetString()!;
        await Expect(Page.Locator(".alert .copy code")).ToHaveTextAsync($"./sentiment alerts --tenant {Id} --evaluate {id}");
        var mail = Directory.GetFiles(Path.Combine(Demo.Data, "outbox", Id), "*.eml").Select(File.ReadAllText).Single(text => text.Contains("desk@paper.test", StringComparison.Ordinal));
        Assert.Contains($"Message-ID: {alert.GetProperty("deliveries")[0].GetProperty("messageId").GetString()}", mail, StringComparison.OrdinalIgnoreCase);

        // What a target refused is given up; sent again it arrives, under the key that it had.
        var refused = Page.Locator(".deliveries li", new() { HasText = "127.0.0.1" });
        await Expect(refused.Locator(".status")).ToHaveTextAsync("given up");
        await Expect(refused.Locator(".problem")).ToContainTextAsync("410");
        hook.Answer = HttpStatusCode.OK;
        await Button("Send again what was given up").ClickAsync();
        await Expect(refused.Locator(".status")).ToHaveTextAsync("sent");
        Assert.Equal((2, 1), (hook.Keys.Count, hook.Keys.Distinct().Count()));

        await Button("Evaluate now").ClickAsync();
        await Expect(Page.Locator(".alert .submit [role=status]")).ToHaveTextAsync(new Regex("^✓ It holds: [1-9]"));
        await Button("Mark seen").ClickAsync();
        await Expect(Page.Locator("nav .badge")).ToHaveCountAsync(0);
        return id;
    }

    // Two change a rule at once: the second is told, loses nothing and saves over it knowingly.
    private async Task ChangeTogetherAsync()
    {
        var path = new Uri($"/api/tenants/{Id}/rules/any-news", UriKind.Relative);
        await GoToAsync("rules/any-news");
        await Field("Name").FillAsync("Any news of soap");
        var theirs = JsonNode.Parse(await Demo.Http.GetStringAsync(path))!.AsObject();
        using (var read = await Demo.Http.GetAsync(path))
        {
            using var change = new HttpRequestMessage(HttpMethod.Put, path);
            change.Headers.IfMatch.Add(read.Headers.ETag!);
            theirs["cooldownMinutes"] = 7;
            change.Content = new StringContent(theirs.ToJsonString(), Encoding.UTF8, "application/json");
            using var changed = await Demo.Http.SendAsync(change);
            Assert.Equal((HttpStatusCode.OK, ""), (changed.StatusCode, changed.IsSuccessStatusCode ? "" : await changed.Content.ReadAsStringAsync()));
        }

        await Button("Save").ClickAsync();
        await Expect(Page.GetByText("Not saved: the rule was changed meanwhile.")).ToBeVisibleAsync();
        await Expect(Field("Name")).ToHaveValueAsync("Any news of soap");
        await Button("Keep mine, to be saved over it").ClickAsync();
        await Field("Name").FillAsync("Any news");
        await Button("Save").ClickAsync();
        await Expect(Page.GetByText("Saved.")).ToBeVisibleAsync();
        Assert.Equal(3, (await Demo.GetAsync(path.OriginalString)).GetProperty("version").GetInt32());
    }

    private async Task SilenceAsync()
    {
        await GoToAsync("rules");
        await Button("Disable Any news").ClickAsync();
        await Expect(Page.Locator(".rules tbody .status")).ToHaveTextAsync("off");
        Assert.False((await Demo.GetAsync($"/api/tenants/{Id}/rules/any-news")).GetProperty("enabled").GetBoolean());

        // The changed rule may have fired anew before; from here on it is silent.
        var before = (await Demo.GetAsync($"/api/tenants/{Id}/alerts")).GetProperty("items").GetArrayLength();
        var title = $"{Symbol} soap sold out {Guid.NewGuid():N}";
        await Demo.PublishAsync(Id, Symbol, title);
        Assert.Equal(title, (await Demo.GetAsync($"/api/tenants/{Id}/items?limit=1")).GetProperty("items")[0].GetProperty("title").GetString());
        Assert.Equal(before, (await Demo.GetAsync($"/api/tenants/{Id}/alerts")).GetProperty("items").GetArrayLength());
    }

    private async Task DeleteAsync()
    {
        await GoToAsync("settings");
        await Expect(Page.Locator(".changes li", new() { HasText = "any-news" }).First).ToBeVisibleAsync();
        await Button("Delete this tenant").ClickAsync();
        var question = Page.GetByRole(AriaRole.Dialog);
        await Expect(question.GetByRole(AriaRole.Button, new() { Name = "Delete everything" })).ToBeDisabledAsync();
        await question.GetByLabel($"Type {Id} to confirm").FillAsync(Id);
        await question.GetByRole(AriaRole.Button, new() { Name = "Delete everything" }).ClickAsync();

        await Expect(Page.Locator(".status.completed")).ToBeVisibleAsync();
        await Expect(Page.Locator(".proof")).ToContainTextAsync("0 rows left");
        await Button("Go on").ClickAsync();
        await Expect(Page.Locator("#tenant")).ToHaveValueAsync(Demo.Tenants[0]);
        await Expect(Page.Locator($"#tenant option[value={Id}]")).ToHaveCountAsync(0);
    }

    /// <summary>Every row of a file in whose partition, key or content the tenant is named.</summary>
    private List<string> Traces(string file)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(Demo.Data, file), Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT p.name, r.key, r.data FROM rows r JOIN partitions p ON p.id = r.part";
        using var reader = command.ExecuteReader();
        var found = new List<string>();
        var count = 0;
        while (reader.Read())
        {
            count++;
            var (partition, key, data) = (reader.GetString(0), reader.GetString(1), (byte[])reader.GetValue(2));
            if (partition.Contains(Id, StringComparison.Ordinal) || key.Contains(Id, StringComparison.Ordinal) || data.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Id)) >= 0)
            {
                found.Add($"{partition}/{key}");
            }
        }

        Assert.True(count > 1000, string.Create(CultureInfo.InvariantCulture, $"{count} rows in all"));
        return found;
    }

    private async Task GoToAsync(string view)
    {
        await Page.EvaluateAsync("to => { location.hash = to; }", $"#/{Id}/{view}");
        await Expect(Page.Locator("main h1")).ToBeVisibleAsync();
    }

    private ILocator Field(string name) => Page.GetByLabel(name, new() { Exact = true });

    private ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });
}
