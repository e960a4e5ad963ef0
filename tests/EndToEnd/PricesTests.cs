using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Sentiment.Simulator;

namespace Sentiment.EndToEnd;

/// <summary>Tables of prices, from the vendor to what is read.</summary>
public sealed class PricesTests
{
    private static readonly string[] Symbols = ["AAPL", "BRK.B", "MSFT", "NVDA"];

    private static readonly Dictionary<string, string> Tables = new() { ["tiingo/eod"] = "tiingoEod", ["tiingo/intraday"] = "tiingoIntraday" };

    // The feed stands at midnight, when no bar is running, and lies inside one chunk of a first run.
    private static SimulatorOptions Feed()
    {
        var midnight = new DateTimeOffset(DateTimeOffset.UtcNow.UtcDateTime.Date, TimeSpan.Zero);
        return new() { Epoch = midnight, FrozenNow = midnight, HistoryDays = 27, BadShare = 0.02 };
    }

    // One of the symbols has a bar in these days, whichever they are, that closes far from the one before.
    private static async Task<string[]> SymbolsAsync(Vendors vendors, string table)
    {
        string[] others = [.. Enumerable.Range(0, 260).Select(n => $"J{(char)('A' + (n / 26))}{(char)('A' + (n % 26))}")];
        var bars = (await vendors.TruthAsync(Tables[table], others)).GetProperty("bars").EnumerateArray();
        return [.. Symbols, bars.First(b => b.GetProperty("isSuspicious").GetBoolean()).GetProperty("symbol").GetString()!];
    }

    private static Workplace Place(IReadOnlyList<string> symbols, params string[] tables)
    {
        var place = new Workplace();
        File.WriteAllText(place.Tenants, JsonSerializer.Serialize(new
        {
            tenants = new[] { new { id = "acme", symbols, tables, credentials = new { tiingo = "env:GOOD_TOKEN" } } },
        }));
        return place;
    }

    [Theory]
    [InlineData("tiingo/eod")]
    [InlineData("tiingo/intraday")]
    public async Task A_troubled_run_stores_exactly_the_bars_that_the_vendor_has(string table)
    {
        await using var vendors = await Vendors.StartAsync(Feed());
        var symbols = await SymbolsAsync(vendors, table);
        using var place = Place(symbols, table);
        await vendors.PostAsync("/_sim/faults", new { share = 0.3, slowBodyMs = 100, retryAfterSeconds = 1 });
        var environment = new Dictionary<string, string>(vendors.Environment) { ["Ingestion__HistoryDays"] = "29" };
        var run = await SentimentProcess.RunAsync(environment, place.Run("--json"));
        Assert.True(run.ExitCode == 0, run.ToString());

        var truth = await vendors.TruthAsync(Tables[table], symbols);
        var expected = truth.GetProperty("bars").EnumerateArray().ToList();
        Assert.Contains(expected, b => b.GetProperty("isSuspicious").GetBoolean());
        foreach (var symbol in symbols)
        {
            var stored = await SentimentProcess.RunAsync(null, "prices", "--tenant", "acme", "--symbol", symbol, "--data", place.Data);
            Assert.Equal(
                expected.Where(b => b.GetProperty("symbol").GetString() == symbol).Select(b => Line(b, table)).Reverse(),
                stored.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => Line(JsonDocument.Parse(l).RootElement)));
        }

        var records = run.Json.GetProperty("records");
        var bad = truth.GetProperty("bad").EnumerateArray().Select(Key).Distinct().Count();
        Assert.Equal((expected.Count, bad), (records.GetProperty("accepted").GetInt32(), records.GetProperty("quarantined").GetInt32()));

        var verify = await SentimentProcess.RunAsync(environment, "verify", "--json", "--data", place.Data);
        Assert.True(verify.ExitCode == 0, verify.ToString());
        Assert.Equal(expected.Count, verify.Json.GetProperty("bars").GetInt32());

