using System.Text.Json;

namespace Sentiment.EndToEnd;

public sealed class TroubledRunTests
{
    private static readonly string[] Symbols = ["AAPL", "MSFT", "NVDA", "S0000", "S0001"];

    [Fact]
    public async Task With_a_fifth_of_all_calls_failing_every_record_is_where_it_belongs_once()
    {
        using var place = new Workplace();
        place.Write(("acme", Symbols, "GOOD_TOKEN"), ("bolt", Symbols, "GOOD_TOKEN"));
        await using var vendors = await Vendors.StartAsync(Vendors.Feed(itemsPerSymbol: 300) with { BadShare = 0.02, ItemsPerSymbolPerDay = 0 });
        await vendors.PostAsync("/_sim/faults", new { share = 0.2, slowBodyMs = 200, retryAfterSeconds = 1 });
        var run = await SentimentProcess.RunAsync(vendors.Environment, place.Run("--json"));
        Assert.True(run.ExitCode == 0, run.ToString());

        var faults = (await vendors.StatisticsAsync()).GetProperty("faults").EnumerateObject().Sum(f => f.Value.GetInt64());
        Assert.True(faults > 5, $"only {faults} faults were injected");
        await using var stored = new StoredTruth(place.Data);
        await stored.AssertVerifiesAsync();
        await stored.AssertEqualsAsync(vendors, "acme", Symbols);
        await stored.AssertEqualsAsync(vendors, "bolt", Symbols);
        var chunks = await SentimentProcess.RunAsync(null, "chunks", run.Json.GetProperty("run").GetString()!, "--data", place.Data, "--json");
        Assert.All(chunks.Json.GetProperty("items").EnumerateArray().Select(c => c.GetProperty("records")), records => Assert.Equal(
            records.GetProperty("read").GetInt64(),
            records.GetProperty("accepted").GetInt64() + records.GetProperty("duplicate").GetInt64() + records.GetProperty("quarantined").GetInt64()));
    }

    [Fact]
    public async Task A_tenant_with_a_wrong_key_stops_with_the_reason_and_the_others_complete()
    {
        using var place = new Workplace();
        place.Write(("acme", Symbols, "GOOD_TOKEN"), ("bolt", Symbols, "WRONG_TOKEN"), ("core", Symbols, "NO_SUCH_VARIABLE"));
        await using var vendors = await Vendors.StartAsync(Vendors.Feed(itemsPerSymbol: 50));
        var run = await SentimentProcess.RunAsync(vendors.Environment, place.Run("--json"));
        Assert.True(run.ExitCode == 1, run.ToString());
        Assert.Equal("partial", run.Json.GetProperty("status").GetString());
        Assert.Equal((3, 1, 2), Tally(run.Json.GetProperty("tenants")));

        var status = await SentimentProcess.RunAsync(null, "status", "--data", place.Data, "--json");
        Assert.Equal(0, status.ExitCode);
        Assert.All(Tables(status.Json, "acme"), t => Assert.Equal("completed", t.GetProperty("status").GetString()));
        Assert.Equal(2, Tables(status.Json, "bolt").Count);
        Assert.All(Tables(status.Json, "bolt"), t => Assert.Contains("refuses the credential (401)", t.GetProperty("reason").GetString(), StringComparison.Ordinal));
        Assert.All(Tables(status.Json, "core"), t => Assert.Contains("NO_SUCH_VARIABLE is not set", t.GetProperty("reason").GetString(), StringComparison.Ordinal));
        var people = await SentimentProcess.RunAsync(null, "status", "--data", place.Data);
        Assert.Contains("refuses the credential (401)", people.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-token", people.Output + run.Output + run.Errors + status.Output, StringComparison.Ordinal);
    }

    private static (int Total, int Completed, int Failed) Tally(JsonElement tally) =>
        (tally.GetProperty("total").GetInt32(), tally.GetProperty("completed").GetInt32(), tally.GetProperty("failed").GetInt32());

    private static List<JsonElement> Tables(JsonElement status, string tenant) => [.. status.GetProperty("details").EnumerateArray()
        .Single(d => d.GetProperty("tenant").GetString() == tenant).GetProperty("tables").EnumerateArray()];
}
