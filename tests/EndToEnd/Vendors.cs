using System.Net.Http.Json;
using System.Text.Json;
using Sentiment.Adapters.Http;
using Sentiment.Simulator;

namespace Sentiment.EndToEnd;

/// <summary>The simulated vendors behind real HTTP, and their side door.</summary>
internal sealed class Vendors : IAsyncDisposable
{
    private readonly SimulatorServer _server;
    private readonly HttpClient _http;

    private Vendors(SimulatorServer server)
    {
        _server = server;
        _http = new HttpClient { BaseAddress = server.BaseAddress };
    }

    /// <summary>What a process needs to reach them: days of history so that the whole feed lies inside the first window.</summary>
    public Dictionary<string, string> Environment => new(SimulatedVendors.Unlimited.Select(s => KeyValuePair.Create(s.Key.Replace(":", "__", StringComparison.Ordinal), s.Value!)))
    {
        ["Sources__Tiingo__BaseUrl"] = _server.BaseAddress.ToString(),
        ["Sources__Finnhub__BaseUrl"] = new Uri(_server.BaseAddress, "api/v1").ToString(),
        ["Sources__AlphaVantage__BaseUrl"] = _server.BaseAddress.ToString(),
        ["Sources__helpdesk__BaseUrl"] = new Uri(_server.BaseAddress, "helpdesk").ToString(),
        ["Ingestion__HistoryDays"] = "35",

        // Each run is to see the feed as it is, at any hour.
        ["Caching__Enabled"] = "false",
        ["GOOD_TOKEN"] = "good-token",
        ["WRONG_TOKEN"] = "wrong-token",
    };

    public static async Task<Vendors> StartAsync(SimulatorOptions options) => new(await SimulatorServer.StartAsync(options, TimeProvider.System));

    /// <summary>A feed of 30 days up to now, without records older than a lookback can find.</summary>
    public static SimulatorOptions Feed(int itemsPerSymbol) => new()
    {
        Epoch = DateTimeOffset.UtcNow,
        ItemsPerSymbol = itemsPerSymbol,
        FarBackdatedShare = 0,
    };

    public Task<JsonElement> PostAsync(string path, object body) => ReadAsync(_http.PostAsJsonAsync(path, body));

    /// <summary>Holds the feed's clock, so that nothing arrives any more.</summary>
    public async Task<DateTimeOffset> FreezeAsync() =>
        (await PostAsync("/_sim/clock", new { frozen = true })).GetProperty("now").GetDateTimeOffset();

    public Task<JsonElement> TruthAsync(string vendor, IEnumerable<string> symbols) =>
        ReadAsync(_http.GetAsync(new Uri($"/_sim/truth?vendor={vendor}&symbols={string.Join(',', symbols)}", UriKind.Relative)));

    public Task<JsonElement> StatisticsAsync() => ReadAsync(_http.GetAsync(new Uri("/_sim/stats", UriKind.Relative)));

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
    }

    private static async Task<JsonElement> ReadAsync(Task<HttpResponseMessage> answer)
    {
        using var response = await answer;
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }
}
