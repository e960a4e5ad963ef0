using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Tests.Support;

namespace Sentiment.Domain.Tests.Ingestion;

/// <summary>A tick of the schedule while the last run is, or is not, under way.</summary>
public class ScheduledRunsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    private static ScheduledRuns Schedule(IngestionHost host, OverlapPolicy overlap) => new(
        host.Get<RunStarter>(), new FixedTenants(IngestionHost.Roster(host.Tenant("acme", "AAPL"))),
        Options.Create(new ScheduleOptions { Overlap = overlap }), host.Time, NullLogger<ScheduledRuns>.Instance);

    private static async Task<IReadOnlyList<RunRow>> RunsAsync(IngestionHost host) =>
        [.. (await RunStore.ListAsync(host.Tables, null, 10, null, default)).Select(r => r.Run)];

    /// <summary>A run of a tick that waits at the vendor.</summary>
    private static async Task<(IngestionHost Host, Gate Gate, string First)> HeldAsync(OverlapPolicy overlap)
    {
        var host = await RunTests.StartAsync();
        var gate = new Gate();
        host.Vendor.Before = (_, call, cancellationToken) => call == 1 ? gate.PassAsync(cancellationToken) : Task.CompletedTask;
        await Schedule(host, overlap).TickAsync(Patience, default);
        await gate.ReachedAsync();
        host.Time.Advance(TimeSpan.FromSeconds(1));
        return (host, gate, Assert.Single(await RunsAsync(host)).Id);
    }

    [Fact]
    public async Task A_tick_is_skipped_while_the_last_run_is_under_way()
    {
        var (host, gate, first) = await HeldAsync(OverlapPolicy.Skip);
        await using var closing = host;
        await Schedule(host, OverlapPolicy.Skip).TickAsync(Patience, default);
        Assert.Equal(first, Assert.Single(await RunsAsync(host)).Id);

        gate.Open();
        await host.EndAsync(first);
        await Schedule(host, OverlapPolicy.Skip).TickAsync(Patience, default);
        Assert.Equal(2, (await RunsAsync(host)).Count);
    }

    [Fact]
    public async Task A_queued_tick_runs_after_the_last_run()
    {
        var (host, gate, first) = await HeldAsync(OverlapPolicy.QueueOne);
        await using var closing = host;
        var tick = Schedule(host, OverlapPolicy.QueueOne).TickAsync(Patience, default);
        Assert.False(tick.IsCompleted);
        gate.Open();
        await host.EndAsync(first);
        await tick;
        Assert.Equal(2, (await RunsAsync(host)).Count);
    }

    [Fact]
    public async Task A_queued_tick_that_has_waited_long_enough_is_left_to_the_next()
    {
        var (host, gate, first) = await HeldAsync(OverlapPolicy.QueueOne);
        await using var closing = host;
        var tick = Schedule(host, OverlapPolicy.QueueOne).TickAsync(Patience, default);
        host.Time.Advance(Patience);
        await tick;
        Assert.Equal(first, Assert.Single(await RunsAsync(host)).Id);
        gate.Open();
    }

    [Fact]
    public async Task A_tick_cancels_the_last_run_where_it_is_told_to()
    {
        var (host, gate, first) = await HeldAsync(OverlapPolicy.Cancel);
        await using var closing = host;
        await Schedule(host, OverlapPolicy.Cancel).TickAsync(Patience, default);
        var runs = await RunsAsync(host);
        Assert.Equal(2, runs.Count);
        Assert.Equal(WorkStatus.Failed, runs.Single(r => r.Id == first).Status);
        gate.Open();
    }

    [Theory]
    [InlineData(null, OverlapPolicy.Skip)]
    [InlineData("queue-one", OverlapPolicy.QueueOne)]
    [InlineData("Cancel", OverlapPolicy.Cancel)]
    public void The_policy_is_read_by_its_name(string? text, OverlapPolicy expected) => Assert.Equal(expected, ScheduleOptions.Read(null, text).Overlap);

    [Fact]
    public void A_policy_that_does_not_exist_is_named_with_its_key() => Assert.Equal(
        "Schedule:Overlap: 'often' is none of skip, queue-one, cancel", Assert.Throws<ArgumentException>(() => ScheduleOptions.Read(null, "often")).Message);
}
