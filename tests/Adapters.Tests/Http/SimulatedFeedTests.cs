using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Sentiment.Adapters.Http;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.Simulator;
using Sentiment.Simulator.Faults;
using Sentiment.Testing;

namespace Sentiment.Adapters.Tests.Http;

/// <summary>Both sources against the simulated vendors, which damage every answer; compared with what they say is true.</summary>
public class SimulatedFeedTests
{
    private const int Items = 3500;
    private const int MostPages = 50;

    private static readonly DateTimeOffset Epoch = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("tiingo")]
    [InlineData("tiingo", FaultKind.Duplicates)]
    [InlineData("tiingo", FaultKind.Overlap)]
    [InlineData("tiingo", FaultKind.IgnoreDates)]
    [InlineData("tiingo", FaultKind.Duplicates, FaultKind.Overlap, FaultKind.IgnoreDates)]
    [InlineData("finnhub")]
    [InlineData("finnhub", FaultKind.Duplicates)]
    [InlineData("finnhub", FaultKind.IgnoreDates)]
    public async Task Every_item_of_the_feed_is_read_whatever_is_repeated(string vendor, params FaultKind[] kinds) =>
        await AssertAllReadAsync(vendor, new() { Share = kinds.Length == 0 ? 0 : 1, Kinds = kinds });

    [Theory]
    [InlineData("tiingo")]
    [InlineData("finnhub")]
    public async Task Every_item_of_the_feed_is_read_whatever_fails(string vendor) => await AssertAllReadAsync(vendor, new()
    {
        Share = 1,
        Kinds = [FaultKind.RateLimit, FaultKind.ServerError, FaultKind.BadGateway, FaultKind.Unavailable, FaultKind.CutConnection, FaultKind.TruncatedJson, FaultKind.Html],
        Limit = 9,
    });

    private static async Task AssertAllReadAsync(string vendor, FaultSettings faults)
    {
        var time = new HastyTime(Epoch);
        await using var server = await SimulatorServer.StartAsync(
            new() { Seed = 5, Epoch = Epoch, FrozenNow = Epoch, ItemsPerSymbol = Items, BadShare = 0, Faults = faults }, TimeProvider.System);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Sources:Tiingo:BaseUrl"] = server.BaseAddress.ToString(),
            ["Sources:Tiingo:Attempts"] = "10",
            ["Sources:Finnhub:BaseUrl"] = new Uri(server.BaseAddress, "api/v1").ToString(),
            ["Sources:Finnhub:Attempts"] = "10",
        }.Concat(SimulatedVendors.Unlimited)).Build();
        await using var services = new ServiceCollection().AddSingleton<TimeProvider>(time).AddSingleton<ITableStore>(new MemoryTables()).AddSources(configuration).BuildServiceProvider();
        var source = services.GetServices<ITableSource>().Single(s => s.Description.Vendor == vendor);

        var request = new PageRequest(["AAPL"], Epoch.AddDays(-60), Epoch.AddDays(1), CursorDate.Published, null, "good-key");
        var read = new HashSet<string>();
        for (var pages = 1; ; pages++)
        {
            Assert.InRange(pages, 1, MostPages);
            var page = source.Parse(request, await source.FetchAsync(request, default));
            read.UnionWith(page.Records.Select(r => r.SourceId!));
            if (page.NextCursor is null)
            {
                break;
            }

            request = request with { Cursor = page.NextCursor };
        }

        using var http = new HttpClient { BaseAddress = server.BaseAddress };
        var truth = await http.GetFromJsonAsync<JsonElement>(new Uri($"/_sim/truth?vendor={vendor}&symbols=AAPL", UriKind.Relative));
        var expected = truth.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetRawText()).ToHashSet();
        Assert.True(expected.Count >= Items);
        Assert.Empty(expected.Except(read));
    }
}
