using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Reflection;
using System.Text.Json;

namespace Sentiment.Dashboard.Tests;

/// <summary>A real <c>demo</c> process of two tenants that has done its first run; further runs are only those that a test asks for.</summary>
public sealed class Demo : IAsyncLifetime, IDisposable
{
    /// <summary>The variable with a key that the vendors refuse.</summary>
    public const string WrongKey = "SENTIMENT_TEST_WRONG";

    private const string Never = "0 0 0 1 1 *";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);
    private Process? _process;
    private HttpClient? _vendors;

    /// <summary>Its data folder.</summary>
    public string Data { get; } = Directory.CreateTempSubdirectory("sentiment-dashboard-").FullName;

    /// <summary>Where it serves.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>The link that it prints, key and all.</summary>
    public string Link { get; private set; } = null!;

    /// <summary>The admin key.</summary>
    public string Key { get; private set; } = null!;

    /// <summary>A client with the admin key.</summary>
    public HttpClient Http { get; private set; } = null!;

    /// <summary>The two tenants.</summary>
    public IReadOnlyList<string> Tenants { get; private set; } = [];

    /// <summary>Where something is built.</summary>
    public static string Built(string key) =>
        typeof(Demo).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;

    public async Task InitializeAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        var start = new ProcessStartInfo(Built("LocalHost"), ["demo", "--tenants", "2", "--port", $"{FreePort()}", "--data", Data])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Data,
            Environment = { ["Schedule__Cron"] = Never, [WrongKey] = "wrong-key", ["Alerts__AllowPrivateAddresses"] = "true" },
        };
        _process = Process.Start(start)!;
        var errors = _process.StandardError.ReadToEndAsync(CancellationToken.None);
        while (Link is null)
        {
            var line = await _process.StandardOutput.ReadLineAsync(limit.Token) ?? throw new InvalidOperationException("The demo did not start: " + await errors);
            if (After(line, "Simulated vendors: ") is { } vendors)
            {
                _vendors = new HttpClient { BaseAddress = new Uri(vendors.Split(';')[0]) };
            }

            Link = After(line, "Dashboard: ")!;
        }

        _ = _process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        Address = new Uri(Link.Split('#')[0]);
        Key = Link.Split("#key=")[1];
        Http = new HttpClient { BaseAddress = Address };
        Http.DefaultRequestHeaders.Authorization = new("Bearer", Key);
        Tenants = [.. (await GetAsync("/api/tenants")).GetProperty("items").EnumerateArray().Select(t => t.GetProperty("id").GetString()!)];
        await UntilAsync(async () => (await GetAsync("/api/runs")).GetProperty("items") is { } runs && runs.GetArrayLength() > 0
            && runs.EnumerateArray().All(r => r.GetProperty("endedAt").ValueKind != JsonValueKind.Null));
    }

    public async Task DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        Directory.Delete(Data, recursive: true);
    }

    public void Dispose()
    {
        Http?.Dispose();
        _vendors?.Dispose();
        _process?.Dispose();
    }

    public async Task<JsonElement> GetAsync(string path) => await Http.GetFromJsonAsync<JsonElement>(new Uri(path, UriKind.Relative));

    /// <summary>Lets the vendors publish a headline, and a run fetch it.</summary>
    public async Task PublishAsync(string tenant, string symbol, params string[] titles)
    {
        foreach (var title in titles)
        {
            using var added = await _vendors!.PostAsJsonAsync(new Uri("/_sim/items", UriKind.Relative), new { symbol, count = 1, vendor = "tiingo", title });
            Assert.True(added.IsSuccessStatusCode, await added.Content.ReadAsStringAsync());
        }

        await RunAsync(tenant);
    }

    /// <summary>A key of a tenant's own that may read.</summary>
    public async Task<string> TenantKeyAsync(string tenant)
    {
        using var made = await Http.PostAsJsonAsync(new Uri($"/api/tenants/{tenant}/keys", UriKind.Relative), new { scopes = new[] { "read" } });
        return (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("key").GetString()!;
    }

    /// <summary>Runs a tenant and waits for the end.</summary>
    public async Task<string> RunAsync(string tenant)
    {
        using var started = await Http.PostAsJsonAsync(new Uri("/api/runs", UriKind.Relative), new { tenants = new[] { tenant } });
        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
        var run = (await started.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
        await UntilAsync(async () => (await GetAsync($"/api/runs/{run}")).GetProperty("endedAt").ValueKind != JsonValueKind.Null);
        return run;
    }

    /// <summary>Waits for what becomes so in its own time.</summary>
    public static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!await holds())
        {
            await Task.Delay(50, limit.Token);
        }
    }

    private static string? After(string line, string start) => line.StartsWith(start, StringComparison.Ordinal) ? line[start.Length..] : null;

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
