using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Sentiment.Api.Tests.Support;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Metrics;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Tests.Support;

namespace Sentiment.Api.Tests;

/// <summary>Trends and metrics over HTTP.</summary>
public sealed class TrendTests
{
    private const string Trends = "/api/tenants/acme/trends?from=2030-01-09T12:00:00Z&to=2030-01-10T12:00:00Z";

    [Fact]
    public async Task Arrays_say_the_same_as_rows_and_take_less()
    {
        await using var host = await ApiHost.StartAsync(withRecords: true);
        var rows = await host.GetAsync($"{Trends}&symbol=aapl");
        var bars = rows.Json.GetProperty("bars").EnumerateArray().ToList();
        var udf = await host.GetAsync($"{Trends}&symbol=AAPL&format=udf");
        Assert.Equal((12, "ok"), (bars.Count, udf.Json.GetProperty("s").GetString()));
        Assert.Equal(bars.ConvertAll(b => b.GetProperty("time").GetDateTimeOffset().ToUnixTimeSeconds()), Numbers("t").ConvertAll(t => (long)t!));
        foreach (var name in (string[])["n", "min", "max", "first", "last"])
        {
            Assert.Equal(bars.ConvertAll(b => (decimal?)b.GetProperty(name).GetDecimal()), Numbers(name));
        }

        foreach (var (name, price) in new[] { ("o", "open"), ("h", "high"), ("l", "low"), ("c", "close"), ("v", "volume") })
        {
            Assert.Equal(bars.ConvertAll(b => (decimal?)b.GetProperty("price").GetProperty(price).GetDecimal()), Numbers(name));
        }

        // One item an hour is not enough for a mean.
        Assert.All(bars, b => Assert.True(b.GetProperty("notEnough").GetBoolean() && !b.TryGetProperty("mean", out _)));
        Assert.All(Numbers("mean"), Assert.Null);
        Assert.Equal(12, Numbers("wire/news", udf.Json.GetProperty("sources")).Sum());
        Assert.True(udf.Bytes.Length < rows.Bytes.Length / 2);

        List<decimal?> Numbers(string name, JsonElement? of = null) =>
            [.. (of ?? udf.Json).GetProperty(name).EnumerateArray().Select(n => n.ValueKind == JsonValueKind.Null ? (decimal?)null : n.GetDecimal())];
    }

    [Fact]
    public async Task A_bar_with_enough_items_has_a_mean_inside_its_interval_and_its_labels_add_up()
    {
        await using var host = await ApiHost.StartAsync(withRecords: true);
        var bar = Assert.Single((await host.GetAsync("/api/tenants/acme/trends?from=2030-01-10&to=2030-01-10T12:00:00Z&resolution=1d")).Json.GetProperty("bars").EnumerateArray());
        var labels = bar.GetProperty("labels");
        Assert.Equal(
            (24, 24, 24),
            (bar.GetProperty("n").GetInt32(), bar.GetProperty("sources").GetProperty("wire/news").GetInt32(),
                labels.GetProperty("positive").GetInt32() + labels.GetProperty("neutral").GetInt32() + labels.GetProperty("negative").GetInt32()));
        Assert.InRange(bar.GetProperty("mean").GetDecimal(), bar.GetProperty("meanLow").GetDecimal(), bar.GetProperty("meanHigh").GetDecimal());
        Assert.False(bar.TryGetProperty("price", out _));
    }

