using Microsoft.Extensions.DependencyInjection;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Ingestion.Tables;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Tests.Support;
using Sentiment.Domain.Workflows;

namespace Sentiment.Domain.Tests.Ingestion;

/// <summary>Runs on the embedded engine.</summary>
public class RunTests
{
    private static readonly DateTimeOffset Noon = IngestionHost.Start.AddDays(-1);

    internal static async Task<IngestionHost> StartAsync(params SourceDescription[] sources)
    {
        var host = new IngestionHost(sources);
        foreach (var vendor in host.Vendors)
        {
            vendor.Pages = request => [.. Enumerable.Range(1, 2).Select(page => request.Symbols
                .Select(s => new Told($"{s}-{page}", $"Headline {s} {page}", Noon.AddMinutes(page), [s])).ToList())];
        }

        await host.StartEngineAsync();
        return host;
    }

    private static SourceDescription[] TwoVendors => [ScriptedVendor.Describe("wire/news", "wire"), ScriptedVendor.Describe("post/news", "post", ChunkAxis.SymbolDays, daysPerChunk: 4)];

    [Fact]
    public async Task What_begins_late_of_a_cancelled_run_begins_nothing()
    {
        await using var host = await StartAsync();
        var roster = IngestionHost.Roster(host.Tenant("acme", "AAPL"));
        var run = (await host.Get<RunStarter>().PrepareAsync(RunRequest.Everything, roster, OverlapPolicy.Skip, default)).Run.Id;
        await host.Get<RunStarter>().CancelAsync(run, "enough", default);
        var before = await host.RowsAsync();
        var (tenant, table) = (new TenantId(run, "acme"), new TableId(run, "acme", "wire/news"));
        foreach (var begin in new Func<Task>[]
        {
            () => ActivatorUtilities.CreateInstance<BeginTenant>(host.Services).RunAsync(new("late", "", 1), new(tenant, null), default),
            () => ActivatorUtilities.CreateInstance<ClaimTable>(host.Services).RunAsync(new("late", "", 1), table, default),
        })
        {
            Assert.Contains("has ended", (await Assert.ThrowsAsync<NonRetryableException>(begin)).Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, await host.RowsAsync());
    }

    [Fact]
    public async Task A_run_over_several_tenants_and_tables_completes_and_says_so()
    {
        await using var host = await StartAsync(TwoVendors);
        var run = await host.BeginAsync(IngestionHost.Roster(host.Tenant("acme", "AAPL", "MSFT"), host.Tenant("beta", "TSLA")));
        var report = await host.EndAsync(run);

        Assert.Equal((WorkStatus.Completed, IngestionHost.Start), (report.Run.Status, report.Run.EndedAt));
        Assert.Equal(new Tally(2, 2, 0), report.TenantTally);
        Assert.Equal(new Tally(9, 9, 0), report.ChunkTally);
        Assert.Equal(new Ledger(12, 0, 0, 6), report.Records);
        Assert.Equal(1, report.Fraction);
        Assert.All(report.Tenants.SelectMany(t => t.Tables), t => Assert.Equal(WorkStatus.Completed, t.Status));
        foreach (var table in new[] { "wire/news", "post/news" })
        {
            Assert.Null(await host.Get<TableStateStore>().ClaimAsync("acme", table, default));
            Assert.Equal(IngestionHost.Start, (await host.Get<TableStateStore>().WatermarkAsync("acme", table, default))!.Row.At);
        }
    }

    [Fact]
    public async Task The_next_run_reads_what_is_new_and_an_explicit_one_moves_no_watermark()
    {
        await using var host = await StartAsync();
        var roster = IngestionHost.Roster(host.Tenant("acme", "AAPL"));
        await host.EndAsync(await host.BeginAsync(roster));
        host.Time.Advance(TimeSpan.FromMinutes(5));
        var second = await host.EndAsync(await host.BeginAsync(roster));
        Assert.Equal(new Ledger(0, 2, 0, 0), second.Records);
        Assert.Equal(IngestionHost.Start.AddHours(-72), host.Vendor.Calls.Last().From);

        var mark = (await host.Get<TableStateStore>().WatermarkAsync("acme", "wire/news", default))!.Row.At;
        Assert.Equal(IngestionHost.Start.AddMinutes(5), mark);
        host.Time.Advance(TimeSpan.FromMinutes(5));
        await host.EndAsync(await host.BeginAsync(roster, request: new([], [], Noon, null)));
        Assert.Equal(mark, (await host.Get<TableStateStore>().WatermarkAsync("acme", "wire/news", default))!.Row.At);
    }

    [Fact]
    public async Task A_failing_tenant_leaves_its_siblings_alone()
    {
        await using var host = await StartAsync();
        host.Vendor.Before = (request, _, _) => request.Symbols[0] == "BAD" ? throw new SourceException("404 from wire", false) : Task.CompletedTask;
        var report = await host.EndAsync(await host.BeginAsync(IngestionHost.Roster(host.Tenant("acme", "AAPL"), host.Tenant("bad", "BAD"), host.Tenant("zeta", "TSLA"))));
        Assert.Equal(WorkStatus.Partial, report.Run.Status);
        Assert.Equal([WorkStatus.Completed, WorkStatus.Failed, WorkStatus.Completed], report.Tenants.Select(t => t.Status));
        Assert.Equal("404 from wire", report.Tenants[1].Reason);
        Assert.Equal(new Tally(3, 2, 1), report.ChunkTally);
    }

    [Fact]
    public async Task A_run_of_which_no_table_completed_has_failed()
    {
        await using var host = await StartAsync();
        host.Vendor.Before = (_, _, _) => throw new SourceException("503 from wire", true);
        var report = await host.EndAsync(await host.BeginAsync(IngestionHost.Roster(host.Tenant("acme", "AAPL"), host.Tenant("beta", "TSLA"))));
        Assert.Equal(WorkStatus.Failed, report.Run.Status);
        Assert.Equal(new Tally(2, 0, 2), report.TenantTally);
        Assert.Equal(2 * host.Bounds.ChunkAttempts, host.Vendor.Calls.Count);
        Assert.Null(await host.Get<TableStateStore>().WatermarkAsync("acme", "wire/news", default));
    }

    [Fact]
    public async Task A_transient_failure_is_tried_again_from_the_checkpoint()
    {
        await using var host = await StartAsync();
        host.Vendor.Before = (_, call, _) => call is 2 or 3 ? throw new SourceException("503 from wire", true) : Task.CompletedTask;
        var report = await host.EndAsync(await host.BeginAsync(IngestionHost.Roster(host.Tenant("acme", "AAPL"))));
        Assert.Equal((WorkStatus.Completed, 2L), (report.Run.Status, report.Records.Accepted));
        Assert.Equal([null, "1", "1", "1"], host.Vendor.Calls.Select(c => c.Cursor));
    }

    [Fact]
    public async Task A_stopped_table_fails_its_remaining_chunks_with_the_reason()
    {
        await using var host = await StartAsync();
        host.Bounds = host.Bounds with { ChunkWindow = 1 };
        host.Vendor.Before = (request, _, _) => request.Symbols[0] == "S2" ? throw new SourceStoppedException("401 from wire") : Task.CompletedTask;
        var report = await host.EndAsync(await host.BeginAsync(IngestionHost.Roster(host.Tenant("acme", "S1", "S2", "S3", "S4"))));
        var table = report.Tenants.Single().Tables.Single();
        Assert.Equal((WorkStatus.Failed, "401 from wire", new Tally(4, 1, 3)), (table.Status, table.Reason, table.Chunks));
        Assert.Equal(WorkStatus.Failed, report.Run.Status);
        Assert.Equal(3, host.Vendor.Calls.Count);
    }

    [Fact]
    public async Task A_credential_that_leads_nowhere_fails_that_vendors_tables_alone()
    {
        await using var host = await StartAsync(TwoVendors);
        host.Secrets.Missing.Add("env:acme-post");
        var report = await host.EndAsync(await host.BeginAsync(IngestionHost.Roster(host.Tenant("acme", "AAPL"))));
        Assert.Equal(
            [("post/news", WorkStatus.Failed, "The environment has no 'env:acme-post'."), ("wire/news", WorkStatus.Completed, null)],
            report.Tenants.Single().Tables.Select(t => (t.Table, t.Status, t.Reason)));
        Assert.Equal(WorkStatus.Partial, report.Run.Status);
        Assert.Empty(host.Vendors[1].Calls);
    }

    [Fact]
    public async Task A_wait_the_vendor_wants_is_a_durable_timer()
    {
        await using var host = await StartAsync();
        host.Vendor.Before = (_, call, _) => call == 2 ? throw new SourceWaitException("slow down", IngestionHost.Start.AddMinutes(14)) : Task.CompletedTask;
        var run = await host.BeginAsync(IngestionHost.Roster(host.Tenant("acme", "AAPL")));
        Assert.Equal(TimeSpan.FromMinutes(14), await host.Time.NextTimerAsync());
        Assert.Equal(2, host.Vendor.Calls.Count);
        Assert.Null((await host.ReportAsync(run)).Run.EndedAt);

        await host.CloseAsync();
        await host.StartEngineAsync();
        Assert.Equal(TimeSpan.FromMinutes(14), await host.Time.NextTimerAsync());
        host.Time.Advance(TimeSpan.FromMinutes(14));
        var report = await host.EndAsync(run);
        Assert.Equal((WorkStatus.Completed, 2L, IngestionHost.Start.AddMinutes(14)), (report.Run.Status, report.Records.Accepted, report.Run.EndedAt));
        Assert.Equal(3, host.Vendor.Calls.Count);
    }

    [Fact]
    public async Task What_the_vendor_permits_too_late_is_left_and_the_next_run_begins_with_it()
    {
        await using var host = await StartAsync();
        host.Vendor.Before = (request, _, _) => request.Symbols[0] == "AAPL" ? throw new SourceWaitException("25 calls a day", IngestionHost.Start.AddDays(1)) : Task.CompletedTask;
        var roster = IngestionHost.Roster(host.Tenant("acme", "AAPL", "MSFT"));
        var report = await host.EndAsync(await host.BeginAsync(roster));
        Assert.Equal((WorkStatus.Completed, new Tally(2, 1, 0, 1)), (report.Run.Status, report.ChunkTally));
        Assert.Equal(new CallTally(2, 2, 1, IngestionHost.Start.AddDays(1)), report.Calls with { Made = 2 });
        var findings = await host.VerifyAsync();
        Assert.Equal(0, findings.ProblemCount);

        host.Vendor.Before = (_, _, _) => Task.CompletedTask;
        host.Vendor.Calls.Clear();
        host.Time.Advance(TimeSpan.FromDays(1));
        report = await host.EndAsync(await host.BeginAsync(roster));
        Assert.Equal(new Tally(2, 2, 0), report.ChunkTally);
        Assert.Equal((await host.Get<Sentiment.Domain.Ingestion.Chunks.ChunkStore>().GetAsync(new(report.Run.Id, "acme", "wire/news", 1), default))!.Row.Symbols, ["AAPL"]);
    }

    [Fact]
    public async Task Whoever_comes_back_for_a_permit_that_is_gone_waits_a_minute_longer_than_a_newcomer()
    {
        await using var host = await StartAsync();
        host.Bounds = host.Bounds with { ChunkWindow = 1 };
        var late = IngestionHost.Start.AddMinutes(15.5);
        host.Vendor.Before = (request, call, _) =>
            call == 1 ? throw new SourceWaitException("slow down", IngestionHost.Start.AddMinutes(14))
            : call == 2 || request.Symbols[0] == "MSFT" ? throw new SourceWaitException("slow down", late)
            : Task.CompletedTask;
        var run = await host.BeginAsync(IngestionHost.Roster(host.Tenant("acme", "AAPL", "MSFT")));
        Assert.Equal(TimeSpan.FromMinutes(14), await host.Time.NextTimerAsync());
        host.Time.Advance(TimeSpan.FromMinutes(14));
        Assert.Equal(TimeSpan.FromMinutes(1.5), await host.Time.NextTimerAsync());
        host.Time.Advance(TimeSpan.FromMinutes(1.5));
        var report = await host.EndAsync(run);
        Assert.Equal((WorkStatus.Completed, new Tally(2, 1, 0, 1), late), (report.Run.Status, report.ChunkTally, report.Calls.DeferredUntil));
    }

    [Fact]
    public async Task A_vendor_that_fails_for_longer_than_a_run_waits_is_a_failure()
    {
        await using var host = await StartAsync();
        host.Vendor.Before = (_, _, _) => throw new SourceWaitException("wire has been failing", IngestionHost.Start.AddHours(1)) { IsFailing = true };
        var report = await host.EndAsync(await host.BeginAsync(IngestionHost.Roster(host.Tenant("acme", "AAPL"))));
        Assert.Equal((WorkStatus.Failed, new Tally(1, 0, 1), "wire has been failing"), (report.Run.Status, report.ChunkTally, report.Tenants[0].Reason));
    }

    [Fact]
    public async Task A_table_of_more_than_a_hundred_chunks_carries_on_as_new()
    {
        await using var host = await StartAsync();
        host.Vendor.Before = (request, call, _) => call == 3 ? throw new SourceException("503 from wire", true) : Task.CompletedTask;
        var report = await host.EndAsync(await host.BeginAsync(IngestionHost.Roster(host.Tenant("acme", [.. Enumerable.Range(0, 207).Select(i => $"S{i}")]))));
        Assert.Equal((WorkStatus.Completed, new Tally(207, 207, 0)), (report.Run.Status, report.ChunkTally));
        Assert.Equal(414, report.Records.Accepted);
    }

    [Fact]
    public async Task A_run_of_more_than_a_hundred_tenants_carries_on_as_new()
    {
        await using var host = await StartAsync();
        var report = await host.EndAsync(await host.BeginAsync(IngestionHost.Roster([.. Enumerable.Range(0, 103).Select(i => host.Tenant($"t{i}", "AAPL"))])));
        Assert.Equal((WorkStatus.Completed, new Tally(103, 103, 0)), (report.Run.Status, report.TenantTally));
    }

    [Fact]
    public async Task A_chunk_that_hands_back_often_is_taken_over_by_the_next_generation()
    {
        await using var host = await StartAsync();
        host.Vendor.Pages = _ => [.. Enumerable.Range(0, 25).Select(page => (IReadOnlyList<Told>)[new($"n{page}", $"Headline {page}", Noon, ["AAPL"])])];
        host.Vendor.Before = (_, _, _) =>
        {
            host.Time.Advance(TimeSpan.FromSeconds(host.Bounds.ChunkSeconds));
            return Task.CompletedTask;
        };
        var report = await host.EndAsync(await host.BeginAsync(IngestionHost.Roster(host.Tenant("acme", "AAPL"))));
        Assert.Equal((WorkStatus.Completed, 25L), (report.Run.Status, report.Records.Accepted));
        Assert.Equal(25, host.Vendor.Calls.Count);
    }
}
