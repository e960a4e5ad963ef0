using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Sentiment.Testing;

namespace Sentiment.Simulator.Tests;

/// <summary>A simulator on a real socket with a clock that the test moves.</summary>
internal sealed class RunningSimulator : IAsyncDisposable
{
    public static readonly DateTimeOffset Epoch = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly SimulatorServer _server;

    private RunningSimulator(SimulatorServer server, ToldTime time)
    {
        _server = server;
        Time = time;
        Client = new HttpClient { BaseAddress = server.BaseAddress };
    }

    public ToldTime Time { get; }

    public HttpClient Client { get; }

    public static SimulatorOptions Small => new() { Seed = 7, Epoch = Epoch, ItemsPerSymbol = 300 };

    public static async Task<RunningSimulator> Start(SimulatorOptions? options = null)
    {
        var time = new ToldTime(Epoch);
        return new RunningSimulator(await SimulatorServer.StartAsync(options ?? Small, time), time);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server.DisposeAsync();
    }

    public async Task<HttpResponseMessage> Tiingo(string query, string? key = "any-key")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/tiingo/news?{query}");
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Token {key}");
        }

        return await Client.SendAsync(request);
    }

    public async Task<HttpResponseMessage> Finnhub(string query, string? key = "any-key")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/company-news?{query}");
        if (key is not null)
        {
            request.Headers.Add("X-Finnhub-Token", key);
        }

        return await Client.SendAsync(request);
    }

    public async Task<JsonElement[]> TiingoPage(string query) => await Records(await Tiingo(query));

    public async Task<JsonElement[]> FinnhubList(string query) => await Records(await Finnhub(query));

    public async Task<List<JsonElement>> EveryTiingoPage(string query, int limit)
    {
        var all = new List<JsonElement>();
        JsonElement[] page;
        do
        {
            page = await TiingoPage($"{query}&limit={limit}&offset={all.Count}");
            all.AddRange(page);
        }
        while (page.Length > 0);
        return all;
    }

    public async Task<Truth> Truth(string query) => (await Client.GetFromJsonAsync<Truth>($"/_sim/truth?{query}"))!;

    public async Task<JsonElement> Post(string path, object body)
    {
        using var response = await Client.PostAsJsonAsync(path, body);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static async Task<JsonElement[]> Records(HttpResponseMessage response)
    {
        using (response)
        {
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            return (await response.Content.ReadFromJsonAsync<JsonElement[]>())!;
        }
    }
}

internal sealed record Truth(TruthItem[] Items, TruthBad[] Bad, TruthCounts Counts);

internal sealed record TruthItem(long Id, string[] Symbols, DateTimeOffset PublishedAt, DateTimeOffset CrawledAt, string Title);

internal sealed record TruthBad(long? Id, string Symbol, string Reason, string RawHash, DateTimeOffset CrawledAt);

internal sealed record TruthCounts(int Items, int Memberships, int Bad);
