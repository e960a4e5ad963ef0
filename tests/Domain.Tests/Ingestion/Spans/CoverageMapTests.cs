using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Ingestion.Spans;
using Sentiment.Domain.Ingestion.Tables;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Tests.Support;

namespace Sentiment.Domain.Tests.Ingestion.Spans;

/// <summary>The map of a table's time after runs that went well and ill.</summary>
public class CoverageMapTests
{
    private static readonly DateTimeOffset Noon = IngestionHost.Start.AddDays(-1);

    private static TenantRoster Acme(IngestionHost host, params string[] symbols) => IngestionHost.Roster(host.Tenant("acme", symbols));

    /// <summary>The spans of a tenant, one line each: hours from the host's start.</summary>
    internal static async Task<IReadOnlyList<string>> LinesAsync(
        IngestionHost host, string? symbol = null, DateTimeOffset? from = null, DateTimeOffset? to = null)
    {
        var filter = new CoverageFilter("acme", null, symbol, from, to);
        var (spans, next) = await host.Get<CoverageList>().ReadAsync(filter, host.Bounds.HistoryDays, 1000, null, default);
        Assert.Null(next);
        return [.. spans.Select(s => $"{s.Symbol} {Hours(s.From)}..{Hours(s.To)} {s.State}{(s.Failure is { } kind ? $" {kind}" : "")}{(s.Reason is { } reason ? $": {reason}" : "")}")];
    }

    private static string Hours(DateTimeOffset time) => (time - IngestionHost.Start).TotalHours.ToString("0.##", System.Globalization.CultureInfo.InvariantCulture);

    [Fact]
    public async Task What_was_fetched_is_covered_or_empty_and_what_failed_is_a_hole_with_its_kind_and_reason()
    {
        await using var host = await RunTests.StartAsync();
        host.Bounds = host.Bounds with { ChunkWindow = 1, ChunkAttempts = 2 };
        host.Vendor.Pages = request => [[.. request.Symbols.Where(s => s != "NONE").Select(s => new Told(s, "Headline", Noon, [s]))]];
        host.Vendor.Before = (request, _, _) => request.Symbols[0] switch
        {
            "GONE" => throw new SourceException("404 from wire", false),
            "SLOW" => throw new SourceException("503 from wire", true),
            "SHUT" => throw new SourceStoppedException("401 from wire"),
            _ => Task.CompletedTask,
        };
        await host.EndAsync(await host.BeginAsync(Acme(host, "AAPL", "NONE", "GONE", "SLOW", "SHUT", "ZZZZ")));
        Assert.Equal(
            [
                "AAPL -168..0 Covered", "GONE -168..0 Failed Permanent: 404 from wire", "NONE -168..0 Empty", "SHUT -168..0 Failed Stopped: 401 from wire",
                "SLOW -168..0 Failed Transient: 503 from wire", "ZZZZ -168..0 Failed Stopped: 401 from wire",
            ],
            await LinesAsync(host));

        // A window of the map goes without saying nothing: before the table's history nobody asked.
        Assert.Equal(["AAPL -200..-168 Missing", "AAPL -168..-100 Covered"], await LinesAsync(host, "AAPL", IngestionHost.Start.AddHours(-200), IngestionHost.Start.AddHours(-100)));
    }

    [Fact]
    public async Task A_later_success_closes_a_hole_and_a_later_failure_opens_none()
    {
        await using var host = await RunTests.StartAsync();
        var fails = true;
        host.Vendor.Before = (_, _, _) => fails ? throw new SourceException("404 from wire", false) : Task.CompletedTask;
        await host.EndAsync(await host.BeginAsync(Acme(host, "AAPL")));
        Assert.Equal(["AAPL -168..0 Failed Permanent: 404 from wire"], await LinesAsync(host));

        fails = false;
        host.Time.Advance(TimeSpan.FromHours(1));
        await host.EndAsync(await host.BeginAsync(Acme(host, "AAPL")));
        Assert.Equal(["AAPL -168..-167 Failed Permanent: 404 from wire", "AAPL -167..1 Covered"], await LinesAsync(host));

        fails = true;
        host.Time.Advance(TimeSpan.FromHours(1));
        await host.EndAsync(await host.BeginAsync(Acme(host, "AAPL")));
        Assert.Equal(
            ["AAPL -168..-167 Failed Permanent: 404 from wire", "AAPL -167..1 Covered", "AAPL 1..2 Failed Permanent: 404 from wire"], await LinesAsync(host));
    }