    [Fact]
    public async Task A_committed_page_is_in_the_next_answer_about_its_symbols()
    {
        await using var host = await ApiHost.StartAsync(withRecords: true);
        var first = await host.GetAsync($"{Trends}&symbol=AAPL");
        var again = await host.SendAsync("GET", $"{Trends}&symbol=AAPL", headers: ("If-None-Match", first.Headers["ETag"]));
        Assert.Equal((304, 0), (again.Status, again.Bytes.Length));

        var vendor = (ScriptedVendor)host.Services.GetServices<ITableSource>().First(s => s.Description.Table == "wire/news");
        vendor.Pages = _ => [[new("late", "AAPL soars", Records.Now.AddMinutes(-90), ["AAPL"])]];
        await Records.CommitAsync(host.Services, Records.Roster.Tenants[0], "wire/news", 2);
        var next = await host.SendAsync("GET", $"{Trends}&symbol=AAPL", headers: ("If-None-Match", first.Headers["ETag"]));
        Assert.Equal((200, Count(first) + 1), (next.Status, Count(next)));

        static long Count(Answer answer) => answer.Json.GetProperty("bars").EnumerateArray().Sum(b => b.GetProperty("n").GetInt64());
    }

    [Fact]
    public async Task Sources_say_how_far_they_are_known_and_which_are_missing()
    {
        await using var host = await ApiHost.StartAsync(withRecords: true);
        var source = Assert.Single((await host.GetAsync($"{Trends}&symbol=AAPL")).Json.GetProperty("trend").GetProperty("sources").EnumerateArray());
        Assert.Equal(("wire/news", true), (source.GetProperty("source").GetString(), source.GetProperty("isMissing").GetBoolean()));
        Assert.Equal(JsonValueKind.Null, source.GetProperty("coveredTo").ValueKind);
    }

    [Theory]
    [InlineData("resolution=7m", "resolution: one of 1m, 5m, 15m, 30m, 1h, 2h, 1d expected")]
    [InlineData("format=csv", "format: rows or udf expected")]
    [InlineData("symbol=A|B", "symbol: a symbol of")]
    [InlineData("from=2030-01-10&to=2030-01-10", "from: a time before 'to' expected")]
    [InlineData("from=2031-01-01", "from: a time before 'to' expected, which is now by default")]
    [InlineData("resolution=1m&from=2029-12-01&to=2030-01-01", "from: at most 20000 bars and 800 days before 'to' expected")]
    [InlineData("resolution=1d&from=2020-01-01&to=2030-01-01", "from: at most 20000 bars and 800 days before 'to' expected")]
    public async Task What_is_not_as_expected_is_named(string query, string detail)
    {
        await using var host = await ApiHost.StartAsync();
        var answer = await host.GetAsync($"/api/tenants/acme/trends?{query}");
        Assert.Equal(400, answer.Status);
        Assert.StartsWith(detail, answer.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_are_one_document_which_is_read_again_after_half_a_minute()
    {
        await using var host = await ApiHost.StartAsync(withRecords: true);
        Assert.Equal(JsonValueKind.Null, (await host.GetAsync("/api/tenants/bolt/metrics")).Json.GetProperty("countedAt").ValueKind);
        var upkeep = host.Services.GetRequiredService<MetricsUpkeep>();
        await upkeep.CountAsync(Records.Roster.Tenants[0], default);
        await upkeep.EndAsync(new(Records.Run, "acme"), WorkStatus.Completed, null, [], default);

        var metrics = (await host.GetAsync("/api/tenants/acme/metrics")).Json;
        Assert.Equal((24, 2, "completed"), (metrics.GetProperty("items").GetInt32(), metrics.GetProperty("symbols").GetInt32(), metrics.GetProperty("lastRun").GetProperty("status").GetString()));
        Assert.Equal(24, metrics.GetProperty("perHour").GetProperty("itemsLastDay").GetInt32());

        // Other tenants' are not touched by it, and its own are good for half a minute, whatever is counted meanwhile.
        await upkeep.EndAsync(new(Records.Run, "acme"), WorkStatus.Failed, "broken", [], default);
        Assert.Equal("completed", await StatusAsync());
        host.Time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal("failed", await StatusAsync());

        async Task<string?> StatusAsync() => (await host.GetAsync("/api/tenants/acme/metrics")).Json.GetProperty("lastRun").GetProperty("status").GetString();
    }
}
