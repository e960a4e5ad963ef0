using Microsoft.Extensions.DependencyInjection;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Backfills;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Ingestion.Spans;
using Sentiment.Domain.Ingestion.Tables;
using Sentiment.Domain.Quotas;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Tests.Support;
using Sentiment.Domain.Workflows;
using static Sentiment.Domain.Tests.Ingestion.Spans.CoverageMapTests;

namespace Sentiment.Domain.Tests.Ingestion.Backfills;

/// <summary>The holes of the map, fetched by a run of their own.</summary>
public class BackfillTests
{
    private static readonly DateTimeOffset Noon = IngestionHost.Start.AddDays(-1);
    private static readonly RunRequest Backfill = new([], [], null, null, Backfill: true);

    private static TenantRoster Acme(IngestionHost host) => IngestionHost.Roster(host.Tenant("acme", "S1", "S2", "S3", "S4"));

    // A run of which some symbols fail for good.
    private static async Task<IngestionHost> BrokenAsync(Func<string, bool> fails, SourceDescription? source = null, int bound = 100)
    {
        var host = await RunTests.StartAsync(source is null ? [] : [source]);
        host.Bounds = host.Bounds with { ChunkWindow = 1, BackfillChunks = bound };
        host.Vendor.Before = (request, _, _) => fails(request.Symbols[0]) ? throw new SourceException("404 from wire", false) : Task.CompletedTask;
        await host.EndAsync(await host.BeginAsync(Acme(host)));
        host.Vendor.Before = (_, _, _) => Task.CompletedTask;
        host.Vendor.Calls.Clear();
        host.Time.Advance(TimeSpan.FromMinutes(1));
        return host;
    }

    [Fact]
    public async Task It_fetches_the_holes_and_nothing_else_and_moves_no_watermark()
    {
        await using var host = await BrokenAsync(symbol => symbol is "S2" or "S3");
        var mark = await host.Get<TableStateStore>().WatermarkAsync("acme", "wire/news", default);
        var report = await host.EndAsync(await host.BeginAsync(Acme(host), request: Backfill));
        Assert.Equal((WorkStatus.Completed, new Tally(2, 2, 0), 4L, 0), (report.Run.Status, report.ChunkTally, report.Records.Accepted, report.Holes));
        Assert.Equal(CallPriority.Backfill, report.Run.Priority);
        Assert.All(host.Vendor.Calls, c => Assert.Equal((CallPriority.Backfill, IngestionHost.Start.AddDays(-7), IngestionHost.Start), (c.Priority, c.From, c.To)));
        Assert.Equal(["S2", "S3"], host.Vendor.Calls.Select(c => c.Symbols.Single()).Distinct().Order());
        Assert.Equal(["S1 -168..0 Covered", "S2 -168..0 Covered", "S3 -168..0 Covered", "S4 -168..0 Covered"], await LinesAsync(host));
        Assert.Equal(mark?.ETag, (await host.Get<TableStateStore>().WatermarkAsync("acme", "wire/news", default))?.ETag);

        // Nothing is left to do.
        host.Time.Advance(TimeSpan.FromMinutes(1));
        report = await host.EndAsync(await host.BeginAsync(Acme(host), request: Backfill));
        Assert.Equal((WorkStatus.Completed, new Tally(0, 0, 0)), (report.Run.Status, report.ChunkTally));
    }

    [Fact]
    public async Task A_hole_that_fails_again_stays_one_with_its_newest_reason()
    {
        await using var host = await BrokenAsync(symbol => symbol is "S2");
        host.Vendor.Before = (_, _, _) => throw new SourceStoppedException("401 from wire");
        var report = await host.EndAsync(await host.BeginAsync(Acme(host), request: Backfill));
        Assert.Equal((WorkStatus.Failed, 1), (report.Run.Status, report.Holes));
        Assert.Equal(["S2 -168..0 Failed Stopped: 401 from wire"], await LinesAsync(host, "S2"));
    }