        // Nothing is new: a second run reads its lookback again and accepts nothing.
        var second = await SentimentProcess.RunAsync(environment, place.Run("--json"));
        Assert.True(second.ExitCode == 0, second.ToString());
        Assert.Equal(0, second.Json.GetProperty("records").GetProperty("accepted").GetInt32());
    }

    [Fact]
    public async Task Bars_of_every_table_are_paged_through_over_the_API()
    {
        await using var vendors = await Vendors.StartAsync(Feed());
        await using var server = await ApiServer.StartAsync(Place(Symbols, [.. Tables.Keys]), vendors);
        using var started = await server.Http.PostAsJsonAsync("/api/runs", new { });
        var ended = await server.EndAsync((await started.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!);
        Assert.Equal("completed", ended.GetProperty("status").GetString());

        var expected = new List<string>();
        foreach (var (table, vendor) in Tables)
        {
            var truth = await vendors.TruthAsync(vendor, ["BRK.B"]);
            expected.AddRange(truth.GetProperty("bars").EnumerateArray().Select(b => Line(b, table)));
        }

        expected = [.. expected.OrderByDescending(TimeOf).ThenBy(l => l.Split(' ')[1], StringComparer.Ordinal)];
        foreach (var limit in (int[])[50, 1000])
        {
            Assert.Equal(expected.Select(Bare), (await WalkAsync(server, $"symbol=brk.b&limit={limit}")).Select(Bare));
        }

        var (from, to) = (TimeOf(expected[^1]).AddDays(1), TimeOf(expected[0]));
        Assert.Equal(
            expected.Where(l => TimeOf(l) >= from && TimeOf(l) < to && l.Contains(" tiingo/intraday ", StringComparison.Ordinal)).Select(Bare),
            (await WalkAsync(server, $"symbol=BRK.B&table=tiingo/intraday&from={Spell(from)}&to={Spell(to)}&limit=70")).Select(Bare));
        Assert.Empty(await WalkAsync(server, "symbol=TSLA"));

        foreach (var (query, said) in (IEnumerable<(string, string)>)
        [
            ("", "symbol: "), ("symbol=a%20b", "symbol: "), ("symbol=A&from=yesterday", "from: "), ("symbol=A&to=1", "to: "),
            ("symbol=A&from=2026-01-02&to=2026-01-01", "from: "), ("symbol=A&limit=0", "limit: "), ("symbol=A&cursor=x", "cursor: "),
        ])
        {
            var (code, problem) = await server.GetAsync($"/api/tenants/acme/prices?{query}");
            Assert.Equal(HttpStatusCode.BadRequest, code);
            Assert.StartsWith(said, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await server.GetAsync("/api/tenants/a~b/prices?symbol=A")).Code);
    }

    private static async Task<List<string>> WalkAsync(ApiServer server, string query)
    {
        var found = new List<string>();
        for (string? next = ""; next is not null;)
        {
            var (code, page) = await server.GetAsync($"/api/tenants/acme/prices?{query}" + (next.Length == 0 ? "" : $"&cursor={Uri.EscapeDataString(next)}"));
            Assert.Equal(HttpStatusCode.OK, code);
            found.AddRange(page.GetProperty("items").EnumerateArray().Select(b => Line(b)));
            next = page.GetProperty("next").GetString();
        }

        return found;
    }

    private static string Spell(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static DateTimeOffset TimeOf(string line) => DateTimeOffset.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture);

    // Without the mark: chunks of a table go side by side, so the first bar of one may not find the last of the other.
    private static string Bare(string line) => line[..line.LastIndexOf(' ')];

    private static string Key(JsonElement bad) => bad.GetProperty("sourceId").GetString() ?? bad.GetProperty("rawHash").GetString()!;

    private static string Line(JsonElement bar, string? table = null) => string.Create(
        CultureInfo.InvariantCulture,
        $"{bar.GetProperty("time").GetDateTimeOffset().UtcDateTime:O} {table ?? bar.GetProperty("source").GetString()} {bar.GetProperty("symbol")} "
        + $"{string.Join(' ', ((string[])["open", "high", "low", "close", "volume"]).Select(f => bar.GetProperty(f).GetDecimal() / 1.0000m))} {bar.GetProperty("isSuspicious")}");
}
