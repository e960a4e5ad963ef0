using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Sentiment.Adapters.Http;
using Sentiment.Adapters.Tests.Sources;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.Simulator;
using Sentiment.Simulator.Faults;
using Sentiment.Testing;

namespace Sentiment.Adapters.Tests.Http;

/// <summary>Every source against the simulated vendors, which damage every answer; compared with what they say is true.</summary>
public class SimulatedFeedTests
{
    private const int Items = 3500;
    private const int MostPages = 50;

    private static readonly DateTimeOffset Epoch = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("tiingo/news", "tiingo", "AAPL")]
    [InlineData("finnhub/company-news", "finnhub", "AAPL")]
    [InlineData("finnhub/market-news", "finnhubMarket", "GENERAL")]
    [InlineData("alphavantage/news-sentiment", "alphaVantage", "AAPL")]
    [InlineData("service/tickets", "tickets", "ACME-CORP,GLOBEX,HOOLI,INITECH,UMBRELLA")]
    [InlineData("time/entries", "timeEntries", "TIME-ENTRIES")]
    [InlineData("company/contacts", "contacts", "ACME-CORP,GLOBEX,HOOLI,INITECH,UMBRELLA")]
    public async Task Every_item_of_the_feed_is_read_whatever_is_repeated_or_fails(string table, string vendor, string symbols)
    {
        foreach (var kinds in (FaultKind[][])[[], [FaultKind.Duplicates], [FaultKind.Overlap], [FaultKind.IgnoreDates], [FaultKind.Duplicates, FaultKind.Overlap, FaultKind.IgnoreDates]])
        {
            if (vendor == "alphaVantage" && kinds.Contains(FaultKind.IgnoreDates))
            {
                // Its pages are walked by the date filter: where that is ignored, a full page is an error and never a loss.
                await Assert.ThrowsAsync<SourceException>(() => AssertAllReadAsync(table, vendor, symbols, new() { Share = 1, Kinds = [FaultKind.IgnoreDates] }));
                continue;
            }

            await AssertAllReadAsync(table, vendor, symbols, new() { Share = kinds.Length == 0 ? 0 : 1, Kinds = kinds });
        }

        await AssertAllReadAsync(table, vendor, symbols, new()
        {
            Share = 1,
            Kinds = [FaultKind.RateLimit, FaultKind.ServerError, FaultKind.BadGateway, FaultKind.Unavailable, FaultKind.CutConnection, FaultKind.TruncatedJson, FaultKind.Html],
            Limit = 9,
        });
    }

    private static async Task AssertAllReadAsync(string table, string vendor, string symbols, FaultSettings faults)
    {
        var time = new HastyTime(Epoch);
        await using var server = await SimulatorServer.StartAsync(
            new() { Seed = 5, Epoch = Epoch, FrozenNow = Epoch, ItemsPerSymbol = symbols.Contains(',', StringComparison.Ordinal) ? Items / 5 : Items, BadShare = 0, Faults = faults }, TimeProvider.System);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Sources:Tiingo:BaseUrl"] = server.BaseAddress.ToString(),
            ["Sources:Tiingo:Attempts"] = "10",
            ["Sources:Finnhub:BaseUrl"] = new Uri(server.BaseAddress, "api/v1").ToString(),
            ["Sources:Finnhub:Attempts"] = "10",
            ["Sources:AlphaVantage:BaseUrl"] = server.BaseAddress.ToString(),
            ["Sources:AlphaVantage:Attempts"] = "10",
            ["Sources:Rest:Files"] = RestConformance.Sample(),
            ["Sources:helpdesk:BaseUrl"] = new Uri(server.BaseAddress, "helpdesk").ToString(),
            ["Sources:helpdesk:Attempts"] = "10",
        }.Concat(SimulatedVendors.Unlimited)).Build();
        await using var services = new ServiceCollection().AddSingleton<TimeProvider>(time).AddSingleton<ITableStore>(new MemoryTables()).AddSources(configuration).BuildServiceProvider();
        var source = services.GetServices<ITableSource>().Single(s => s.Description.Table == table);

        var request = new PageRequest([.. (source.Description.OwnSymbols ?? symbols.Split(',')).Take(1)], Epoch.AddDays(-60), Epoch.AddDays(1), CursorDate.Published, null, "good-key");
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
        var truth = await http.GetFromJsonAsync<JsonElement>(new Uri($"/_sim/truth?vendor={vendor}&symbols={symbols}", UriKind.Relative));
        var expected = truth.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("sourceId").GetString()!).ToHashSet();
        Assert.True(expected.Count >= Items * 0.9, $"only {expected.Count} items");
        Assert.Empty(expected.Except(read));
    }
}
