using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Sentiment.EndToEnd;

/// <summary>A <c>serve</c> process of two tenants whose schedule never comes, and a client that has the admin key.</summary>
internal sealed class ApiServer : IAsyncDisposable
{
    private readonly Workplace _place;
    private readonly Vendors _vendors;
    private readonly SentimentProcess _process;

    private ApiServer(Workplace place, Vendors vendors, SentimentProcess process, HttpClient http) =>
        (_place, _vendors, _process, Http) = (place, vendors, process, http);

    public HttpClient Http { get; }

    public string Data => _place.Data;

    public static async Task<ApiServer> StartAsync(int itemsPerSymbol, object? faults)
    {
        var place = new Workplace();
        place.Write(("acme", ["AAPL", "MSFT"], "GOOD_TOKEN"), ("bolt", ["NVDA"], "GOOD_TOKEN"));
        var vendors = await Vendors.StartAsync(Vendors.Feed(itemsPerSymbol));
        if (faults is not null)
        {
            await vendors.PostAsync("/_sim/faults", faults);
        }

        return await StartAsync(place, vendors);
    }

    /// <summary>Serves a place's tenants; both go with the server.</summary>
    public static async Task<ApiServer> StartAsync(Workplace place, Vendors vendors)
    {
        // The first tick comes at once where none is on record.
        Directory.CreateDirectory(place.Data);
        await File.WriteAllTextAsync(Path.Combine(place.Data, "schedule.json"), $"{{\"at\":\"{DateTimeOffset.UtcNow:O}\"}}");
        var port = FreePort();
        var environment = new Dictionary<string, string>(vendors.Environment) { ["Schedule__Cron"] = "0 0 0 1 1 *" };
        var process = SentimentProcess.Start(environment, "serve", "--tenants", place.Tenants, "--data", place.Data, "--port", port.ToString(CultureInfo.InvariantCulture));
        var http = new HttpClient { BaseAddress = new Uri($"http://localhost:{port}") };
        await Patience.UntilHealthyAsync(http);
        http.DefaultRequestHeaders.Add("x-functions-key", (await File.ReadAllTextAsync(Path.Combine(place.Data, "admin.key"))).Trim());
        return new(place, vendors, process, http);
    }

    public async Task<(HttpStatusCode Code, JsonElement Document)> GetAsync(string path)
    {
        using var answer = await Http.GetAsync(new Uri(path, UriKind.Relative));
        return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement);
    }

    public async Task<HttpStatusCode> PostAsync(string path)
    {
        using var answer = await Http.PostAsync(new Uri(path, UriKind.Relative), null);
        return answer.StatusCode;
    }

    /// <summary>The run's status once it has ended.</summary>
    public async Task<JsonElement> EndAsync(string run)
    {
        JsonElement document = default;
        await Patience.UntilAsync(async () =>
        {
            (var code, document) = await GetAsync($"/api/runs/{run}");
            return code == HttpStatusCode.OK;
        });
        return document;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _process.DisposeAsync();
        await _vendors.DisposeAsync();
        _place.Dispose();
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