    [Fact]
    public async Task A_table_that_cannot_be_planned_is_a_hole_over_its_whole_window()
    {
        await using var host = await RunTests.StartAsync();
        host.Faults.Before = (name, writes) => name.StartsWith("run|", StringComparison.Ordinal) && writes.Any(w => w.Key.StartsWith("c|", StringComparison.Ordinal)
            && w.Data.Span.IndexOf("\"status\":\"Pending\""u8) >= 0) && Plans++ < 6 ? throw new IOException("the disk is full") : Task.CompletedTask;
        var report = await host.EndAsync(await host.BeginAsync(Acme(host, "AAPL", "MSFT")));
        Assert.Equal((WorkStatus.Failed, new Tally(2, 0, 2), 2), (report.Run.Status, report.ChunkTally, report.Holes));
        Assert.Equal(["AAPL -168..0 Failed Stopped: the disk is full", "MSFT -168..0 Failed Stopped: the disk is full"], await LinesAsync(host));
    }

    private int Plans { get; set; }

    [Fact]
    public async Task What_waits_for_its_vendor_is_rate_limited_while_it_waits_and_after_its_run_was_cancelled()
    {
        await using var host = await RunTests.StartAsync();
        host.Bounds = host.Bounds with { ChunkWindow = 1 };
        host.Vendor.Before = (request, _, _) => request.Symbols[0] == "AAPL" ? throw new SourceWaitException("slow down", IngestionHost.Start.AddMinutes(14)) : Task.CompletedTask;
        var run = await host.BeginAsync(Acme(host, "AAPL", "MSFT"));
        Assert.Equal(TimeSpan.FromMinutes(14), await host.Time.NextTimerAsync());
        Assert.Equal(["AAPL -168..0 RateLimited: slow down", "MSFT -168..0 Pending"], await LinesAsync(host));

        await host.Get<RunStarter>().CancelAsync(run, "enough", default);
        Assert.Equal(["AAPL -168..0 RateLimited Cancelled: slow down (enough)", "MSFT -168..0 Failed Cancelled: enough"], await LinesAsync(host));
        await host.AssertCleanAsync();
    }

    [Fact]
    public async Task A_symbol_watched_again_after_a_pause_is_missing_in_between()
    {
        await using var host = await RunTests.StartAsync();
        await host.EndAsync(await host.BeginAsync(Acme(host, "AAPL", "MSFT")));
        host.Time.Advance(TimeSpan.FromHours(240));
        await host.EndAsync(await host.BeginAsync(Acme(host, "MSFT")));
        host.Time.Advance(TimeSpan.FromHours(1));
        await host.EndAsync(await host.BeginAsync(Acme(host, "AAPL", "MSFT")));
        Assert.Equal(["AAPL -168..0 Covered", "AAPL 0..73 Missing", "AAPL 73..241 Empty"], await LinesAsync(host, "AAPL"));
    }

    [Fact]
    public async Task An_answer_covers_time_only_up_to_when_it_was_asked_for()
    {
        await using var host = await RunTests.StartAsync();
        await host.EndAsync(await host.BeginAsync(Acme(host, "AAPL"), request: new([], [], Noon, IngestionHost.Start.AddHours(9))));
        Assert.Contains("AAPL -24..0 Covered", await LinesAsync(host));
        host.Time.Advance(TimeSpan.FromHours(12));
        Assert.Equal(["AAPL -24..0 Covered", "AAPL 0..9 Missing"], await LinesAsync(host, from: Noon, to: IngestionHost.Start.AddHours(9)));
    }

