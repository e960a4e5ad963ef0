using System.Runtime.CompilerServices;
using System.Text.Json;
using Xunit.Abstractions;

namespace Sentiment.EndToEnd;

public sealed class HolesTests(ITestOutputHelper output)
{
    private const int MostRounds = 80;

    // Its first 354 draws at 5 % have every kind of fault, and all tables together need 440 calls.
    private const int Seed = 18740;

    private static readonly string[] Kinds =
    [
        "rateLimit", "serverError", "badGateway", "unavailable", "cutConnection", "truncatedJson", "html", "slowBody", "duplicates", "overlap", "ignoreDates",
        "unauthorized", "forbidden", "requestTimeout", "errorWithStatus200", "otherShape", "redirect", "oversize", "reset", "endlessBody",
    ];

    private static readonly string[] Symbols = [.. Enumerable.Range(0, 60).Select(i => $"S{i:D4}")];

    private static readonly string[] Companies = ["ACME-CORP", "GLOBEX", "HOOLI", "INITECH", "UMBRELLA"];

    // Table, the simulated vendor that serves it, and the symbols that its records come under.
    private static readonly (string Table, string Vendor, string[] Symbols)[] Tables =
    [
        ("tiingo/news", "tiingo", Symbols), ("finnhub/company-news", "finnhub", Symbols), ("alphavantage/news-sentiment", "alphaVantage", Symbols),
        ("finnhub/market-news", "finnhubMarket", ["CRYPTO", "FOREX", "GENERAL", "MERGER"]), ("service/tickets", "tickets", Companies),
        ("time/entries", "timeEntries", ["TIME-ENTRIES"]), ("company/contacts", "contacts", Companies),
    ];

    [Fact]
    public async Task With_a_twentieth_of_all_calls_failing_in_every_way_every_hole_has_a_name_and_backfills_close_them_all()
    {
        using var place = new Workplace();
        await File.WriteAllTextAsync(place.Tenants, JsonSerializer.Serialize(new
        {
            tenants = new[]
            {
                new
                {
                    id = "acme",
                    symbols = Symbols,
                    tables = Tables.Select(t => t.Table),
                    credentials = new[] { "tiingo", "finnhub", "alphavantage", "helpdesk" }.ToDictionary(v => v, _ => "env:GOOD_TOKEN"),
                },
            },
        }));
        await using var vendors = await Vendors.StartAsync(Vendors.Feed(itemsPerSymbol: 40) with { Seed = Seed, BadShare = 0.02, ItemsPerSymbolPerDay = 0 });
        await vendors.PostAsync("/_sim/faults", new { share = 0.05, kinds = Kinds, slowBodyMs = 50, retryAfterSeconds = 1 });
        var environment = new Dictionary<string, string>(vendors.Environment)
        {
            ["Sources__Rest__Files"] = Path.GetFullPath(Path.Combine(Here(), "../../samples/helpdesk.json")),
            ["Ingestion__ChunkAttempts"] = "1",
        };
        foreach (var vendor in (string[])["Tiingo", "Finnhub", "AlphaVantage", "helpdesk"])
        {
            // Every fault is a failure: no try more, little patience, small bodies.
            environment[$"Sources__{vendor}__Attempts"] = "1";
            environment[$"Sources__{vendor}__AttemptSeconds"] = "3";
            environment[$"Sources__{vendor}__MaxBodyBytes"] = $"{8 * 1024 * 1024}";
        }

        var run = await SentimentProcess.RunAsync(environment, place.Run("--json"));
        output.WriteLine(run.Output);
        Assert.Equal(1, run.ExitCode);
        var holes = await HolesAsync(environment, place);
        Assert.NotEmpty(holes);
        Assert.All(holes, h => Assert.NotEqual("", h.GetProperty("reason").GetString()));
        await AssertNamedAsync(environment, vendors, place, holes);
        await AssertVerifiesAsync(environment, place);

        var rounds = 0;
        while (holes.Count > 0)
        {
            Assert.True(++rounds <= MostRounds, $"{holes.Count} holes are left after {MostRounds} backfills");
            var backfill = await SentimentProcess.RunAsync(
                environment, "backfill", "--tenants", place.Tenants, "--data", place.Data, "--json");
            Assert.True(backfill.ExitCode is 0 or 1, backfill.ToString());
            holes = await HolesAsync(environment, place);
            output.WriteLine($"{holes.Count} holes after backfill {rounds}: {backfill.Output}");
            Assert.Equal(backfill.ExitCode == 0, holes.Count == 0);
            if (rounds == 1)
            {
                await AssertNamedAsync(environment, vendors, place, holes);
            }
        }

        var faults = (await vendors.StatisticsAsync()).GetProperty("faults");
        output.WriteLine($"{faults}");
        Assert.Equal(Kinds.Order(), faults.EnumerateObject().Select(f => f.Name).Order());
        var stored = await ItemsAsync(environment, place);
        await using var quarantine = new StoredTruth(place.Data);
        foreach (var (table, vendor, symbols) in Tables)
        {
            var truth = await vendors.TruthAsync(vendor, symbols);
            Assert.Equal(
                truth.GetProperty("items").EnumerateArray().Select(Line).Order(StringComparer.Ordinal),
                stored.Where(i => i.GetProperty("source").GetString() == table).Select(Line).Order(StringComparer.Ordinal));
            Assert.Equal(
                truth.GetProperty("bad").EnumerateArray().Select(b => $"{BadKey(b)} {Field(b)}").Distinct().Order(StringComparer.Ordinal),
                (await quarantine.QuarantineAsync("acme", table)).Select(q => $"{q.Key} {q.Reason.Split(':')[0]}").Order(StringComparer.Ordinal));
        }

        await AssertVerifiesAsync(environment, place);

        // Nothing is left to do.
        var last = await SentimentProcess.RunAsync(environment, "backfill", "--tenants", place.Tenants, "--data", place.Data, "--json");
        Assert.Equal((0, 0), (last.ExitCode, last.Json.GetProperty("chunks").GetProperty("total").GetInt32()));
    }

