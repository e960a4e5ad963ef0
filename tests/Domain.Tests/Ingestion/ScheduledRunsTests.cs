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

    private static ScheduledRuns Schedule(IngestionHost host, OverlapPolicy overlap, params Tenant[] tenants) => Schedule(host, overlap, [], tenants);

    private static ScheduledRuns Schedule(IngestionHost host, OverlapPolicy overlap, IScheduleListener[] listeners, Tenant[] tenants) => new(
        host.Get<RunStarter>(), new FixedTenants(IngestionHost.Roster(tenants.Length == 0 ? [host.Tenant("acme", "AAPL")] : tenants)), new(host.Tables), listeners,
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

    [Fact]
    public async Task A_tenant_with_a_schedule_of_its_own_takes_part_when_it_was_due_since_it_last_did_and_a_disabled_one_never()
    {
        await using var host = await RunTests.StartAsync();
        Tenant[] tenants = [host.Tenant("acme", "AAPL"), host.Tenant("bolt", "AAPL") with { Schedule = "0 0 * * * *" }, host.Tenant("cog", "AAPL") with { IsDisabled = true }];
        var took = new List<string>();
        foreach (var minutes in (int[])[0, 5, 55, 5, 180, 5])
        {
            host.Time.Advance(TimeSpan.FromMinutes(minutes));
            await Schedule(host, OverlapPolicy.Skip, tenants).TickAsync(Patience, default);
            var run = (await RunsAsync(host))[0].Id;
            await host.EndAsync(run);
            took.Add(string.Join(' ', (await RunStore.TenantsAsync(host.Tables, run, default)).Select(t => t.Tenant.Id)));
        }

        // 12:00 for the first time, 12:05, 13:00, 13:05, 16:05 for 14:00 to 16:00, 16:10.
        Assert.Equal(["acme bolt", "acme", "acme bolt", "acme", "acme bolt", "acme"], took);
    }

    [Fact]
    public async Task What_fails_at_a_tick_keeps_neither_a_run_nor_what_else_is_due_from_it()
    {
        await using var host = await RunTests.StartAsync();
        var (broken, heard) = (new Listener(() => throw new InvalidOperationException("broken")), 0);
        await Schedule(host, OverlapPolicy.Skip, [broken, new Listener(() => heard++)], []).TickAsync(Patience, default);
        await host.EndAsync(Assert.Single(await RunsAsync(host)).Id);
        Assert.Equal(1, heard);
    }

    [Fact]
    public async Task A_tick_is_skipped_while_a_run_of_those_who_were_due_is_under_way()
    {
        await using var host = await RunTests.StartAsync();
        Tenant[] tenants = [host.Tenant("acme", "AAPL"), host.Tenant("bolt", "AAPL") with { Schedule = "0 0 * * * *" }];
        await Schedule(host, OverlapPolicy.Skip, tenants).TickAsync(Patience, default);
        await host.EndAsync(Assert.Single(await RunsAsync(host)).Id);

        var gate = new Gate();
        host.Vendor.Before = (_, _, cancellationToken) => gate.PassAsync(cancellationToken);
        host.Time.Advance(TimeSpan.FromMinutes(5));
        await Schedule(host, OverlapPolicy.Skip, tenants).TickAsync(Patience, default);
        await gate.ReachedAsync();
        host.Time.Advance(TimeSpan.FromHours(1));
        await Schedule(host, OverlapPolicy.Skip, tenants).TickAsync(Patience, default);
        Assert.Equal(2, (await RunsAsync(host)).Count);
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

    private sealed class Listener(Action tick) : IScheduleListener
    {
        public Task TickAsync(TenantRoster roster, CancellationToken cancellationToken)
        {
            tick();
            return Task.CompletedTask;
        }
    }
}
