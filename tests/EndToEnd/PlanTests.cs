using System.Text.Json;

namespace Sentiment.EndToEnd;

public sealed class PlanTests
{
    [Fact]
    public async Task Of_25_calls_a_day_the_26th_is_never_planned_and_never_made()
    {
        using var place = new Workplace();
        var symbols = Enumerable.Range(1, 15).Select(i => $"S{i}").ToList();
        var credentials = new Dictionary<string, string> { ["alphavantage"] = "env:GOOD_TOKEN" };
        await WriteAsync(place, new { id = "acme", symbols, tables = new[] { "alphavantage/news-sentiment" }, credentials }, new { id = "globex", symbols, tables = new[] { "alphavantage/news-sentiment" }, credentials });
        await using var vendors = await Vendors.StartAsync(Vendors.Feed(itemsPerSymbol: 20) with { CallsPerDay = 25, ItemsPerSymbolPerDay = 0, BadShare = 0 });
        var environment = new Dictionary<string, string>(vendors.Environment) { ["Sources__AlphaVantage__Limits__PerDay"] = "25", ["Ingestion__HistoryDays"] = "30" };

        var plan = await PlanAsync(environment, place);
        Assert.Equal(25, plan.GetProperty("calls").GetInt32());
        var vendor = plan.GetProperty("vendors").EnumerateArray().Single();
        Assert.Equal((25, 5), (vendor.GetProperty("calls").GetInt32(), vendor.GetProperty("deferred").GetInt32()));
        var deferred = plan.GetProperty("tables").EnumerateArray().SelectMany(t => t.GetProperty("deferred").EnumerateArray()).ToList();
        Assert.Equal(5, deferred.Sum(d => d.GetProperty("symbols").GetArrayLength()));
        Assert.All(deferred, d => Assert.InRange(d.GetProperty("until").GetDateTimeOffset() - plan.GetProperty("at").GetDateTimeOffset(), TimeSpan.FromHours(24), TimeSpan.FromHours(25)));

        var run = await SentimentProcess.RunAsync(environment, place.Run("--json"));
        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Equal((25, 30, 5), Calls(run.Json));
        Assert.Equal(5, run.Json.GetProperty("chunks").GetProperty("deferred").GetInt32());
        var again = await PlanAsync(environment, place);
        Assert.Equal((0, 30), (again.GetProperty("calls").GetInt32(), again.GetProperty("vendors")[0].GetProperty("deferred").GetInt32()));
        run = await SentimentProcess.RunAsync(environment, place.Run("--json"));
        Assert.Equal((0, 30, 30), Calls(run.Json));

        var statistics = await vendors.StatisticsAsync();
        Assert.Equal(25, statistics.GetProperty("statuses").GetProperty("200").GetInt32());
        Assert.Empty(statistics.GetProperty("violations").EnumerateObject());
        var verify = await SentimentProcess.RunAsync(environment, "verify", "--data", place.Data);
        Assert.True(verify.ExitCode == 0, verify.ToString());
        var status = await SentimentProcess.RunAsync(null, "status", "--data", place.Data);
        Assert.Contains("left for a later run until", status.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_once_read_is_planned_as_it_turns_out()
    {
        using var place = new Workplace();
        var symbols = Enumerable.Range(1, 8).Select(i => $"S{i}").ToList();
        await WriteAsync(place, new
        {
            id = "acme",
            symbols,
            tables = new[] { "tiingo/news", "finnhub/company-news" },
            credentials = new Dictionary<string, string> { ["tiingo"] = "env:GOOD_TOKEN", ["finnhub"] = "env:GOOD_TOKEN" },
        });
        await using var vendors = await Vendors.StartAsync(Vendors.Feed(itemsPerSymbol: 2_000) with { ItemsPerSymbolPerDay = 0 });
        var now = await vendors.FreezeAsync();
        var first = await SentimentProcess.RunAsync(vendors.Environment, place.Run("--json"));
        Assert.True(first.ExitCode == 0, first.ToString());

        var window = new[] { "--from", $"{now.AddDays(-35).UtcDateTime:O}", "--to", $"{now.UtcDateTime:O}" };
        var plan = await PlanAsync(vendors.Environment, place, window);
        var run = await SentimentProcess.RunAsync(vendors.Environment, [.. place.Run("--json"), .. window]);
        Assert.True(run.ExitCode == 0, run.ToString());
        var (made, planned, _) = Calls(run.Json);
        Assert.True(made > 20, $"{made} calls");
        Assert.InRange((double)planned / made, 0.95, 1.05);
        Assert.InRange((double)plan.GetProperty("calls").GetInt64() / made, 0.95, 1.05);
        var records = run.Json.GetProperty("records");
        Assert.InRange(plan.GetProperty("records").GetDouble() / (records.GetProperty("read").GetDouble() + records.GetProperty("skipped").GetDouble()), 0.9, 1.1);
    }

    [Fact]
    public async Task A_plan_before_the_first_run_needs_no_data_folder_and_makes_none()
    {
        using var place = new Workplace();
        place.Write(("acme", ["AAPL", "MSFT"], "NO_SUCH_TOKEN"));
        var plan = await SentimentProcess.RunAsync(null, "plan", "--tenants", place.Tenants, "--data", place.Data);
        Assert.True(plan.ExitCode == 0, plan.ToString());
        Assert.Contains("A run now: 0 calls", plan.Output, StringComparison.Ordinal);
        Assert.Contains("NO_SUCH_TOKEN", plan.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(place.Data));

        var refused = await SentimentProcess.RunAsync(null, "plan", "--tenants", place.Tenants, "--data", place.Data, "--tenant", "nobody");
        Assert.Equal((2, ""), (refused.ExitCode, refused.Output));
        Assert.Contains("no tenant 'nobody'", refused.Errors, StringComparison.Ordinal);
    }

    private static (int Made, int Planned, int Deferred) Calls(JsonElement summary)
    {
        var calls = summary.GetProperty("calls");
        return (calls.GetProperty("made").GetInt32(), calls.GetProperty("planned").GetInt32(), calls.GetProperty("deferred").GetInt32());
    }

    private static async Task<JsonElement> PlanAsync(IReadOnlyDictionary<string, string> environment, Workplace place, params string[] more)
    {
        var plan = await SentimentProcess.RunAsync(environment, ["plan", "--tenants", place.Tenants, "--data", place.Data, "--json", .. more]);
        Assert.True(plan.ExitCode == 0, plan.ToString());
        return plan.Json;
    }

    private static Task WriteAsync(Workplace place, params object[] tenants) => File.WriteAllTextAsync(place.Tenants, JsonSerializer.Serialize(new { tenants }));
}
