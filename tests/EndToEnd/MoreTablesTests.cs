using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Sentiment.EndToEnd;

public sealed class MoreTablesTests
{
    private const string Companies = "ACME-CORP,GLOBEX,HOOLI,INITECH,UMBRELLA";

    private static string Sample => Path.GetFullPath(Path.Combine(Here(), "../../samples/helpdesk.json"));

    [Theory]
    [InlineData("alphavantage/news-sentiment", "alphavantage", "alphaVantage", "AAPL,MSFT,NVDA", "AAPL,MSFT,NVDA")]
    [InlineData("finnhub/market-news", "finnhub", "finnhubMarket", "", "CRYPTO,FOREX,GENERAL,MERGER")]
    [InlineData("service/tickets", "helpdesk", "tickets", "", Companies)]
    [InlineData("time/entries", "helpdesk", "timeEntries", "", "TIME-ENTRIES")]
    [InlineData("company/contacts", "helpdesk", "contacts", "", Companies)]
    public async Task A_troubled_run_stores_exactly_what_the_vendor_has(string table, string credential, string vendor, string symbols, string expected)
    {
        using var place = new Workplace();
        await File.WriteAllTextAsync(place.Tenants, JsonSerializer.Serialize(new
        {
            tenants = new[]
            {
                new
                {
                    id = "acme",
                    symbols = symbols.Split(',', StringSplitOptions.RemoveEmptyEntries),
                    tables = new[] { table },
                    credentials = new Dictionary<string, string> { [credential] = "env:GOOD_TOKEN" },
                },
            },
        }));
        await using var vendors = await Vendors.StartAsync(Vendors.Feed(itemsPerSymbol: 250) with { BadShare = 0.02, ItemsPerSymbolPerDay = 0 });
        await vendors.PostAsync("/_sim/faults", new { share = 0.2, slowBodyMs = 100, retryAfterSeconds = 1 });
        var environment = new Dictionary<string, string>(vendors.Environment) { ["Sources__Rest__Files"] = Sample };
        var run = await SentimentProcess.RunAsync(environment, place.Run("--json"));
        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.DoesNotContain("good-token", run.Output + run.Errors, StringComparison.Ordinal);

        var truth = await vendors.TruthAsync(vendor, expected.Split(','));
        var items = await SentimentProcess.RunAsync(null, "items", "--tenant", "acme", "--data", place.Data);
        var stored = items.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.NotEmpty(stored);
        Assert.Equal(truth.GetProperty("items").EnumerateArray().Select(Line).Order(StringComparer.Ordinal), stored.Select(Line).Order(StringComparer.Ordinal));
        Assert.All(stored, i => Assert.Equal(table, i.GetProperty("source").GetString()));
        Assert.All(stored, i => Assert.Equal(table.StartsWith("alphavantage", StringComparison.Ordinal), i.TryGetProperty("vendorScore", out _) && i.TryGetProperty("relevance", out _)));
        string[] labels = ["positive", "negative"];
        var filtered = await SentimentProcess.RunAsync(
            null, "items", "--tenant", "acme", "--data", place.Data, "--label", "positive,NEGATIVE", "--source", table, "--source", "other/table");
        Assert.Equal(
            stored.Where(i => labels.Contains(i.GetProperty("label").GetString())).Select(i => i.GetRawText()),
            filtered.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        var refused = await SentimentProcess.RunAsync(null, "items", "--tenant", "acme", "--data", place.Data, "--label", "good");
        Assert.Equal((2, true), (refused.ExitCode, refused.Errors.Contains("--label: positive, neutral or negative expected", StringComparison.Ordinal)));
        Assert.Equal(
            truth.GetProperty("bad").EnumerateArray().Select(b => b.GetProperty("rawHash").GetString()).Distinct().Count(),
            run.Json.GetProperty("records").GetProperty("quarantined").GetInt32());

        var verify = await SentimentProcess.RunAsync(environment, "verify", "--data", place.Data);
        Assert.True(verify.ExitCode == 0, verify.ToString());

        // Nothing is new: a second run reads its lookback again and accepts nothing.
        var second = await SentimentProcess.RunAsync(environment, place.Run("--json"));
        Assert.True(second.ExitCode == 0, second.ToString());
        Assert.Equal(0, second.Json.GetProperty("records").GetProperty("accepted").GetInt32());
    }

    [Fact]
    public async Task A_file_of_tables_with_problems_is_refused_with_its_name_and_starts_nothing()
    {
        using var place = new Workplace();
        place.Write(("acme", ["AAPL"], "GOOD_TOKEN"));
        var file = Path.Combine(Path.GetDirectoryName(place.Tenants)!, "api.json");
        await File.WriteAllTextAsync(file, """{"vendor":"helpdesk","baseUrl":"https://example.com","tables":[{"name":"a","credential":"s3cret"}]}""");
        var run = await SentimentProcess.RunAsync(new Dictionary<string, string> { ["Sources__Rest__Files"] = file }, place.Run());
        Assert.Equal(2, run.ExitCode);
        Assert.Contains($"'{file}'", run.Errors, StringComparison.Ordinal);
        Assert.Contains("$.tables[0].name: ", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(place.Data));
    }

    [Fact]
    public async Task A_tenant_that_names_a_table_that_no_file_describes_is_told_which_there_are()
    {
        using var place = new Workplace();
        await File.WriteAllTextAsync(place.Tenants, """{"tenants":[{"id":"acme","tables":["service/tickets"]}]}""");
        var run = await SentimentProcess.RunAsync(null, place.Run());
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(
            "$.tenants[0].tables[0]: 'service/tickets' is no table: one of tiingo/news, tiingo/eod, tiingo/intraday, finnhub/company-news, finnhub/market-news, alphavantage/news-sentiment expected",
            run.Errors, StringComparison.Ordinal);
    }

    private static string Line(JsonElement item) =>
        $"{item.GetProperty("sourceId")} {string.Join(',', item.GetProperty("symbols").EnumerateArray().Select(s => s.GetString()).Order(StringComparer.Ordinal))} "
        + $"{item.GetProperty("publishedAt").GetDateTimeOffset().ToUnixTimeSeconds()} {item.GetProperty("title").GetString()}";

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
