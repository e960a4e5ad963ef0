using System.Text.Json;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Live;
using Sentiment.Domain.Tests.Support;

namespace Sentiment.Domain.Tests.Live;

public class LiveRunsTests
{
    [Fact]
    public async Task The_newest_five_runs_of_a_tenant_are_told_and_the_newest_ones_chunks()
    {
        await using var host = new LiveHost();
        for (var number = 1; number <= 7; number++)
        {
            await host.PlanAsync($"r{number}", ["AAPL"], ["MSFT"]);
            await host.Ingestion.PlanAsync($"x{number}", "bolt", ["AAPL"]);
            host.Ingestion.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(["r7", "r6", "r5", "r4", "r3", "r7|wire/news|1", "r7|wire/news|2"], (await EntriesAsync(host)).Select(e => e.Key));
    }

    [Fact]
    public async Task What_is_told_of_a_run_is_what_its_report_says()
    {
        await using var host = new LiveHost();
        host.Ingestion.Vendor.Pages = request => [[new Told($"{request.Symbols[0]}-1", "text", LiveHost.Now.AddMinutes(-1), request.Symbols)]];
        await host.Ingestion.StartEngineAsync();
        var run = await host.Ingestion.BeginAsync(IngestionHost.Roster(host.Ingestion.Tenant("acme", "AAPL", "MSFT")));
        var report = await host.Ingestion.EndAsync(run);
        var entries = (await EntriesAsync(host)).ToDictionary(e => e.Key, e => e.Entry);
        var table = report.Tenants.Single().Tables.Single();
        Assert.Equal(
            [Json(table.Status), Json(table.Reason), Json(table.Chunks), Json(table.Records)],
            Fields(entries[$"{run}|wire/news"], "status", "reason", "chunks", "records"));
        Assert.Equal([Json(WorkStatus.Completed), Json(report.Records), "1"], Fields(entries[run], "status", "records", "percent"));
        Assert.Equal(2, entries.Keys.Count(k => k.StartsWith($"{run}|wire/news|", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Runs_that_have_ended_are_read_once()
    {
        await using var host = new LiveHost();
        await host.PlanAsync("r1", ["AAPL"]);
        host.Ingestion.Time.Advance(TimeSpan.FromSeconds(1));
        await host.PlanAsync("r2", ["AAPL"]);
        foreach (var run in (string[])["r1", "r2"])
        {
            await host.Ingestion.Get<RunStore>().SetStatusAsync(run, WorkStatus.Completed, host.Ingestion.Time.GetUtcNow(), default);
        }

        var reads = new CountedReads(host.Ingestion.Tables);
        var runs = new LiveRuns(reads, new PlainDocuments());
        var first = await runs.AllAsync("acme", default);
        var before = reads.Count;
        Assert.Equal(first.Select(e => e.Key), (await runs.AllAsync("acme", default)).Select(e => e.Key));
        Assert.Equal(2, reads.Count - before);

        // Tried again, it is another attempt.
        var stored = (await host.Ingestion.Get<RunStore>().GetAsync("r2", default))!;
        Assert.NotNull(await host.Ingestion.Get<RunStore>().TryReopenAsync(stored, "hash-r2", default));
        before = reads.Count;
        await runs.AllAsync("acme", default);
        Assert.True(reads.Count - before > 2);
    }

    private static string Json<T>(T value) => JsonSerializer.Serialize(value, JsonSerializerOptions.Web);

    private static IReadOnlyList<string> Fields(JsonElement entry, params string[] names) => [.. names.Select(n => entry.GetProperty(n).GetRawText())];

    private static async Task<List<(string Key, JsonElement Entry)>> EntriesAsync(LiveHost host) =>
        [.. (await host.SnapshotAsync("acme.runs")).GetProperty("entries").EnumerateArray().Select(e => (e.GetProperty("key").GetString()!, e))];
}