    [Fact]
    public async Task It_is_listed_page_by_page_each_span_once()
    {
        await using var host = await RunTests.StartAsync(ScriptedVendor.Describe("wire/news", "wire"), ScriptedVendor.Describe("post/news", "post", ChunkAxis.SymbolDays));
        host.Vendors[1].Before = (_, call, _) => call % 3 == 0 ? throw new SourceException($"404 from post in call {call}", false) : Task.CompletedTask;
        host.Bounds = host.Bounds with { ChunkWindow = 1 };
        await host.EndAsync(await host.BeginAsync(Acme(host, "AAPL", "MSFT")));
        var list = host.Get<CoverageList>();
        var filter = new CoverageFilter("acme", null, null, null, null);
        var (all, _) = await list.ReadAsync(filter, 7, 1000, null, default);
        Assert.InRange(all.Count, 8, 30);
        var paged = new List<CoverageSpan>();
        string? next = null;
        do
        {
            (var page, next) = await list.ReadAsync(filter, 7, 3, next, default);
            Assert.InRange(page.Count, 1, 3);
            paged.AddRange(page);
        }
        while (next is not null);
        Assert.Equal(all, paged);
        Assert.Equal(["post/news", "wire/news"], all.Select(s => s.Table).Distinct());
        await Assert.ThrowsAsync<ArgumentException>(() => list.ReadAsync(filter, 7, 3, "nonsense", default));
        await Assert.ThrowsAsync<KeyNotFoundException>(() => list.ReadAsync(filter with { Tenant = "nobody" }, 7, 3, null, default));
    }

    [Fact]
    public async Task Rows_of_before_failures_were_recorded_are_successes()
    {
        await using var host = await RunTests.StartAsync();
        await host.EndAsync(await host.BeginAsync(Acme(host, "AAPL")));
        var old = """{"symbols":["AAPL"],"from":"2030-01-01T12:00:00+00:00","to":"2030-01-03T12:00:00+00:00","window":"Published","chunk":"r0|acme|wire~2fnews|000001"}""";
        await host.Tables.WriteAsync("table|acme|wire~2fnews", [TableWrite.Upsert($"c|{IngestionHost.Start.AddDays(-9).UtcTicks:D19}|r0|acme|wire~2fnews|000001", 1, System.Text.Encoding.UTF8.GetBytes(old))], default);
        Assert.Equal(["AAPL -216..0 Covered"], await LinesAsync(host));
        await host.AssertCleanAsync();
    }

    [Fact]
    public async Task A_window_reads_what_reaches_into_it_however_long_it_is_and_little_else()
    {
        await using var host = await RunTests.StartAsync();
        var old = """{"symbols":["AAPL"],"from":"2029-01-01T12:00:00+00:00","to":"2030-01-10T12:00:00+00:00","window":"Published","chunk":"r0|acme|wire~2fnews|000001"}""";
        await host.Tables.WriteAsync("table|acme|wire~2fnews", [TableWrite.Upsert($"c|{IngestionHost.Start.AddDays(-374).UtcTicks:D19}|r0|acme|wire~2fnews|000001", 1, System.Text.Encoding.UTF8.GetBytes(old))], default);
        await host.EndAsync(await host.BeginAsync(Acme(host, "AAPL")));
        Assert.Equal(["AAPL -336..-312 Covered"], await LinesAsync(host, from: IngestionHost.Start.AddDays(-14), to: IngestionHost.Start.AddDays(-13)));

        // A table whose longest span is a week: what starts earlier than that before a window is not read.
        await host.Tables.WriteAsync("table|beta|wire~2fnews", [TableWrite.Upsert("longest", 1, "{\"span\":\"7.00:00:00\"}"u8.ToArray())], default);
        foreach (var day in (int[])[1, 8, 9])
        {
            await host.Tables.WriteAsync("table|beta|wire~2fnews", [TableWrite.Upsert($"c|{IngestionHost.Start.AddDays(-day).UtcTicks:D19}|x", 1, System.Text.Encoding.UTF8.GetBytes(old))], default);
        }

        Assert.Equal(2, await TableStateStore.CoverageAsync(host.Tables, "beta", "wire/news", IngestionHost.Start.AddDays(-1), null, default).CountAsync());
    }

    [Fact]
    public async Task A_run_that_is_removed_takes_what_it_recorded_with_it_failures_too()
    {
        await using var host = await RunTests.StartAsync();
        host.Vendor.Before = (request, _, _) => request.Symbols[0] == "BAD" ? throw new SourceException("404 from wire", false) : Task.CompletedTask;
        await host.EndAsync(await host.BeginAsync(Acme(host, "AAPL", "BAD")));
        Assert.Equal(2, (await host.RowsAsync("table|")).Count(r => r.Contains(" c|", StringComparison.Ordinal)));
        host.Time.Advance(TimeSpan.FromDays(200));
        await host.RetainAsync();
        Assert.DoesNotContain(await host.RowsAsync("table|"), r => r.Contains(" c|", StringComparison.Ordinal));
        await host.AssertCleanAsync();
    }
}
