using Microsoft.Playwright;

namespace Sentiment.Dashboard.Tests;

/// <summary>One browser and one demo for all tests that need them; they follow each other.</summary>
[CollectionDefinition(Name)]
public sealed class Dashboards : ICollectionFixture<Chromium>, ICollectionFixture<Demo>
{
    public const string Name = "dashboard";
}

/// <summary>A test with a page of its own.</summary>
[Collection(Dashboards.Name)]
[Trait("needs", "browser")]
public abstract class PageTest(Chromium chromium, Demo demo) : IAsyncLifetime
{
    private readonly List<string> _problems = [];
    private IBrowserContext? _context;

    protected Demo Demo => demo;

    protected IPage Page { get; private set; } = null!;

    /// <summary>What the page's script and its policy complained of.</summary>
    protected IReadOnlyList<string> Problems => _problems;

    /// <summary>What shows that the numbers are alive.</summary>
    protected ILocator Live => Page.Locator("[data-live=live]");

    protected string Tenant => demo.Tenants[0];

    public async Task InitializeAsync()
    {
        _context = await chromium.Browser.NewContextAsync(new() { BaseURL = demo.Address.ToString(), ReducedMotion = ReducedMotion.Reduce });
        _context.SetDefaultTimeout(Chromium.Patience);
        Page = await _context.NewPageAsync();
        Page.PageError += (_, problem) => _problems.Add(problem);
        Page.Console += (_, message) =>
        {
            if (message.Type == "error" && !message.Text.Contains("Failed to load resource", StringComparison.Ordinal) && !message.Text.Contains("WebSocket", StringComparison.Ordinal))
            {
                _problems.Add(message.Text);
            }
        };
    }

    public async Task DisposeAsync()
    {
        if (_context is not null)
        {
            await _context.CloseAsync();
        }
    }

    /// <summary>Opens a view as the printed link does, and marks the document, so that a reload would show.</summary>
    protected async Task OpenAsync(string view, string? key = null)
    {
        await Page.GotoAsync($"/#key={key ?? demo.Key}");
        await Assertions.Expect(Page.Locator("header.bar")).ToBeVisibleAsync();
        await Page.EvaluateAsync("window.isTheSame = true");
        await GoAsync(view);
    }

    /// <summary>Goes to a view of the tenant.</summary>
    protected async Task GoAsync(string view)
    {
        await Page.EvaluateAsync("to => { location.hash = to; }", $"#/{Tenant}/{view}");
        await Assertions.Expect(Page.Locator("main h1")).ToBeVisibleAsync();
    }

    protected async Task StillTheSameAsync() => Assert.True(await Page.EvaluateAsync<bool>("window.isTheSame === true"));
}