    [Fact]
    public async Task Holes_come_newest_first_cut_into_days_and_no_more_than_the_bound_allows()
    {
        await using var host = await BrokenAsync(symbol => symbol is "S2", ScriptedVendor.Describe(axis: ChunkAxis.SymbolDays, daysPerChunk: 2), bound: 2);
        var report = await host.EndAsync(await host.BeginAsync(Acme(host), request: Backfill));
        Assert.Equal((new Tally(2, 2, 0), 2), (report.ChunkTally, report.Holes));
        Assert.Equal(
            [(IngestionHost.Start.AddDays(-2), IngestionHost.Start), (IngestionHost.Start.AddDays(-4), IngestionHost.Start.AddDays(-2))],
            host.Vendor.Calls.Select(c => (c.From, c.To)).Distinct());
        Assert.Equal(["S2 -168..-96 Failed Permanent: 404 from wire", "S2 -96..-48 Empty", "S2 -48..0 Covered"], await LinesAsync(host, "S2"));
    }

    [Fact]
    public async Task A_window_asks_for_what_nobody_asked_for_yet()
    {
        await using var host = await BrokenAsync(_ => false, ScriptedVendor.Describe(symbolsPerChunk: 3));
        var from = IngestionHost.Start.AddDays(-30);
        var report = await host.EndAsync(await host.BeginAsync(Acme(host), request: Backfill with { From = from, To = Noon }));
        Assert.Equal(new Tally(2, 2, 0), report.ChunkTally);
        Assert.All(host.Vendor.Calls, c => Assert.Equal((from, IngestionHost.Start.AddDays(-7)), (c.From, c.To)));
        Assert.Equal(["S1,S2,S3", "S4"], host.Vendor.Calls.Select(c => string.Join(',', c.Symbols)).Distinct().Order());
    }

    [Fact]
    public void Equal_spans_go_together_whatever_made_them_and_what_is_not_kept_is_not_asked_for()
    {
        CoverageSpan Hole(string symbol, int from, int to, SpanState state, CursorDate window = CursorDate.Published) =>
            new("wire/news", symbol, window, IngestionHost.Start.AddHours(from), IngestionHost.Start.AddHours(to), state);
        var plan = BackfillPlan.Of(
            [
                Hole("A", 0, 2, SpanState.Missing), Hole("A", 2, 4, SpanState.Failed), Hole("A", 4, 9, SpanState.Covered), Hole("B", 0, 4, SpanState.RateLimited),
                Hole("C", 0, 4, SpanState.Pending), Hole("D", -90, 4, SpanState.Missing), Hole("E", 0, 4, SpanState.Missing, CursorDate.Crawled), Hole("F", 6, 7, SpanState.Failed),
                Hole("G", 0, 4, SpanState.RateLimited) with { Until = IngestionHost.Start },
            ],
            ScriptedVendor.Describe(symbolsPerChunk: 2), IngestionHost.Start);
        Assert.Equal(
            ["F 6..7 Published", "A,B 0..4 Published", "D 0..4 Published", "E 0..4 Crawled"],
            plan.Select(h => $"{string.Join(',', h.Symbols)} {(h.From - IngestionHost.Start).TotalHours}..{(h.To - IngestionHost.Start).TotalHours} {h.Window}"));
    }

