using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Ingestion.Tables;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Tests.Support;

namespace Sentiment.Domain.Tests.Ingestion;

public class RunSteeringTests
{
    private static readonly DateTimeOffset Now = IngestionHost.Start;

    [Fact]
    public async Task A_held_run_finishes_the_chunk_under_way_and_begins_nothing_more_until_it_is_resumed()
    {
        await using var host = await RunTests.StartAsync();
        host.Bounds = host.Bounds with { ChunkWindow = 1 };
        var gate = new Gate();
        host.Vendor.Before = (_, call, cancellationToken) => call == 1 ? gate.PassAsync(cancellationToken) : Task.CompletedTask;
        var run = await host.BeginAsync(IngestionHost.Roster(host.Tenant("acme", "AAPL", "MSFT")));
        await gate.ReachedAsync();
        await host.Get<RunSteering>().SuspendAsync(run, "the vendor asked for it", default);
        gate.Open();
        await host.IdleAsync();
        Assert.True((await host.ReportAsync(run)).Run is { IsSuspended: true, EndedAt: null });

        // A restart does not let it go on either.
        await host.CloseAsync();
        await host.StartEngineAsync();
        await host.IdleAsync();
        Assert.Equal(["AAPL", "AAPL"], host.Vendor.Calls.Select(c => c.Symbols[0]));

        await host.Get<RunSteering>().ResumeAsync(run, "enough", default);
        var report = await host.EndAsync(run);
        Assert.Equal((WorkStatus.Completed, false), (report.Run.Status, report.Run.IsSuspended));
        Assert.Equal(4, report.Records.Accepted);
    }

    [Fact]
    public async Task A_retried_run_goes_on_with_what_failed_at_its_checkpoint_and_asks_for_nothing_else()
    {
        await using var host = await PartialAsync();
        var run = (await RunStore.ListAsync(host.Tables, null, 1, null, default))[0].Run.Id;
        Assert.Equal((WorkStatus.Partial, new Tally(3, 2, 1)), ((await host.ReportAsync(run)).Run.Status, (await host.ReportAsync(run)).ChunkTally));
        var before = host.Vendor.Calls.Count;

        host.Vendor.Before = (_, _, _) => Task.CompletedTask;
        Assert.Equal(2, (await host.Get<RunSteering>().RetryAsync(run, default)).Attempt);
        var report = await host.EndAsync(run);
        Assert.Equal((WorkStatus.Completed, new Tally(3, 3, 0), 6L), (report.Run.Status, report.ChunkTally, report.Records.Accepted));
        Assert.Null(report.Tenants.Single(t => t.Tenant == "acme").Reason);
        var again = Assert.Single(host.Vendor.Calls.Skip(before));
        Assert.Equal(("MSFT", "1"), (again.Symbols[0], again.Cursor));
        Assert.Equal(Now, (await host.Get<TableStateStore>().WatermarkAsync("acme", "wire/news", default))!.Row.At);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_retry_that_ends_at_any_write_is_finished_by_the_next_process(bool afterwards)
    {
        for (var crash = 1; ; crash++)
        {
            await using var host = await PartialAsync();
            var run = (await RunStore.ListAsync(host.Tables, null, 1, null, default))[0].Run.Id;
            host.Vendor.Before = (_, _, _) => Task.CompletedTask;
            (host.Faults.CrashAt, host.Faults.Afterwards) = (host.Faults.Writes + crash, afterwards);
            try
            {
                await host.Get<RunSteering>().RetryAsync(run, default);
            }
            catch (CrashException)
            {
                // The process ended before it could answer.
            }

            await host.CloseAsync();
            await host.StartEngineAsync();
            await host.Get<RunStarter>().ResumeAsync(default);
            if ((await host.ReportAsync(run)).Run is { EndedAt: not null, Status: WorkStatus.Partial })
            {
                await host.Get<RunSteering>().RetryAsync(run, default);
            }

            var report = await host.EndAsync(run);
            Assert.Equal((WorkStatus.Completed, 6L, 0L), (report.Run.Status, report.Records.Accepted, report.Records.Duplicate));
            if (crash > 6)
            {
                return;
            }
        }
    }

    [Fact]
    public async Task A_retry_takes_up_a_table_that_was_left_out_for_another_run()
    {
        await using var host = await RunTests.StartAsync();
        var gate = new Gate();
        host.Vendor.Before = (_, call, cancellationToken) => call == 1 ? gate.PassAsync(cancellationToken) : Task.CompletedTask;
        var roster = IngestionHost.Roster(host.Tenant("acme", "AAPL"), host.Tenant("bolt", "MSFT"));
        var first = await host.BeginAsync(roster, request: new(["acme"], [], null, null));
        await gate.ReachedAsync();
        host.Secrets.Missing.Add("env:bolt-wire");
        var second = await host.BeginAsync(roster);
        await host.Time.MoveUntilAsync(host.Get<RunStarter>().WaitForEndAsync(second, default), second);
        Assert.Equal(WorkStatus.Skipped, (await host.ReportAsync(second)).Tenants.Single(t => t.Tenant == "acme").Tables.Single().Status);
        gate.Open();
        await host.EndAsync(first);

        host.Secrets.Missing.Clear();
        host.Time.Advance(TimeSpan.FromMinutes(1));
        await host.Get<RunSteering>().RetryAsync(second, default);
        var report = await host.EndAsync(second);
        Assert.Equal(WorkStatus.Completed, report.Run.Status);
        Assert.All(report.Tenants, t => Assert.Equal(WorkStatus.Completed, t.Tables.Single().Status));
    }

    [Fact]
    public async Task What_does_not_go_with_where_a_run_stands_is_refused()
    {
        await using var host = await RunTests.StartAsync();
        var steering = host.Get<RunSteering>();
        var run = await host.BeginAsync(IngestionHost.Roster(host.Tenant("acme", "AAPL")));
        await host.EndAsync(run);
        await Assert.ThrowsAsync<RunStateException>(() => steering.SuspendAsync(run, "", default));
        await Assert.ThrowsAsync<RunStateException>(() => steering.ResumeAsync(run, "", default));
        await Assert.ThrowsAsync<RunStateException>(() => steering.CancelAsync(run, "", default));
        await Assert.ThrowsAsync<RunStateException>(() => steering.RaiseEventAsync(run, "hello", null, default));
        Assert.Contains("nothing to try again", (await Assert.ThrowsAsync<RunStateException>(() => steering.RetryAsync(run, default))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<KeyNotFoundException>(() => steering.RetryAsync("nobody", default));
        Assert.Equal(1, await steering.PurgeAsync(run, default));
        Assert.Equal(0, await steering.PurgeAsync(run, default));
        await host.AssertCleanAsync();
    }

    /// <summary>A run of which one chunk fails after its first page.</summary>
    private static async Task<IngestionHost> PartialAsync()
    {
        var host = await RunTests.StartAsync();
        host.Vendor.Before = (request, _, _) => request is { Cursor: "1" } && request.Symbols[0] == "MSFT"
            ? throw new SourceException("the vendor answered 404", isTransient: false) : Task.CompletedTask;
        var run = await host.BeginAsync(IngestionHost.Roster(host.Tenant("acme", "AAPL", "MSFT"), host.Tenant("bolt", "TSLA")));
        await host.EndAsync(run);
        return host;
    }
}