    // Whatever record is not stored under a symbol, a hole of the map has its time.
    private static async Task AssertNamedAsync(IReadOnlyDictionary<string, string> environment, Vendors vendors, Workplace place, List<JsonElement> holes)
    {
        var stored = (await ItemsAsync(environment, place)).ToDictionary(
            i => (i.GetProperty("source").GetString()!, i.GetProperty("sourceId").GetString()!), i => Names(i).ToHashSet());
        foreach (var (table, vendor, symbols) in Tables)
        {
            var ours = holes.Where(h => h.GetProperty("table").GetString() == table).ToLookup(h => h.GetProperty("symbol").GetString());
            foreach (var item in (await vendors.TruthAsync(vendor, symbols)).GetProperty("items").EnumerateArray())
            {
                var known = stored.GetValueOrDefault((table, item.GetProperty("sourceId").GetString()!));
                foreach (var symbol in Names(item).Where(s => known?.Contains(s) != true))
                {
                    Assert.True(ours[symbol].Concat(ours["*"]).Any(h => Holds(h, item)), $"{table} {symbol}: no hole holds {item}");
                }
            }
        }
    }

    private static bool Holds(JsonElement hole, JsonElement item)
    {
        var time = item.GetProperty(hole.GetProperty("window").GetString() == "crawled" ? "crawledAt" : "publishedAt").GetDateTimeOffset();
        return hole.GetProperty("from").GetDateTimeOffset() <= time && time < hole.GetProperty("to").GetDateTimeOffset();
    }

    private static async Task<List<JsonElement>> HolesAsync(IReadOnlyDictionary<string, string> environment, Workplace place)
    {
        var coverage = await SentimentProcess.RunAsync(environment, "coverage", "--tenant", "acme", "--data", place.Data, "--json");
        Assert.True(coverage.ExitCode == 0, coverage.ToString());
        return [.. coverage.Json.GetProperty("items").EnumerateArray().Where(s => s.GetProperty("state").GetString() is "failed" or "rateLimited" or "missing")];
    }

    private static async Task<List<JsonElement>> ItemsAsync(IReadOnlyDictionary<string, string> environment, Workplace place)
    {
        var items = await SentimentProcess.RunAsync(environment, "items", "--tenant", "acme", "--data", place.Data);
        Assert.True(items.ExitCode == 0, items.ToString());
        return [.. items.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement)];
    }

    private static async Task AssertVerifiesAsync(IReadOnlyDictionary<string, string> environment, Workplace place)
    {
        var verify = await SentimentProcess.RunAsync(environment, "verify", "--data", place.Data);
        Assert.True(verify.ExitCode == 0, verify.ToString());
    }

    private static IEnumerable<string> Names(JsonElement item) => item.GetProperty("symbols").EnumerateArray().Select(s => s.GetString()!).Order(StringComparer.Ordinal);

    private static string Line(JsonElement item) =>
        $"{item.GetProperty("sourceId")} {string.Join(',', Names(item))} {item.GetProperty("publishedAt").GetDateTimeOffset().ToUnixTimeSeconds()} {item.GetProperty("title").GetString()}";

    private static string BadKey(JsonElement bad) => bad.GetProperty("sourceId") is { ValueKind: JsonValueKind.String } id
        ? $"id:{id}" : "raw:" + bad.GetProperty("rawHash").GetString();

    private static string Field(JsonElement bad) => bad.GetProperty("reason").GetString() switch
    {
        "missingId" => "id",
        "missingTitle" or "emptyTitle" or "oversizeTitle" => "title",
        _ => "published date",
    };

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