    [Fact]
    public async Task A_backfill_that_is_killed_resumes_where_its_checkpoints_stand()
    {
        await using var host = await BrokenAsync(symbol => symbol is "S2" or "S3" or "S4");
        var gate = new Gate();
        host.Vendor.Before = (_, call, cancellationToken) => call == 4 ? gate.PassAsync(cancellationToken) : Task.CompletedTask;
        var run = await host.BeginAsync(Acme(host), request: Backfill);
        await gate.ReachedAsync();
        Assert.Equal(2, (await LinesAsync(host)).Count(l => l.Contains("Pending", StringComparison.Ordinal)));
        await host.CloseAsync();

        host.Vendor.Before = (_, _, _) => Task.CompletedTask;
        await host.StartEngineAsync();
        Assert.Equal(run, await host.BeginAsync(Acme(host), request: Backfill));
        var report = await host.EndAsync(run);
        Assert.Equal((WorkStatus.Completed, new Tally(3, 3, 0), 6L), (report.Run.Status, report.ChunkTally, report.Records.Accepted));

        // Six pages, of which the one under way was asked for twice.
        Assert.Equal(7, host.Vendor.Calls.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_crash_at_any_write_of_a_backfill_loses_nothing_and_doubles_nothing(bool afterwards)
    {
        var writes = await CrashAsync(int.MaxValue, afterwards);
        Assert.InRange(writes, 15, 60);
        for (var write = 1; write <= writes; write++)
        {
            await CrashAsync(write, afterwards);
        }
    }

    // The activities of a table's backfill, one after the other, as an engine would call them.
    private static async Task<int> CrashAsync(int crashAt, bool afterwards)
    {
        await using var host = new IngestionHost();
        host.Vendor.Pages = request => [.. Enumerable.Range(1, 2).Select(page => request.Symbols.Select(s => new Told($"{s}-{page}", $"Headline {s} {page}", Noon.AddMinutes(page), [s])).ToList())];
        var failed = await host.PlanAsync("r1", "acme", ["S1"], ["S2"]);
        foreach (var chunk in failed)
        {
            await host.Get<ChunkFailure>().FailAsync(chunk, "503 from wire", FailureKind.Transient, default);
        }

        await CallAsync<FinishTable, TableEnd, WorkStatus>(host, new(new("r1", "acme", "wire/news"), null));
        await host.Get<RunStore>().SetStatusAsync("r1", WorkStatus.Failed, host.Time.GetUtcNow(), default);
        host.Time.Advance(TimeSpan.FromMinutes(1));
        var run = await host.Get<RunStarter>().PrepareAsync(Backfill, IngestionHost.Roster(host.Tenant("acme", "S1", "S2")), OverlapPolicy.Skip, default);
        var table = new TableId(run.Run.Id, "acme", "wire/news");
        var begun = host.Faults.Writes;
        if (crashAt != int.MaxValue)
        {
            (host.Faults.CrashAt, host.Faults.Afterwards) = (begun + crashAt, afterwards);
            await Assert.ThrowsAsync<CrashException>(() => WorkAsync(host, table));
            await host.CloseAsync();
        }

        Assert.Equal(WorkStatus.Completed, await WorkAsync(host, table));
        var writes = host.Faults.Writes - begun;
        await host.AssertCleanAsync();
        Assert.Equal(4, (await host.VerifyAsync()).Items);
        Assert.Equal((2, 2), ((await host.ReportAsync(run.Run.Id)).ChunkTally.Total, (await host.ReportAsync(run.Run.Id)).ChunkTally.Completed));
        Assert.Equal(["S1 -168..0 Covered", "S2 -168..0 Covered"], await LinesAsync(host));
        Assert.DoesNotContain(await host.RowsAsync("table|"), r => r.Contains(" claim ", StringComparison.Ordinal) || r.Contains(" backfill ", StringComparison.Ordinal));
        return writes;
    }

    private static async Task<WorkStatus> WorkAsync(IngestionHost host, TableId table)
    {
        if (await host.Get<RunStore>().TableAsync(table.Run, table.Tenant, table.Table, default) is { Status: WorkStatus.Completed })
        {
            return await CallAsync<FinishTable, TableEnd, WorkStatus>(host, new(table, null));
        }

        Assert.Equal(ClaimResult.Claimed, await CallAsync<ClaimTable, TableId, ClaimResult>(host, table));
        Assert.Equal(2, await CallAsync<PlanTable, TableId, int>(host, table));
        for (var number = 1; number <= 2; number++)
        {
            Assert.Equal(ChunkResult.Done, (await host.ProcessAsync(new(table.Run, table.Tenant, table.Table, number))).Result);
            await CallAsync<YieldTable, TableId, Nothing>(host, table);
            Assert.Equal(ClaimResult.Claimed, await CallAsync<ClaimTable, TableId, ClaimResult>(host, table));
        }

        return await CallAsync<FinishTable, TableEnd, WorkStatus>(host, new(table, null));
    }

    private static Task<TOutput> CallAsync<TActivity, TInput, TOutput>(IngestionHost host, TInput input)
        where TActivity : Activity<TInput, TOutput> =>
        ActivatorUtilities.CreateInstance<TActivity>(host.Services).RunAsync(new("test", typeof(TActivity).Name, 1), input, default);

    [Fact]
    public async Task A_scheduled_run_gets_the_table_after_the_chunks_under_way_and_the_backfill_goes_on_after_it()
    {
        await using var host = await BrokenAsync(_ => true);
        var gate = new Gate();
        host.Vendor.Before = (_, call, cancellationToken) => call == 1 ? gate.PassAsync(cancellationToken) : Task.CompletedTask;
        var backfill = await host.BeginAsync(Acme(host), request: Backfill);
        await gate.ReachedAsync();
        host.Time.Advance(TimeSpan.FromSeconds(1));
        var scheduled = await host.BeginAsync(Acme(host));
        Assert.Equal(TableWorkflow.BusyPoll, await host.Time.NextTimerAsync());
        Assert.Single(host.Vendor.Calls);

        // The clock goes on once the chunk under way is at its end: its time budget must not run out while it works.
        var drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Announced.Before = (chunk, page) =>
        {
            if (page == 2)
            {
                drained.TrySetResult();
            }

            return Task.CompletedTask;
        };
        gate.Open();
        await drained.Task.WaitAsync(TimeSpan.FromSeconds(60));

        // Both poll from now on; whoever is asked first, the run goes before the next chunk of the backfill.
        host.Time.Advance(TableWorkflow.BusyPoll);
        var report = await host.EndAsync(scheduled);
        Assert.Equal((WorkStatus.Completed, new Tally(4, 4, 0)), (report.Run.Status, report.ChunkTally));
        Assert.Equal(WorkStatus.Completed, (await host.EndAsync(backfill)).Run.Status);
        var order = host.Vendor.Calls.Select(c => c.Priority).ToList();
        Assert.All(order.Take(2), p => Assert.Equal(CallPriority.Backfill, p));
        Assert.All(order.Skip(2).Take(8), p => Assert.NotEqual(CallPriority.Backfill, p));
        Assert.All(order.Skip(10), p => Assert.Equal(CallPriority.Backfill, p));
    }

    [Fact]
    public async Task A_backfill_gives_the_table_away_while_its_vendor_wants_a_wait()
    {
        await using var host = await BrokenAsync(symbol => symbol is "S2");
        host.Vendor.Before = (_, call, _) => call == 1 ? throw new SourceWaitException("slow down", host.Time.GetUtcNow().AddMinutes(17)) : Task.CompletedTask;
        var run = await host.BeginAsync(Acme(host), request: Backfill);
        Assert.Equal(TimeSpan.FromMinutes(17), await host.Time.NextTimerAsync());
        Assert.Null(await host.Get<TableStateStore>().ClaimAsync("acme", "wire/news", default));
        Assert.Equal(["S2 -168..0 RateLimited: slow down"], await LinesAsync(host, "S2"));

        // Another backfill of other arguments leaves this one's chunks to it.
        var other = await host.BeginAsync(Acme(host), request: Backfill with { Tables = ["wire/news"] });
        Assert.Equal(TableWorkflow.BusyPoll, await host.Time.NextTimerAsync());
        host.Time.Advance(TimeSpan.FromMinutes(17));
        Assert.Equal(new Tally(1, 1, 0), (await host.EndAsync(run)).ChunkTally);
        Assert.Equal(new Tally(0, 0, 0), (await host.EndAsync(other)).ChunkTally);
    }

    [Fact]
    public async Task The_arguments_of_other_runs_hash_as_they_did()
    {
        var arguments = new RunArguments(["acme"], [], null, null, "file-1");
        Assert.Equal("7e5bff4eab385e7f0aa0e7b799d43b4d", RunStarter.HashOf(arguments));
        Assert.NotEqual(RunStarter.HashOf(arguments), RunStarter.HashOf(arguments with { Backfill = true }));
        await using var host = new IngestionHost();
        var refusal = await Assert.ThrowsAsync<RunRequestException>(() => host.BeginAsync(Acme(host), request: Backfill with { Replay = Domain.Ingestion.Replays.ReplayKind.Raw }));
        Assert.StartsWith("backfill: no 'replay'", refusal.Problems.Single(), StringComparison.Ordinal);
    }
}
