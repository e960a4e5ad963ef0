using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Ingestion.Tables;
using Sentiment.Domain.Tests.Support;

namespace Sentiment.Domain.Tests.Ingestion;

/// <summary>Two runs at one table.</summary>
public class OverlapTests
{
    private static async Task<(IngestionHost Host, Gate Gate, string First)> HeldAsync()
    {
        var host = await RunTests.StartAsync();
        var gate = new Gate();
        host.Vendor.Before = (_, call, cancellationToken) => call == 2 ? gate.PassAsync(cancellationToken) : Task.CompletedTask;
        var first = await host.BeginAsync(IngestionHost.Roster(host.Tenant("acme", "AAPL")));
        await gate.ReachedAsync();
        host.Time.Advance(TimeSpan.FromSeconds(1));
        return (host, gate, first);
    }

    // Another file's run of the same tenant.
    private static Task<string> SecondAsync(IngestionHost host, OverlapPolicy overlap) =>
        host.BeginAsync(new([host.Tenant("acme", "AAPL")], "file-2"), overlap);

    [Fact]
    public async Task A_busy_table_is_left_out_under_skip()
    {
        var (host, gate, first) = await HeldAsync();
        await using var closing = host;
        var report = await host.EndAsync(await SecondAsync(host, OverlapPolicy.Skip));
        Assert.Equal((WorkStatus.Skipped, $"busy with {first}"), (report.Tenants[0].Tables[0].Status, report.Tenants[0].Tables[0].Reason));
        Assert.Equal(WorkStatus.Completed, report.Run.Status);
        Assert.Equal(2, host.Vendor.Calls.Count);

        gate.Open();
        Assert.Equal(WorkStatus.Completed, (await host.EndAsync(first)).Run.Status);
    }

    [Fact]
    public async Task A_busy_table_is_waited_for_under_queue_one()
    {
        var (host, gate, first) = await HeldAsync();
        await using var closing = host;
        var second = await SecondAsync(host, OverlapPolicy.QueueOne);
        for (var poll = 0; poll < 3; poll++)
        {
            Assert.Equal(TimeSpan.FromSeconds(5), await host.Time.NextTimerAsync());
            host.Time.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.Equal(2, host.Vendor.Calls.Count);
        gate.Open();
        Assert.Equal(WorkStatus.Completed, (await host.EndAsync(first)).Run.Status);
        var report = await host.EndAsync(second);
        Assert.Equal((WorkStatus.Completed, new Ledger(0, 2, 0, 0)), (report.Run.Status, report.Records));
    }

    [Fact]
    public async Task The_run_at_a_busy_table_is_cancelled_under_cancel()
    {
        var (host, gate, first) = await HeldAsync();
        await using var closing = host;
        var second = await SecondAsync(host, OverlapPolicy.Cancel);
        var report = await host.EndAsync(second);
        Assert.Equal((WorkStatus.Completed, new Ledger(1, 1, 0, 0)), (report.Run.Status, report.Records));

        var cancelled = await host.ReportAsync(first);
        Assert.Equal((WorkStatus.Failed, new Ledger(1, 0, 0, 0)), (cancelled.Run.Status, cancelled.Records));
        Assert.Equal($"cancelled by {second}", cancelled.Tenants[0].Tables[0].Reason);
        gate.Open();
        await host.AssertCleanAsync();
    }

    [Fact]
    public async Task A_claim_left_over_by_a_run_that_has_ended_is_taken_over()
    {
        await using var host = await RunTests.StartAsync();
        var roster = IngestionHost.Roster(host.Tenant("acme", "AAPL"));
        var first = await host.BeginAsync(roster);
        await host.EndAsync(first);
        await host.Get<TableStateStore>().TakeClaimAsync("acme", "wire/news", first, null, default);
        host.Time.Advance(TimeSpan.FromSeconds(1));
        var report = await host.EndAsync(await host.BeginAsync(roster));
        Assert.Equal(WorkStatus.Completed, report.Tenants[0].Tables[0].Status);
        Assert.Null(await host.Get<TableStateStore>().ClaimAsync("acme", "wire/news", default));
    }

    [Fact]
    public async Task Cancelling_twice_changes_nothing_and_an_unknown_run_is_none()
    {
        var (host, gate, first) = await HeldAsync();
        await using var closing = host;
        await host.Get<RunStarter>().CancelAsync(first, "not wanted", default);
        var rows = await host.RowsAsync();
        await host.Get<RunStarter>().CancelAsync(first, "not wanted again", default);
        Assert.Equal(rows, await host.RowsAsync());
        await Assert.ThrowsAsync<KeyNotFoundException>(() => host.Get<RunStarter>().CancelAsync("nothing", "x", default));
        gate.Open();
        await host.AssertCleanAsync();
    }
}
