using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Tests.Support;

namespace Sentiment.Domain.Tests.Ingestion;

public class RunStarterTests
{
    private static readonly DateTimeOffset Now = IngestionHost.Start;

    public static TheoryData<RunRequest, string[]> BadRequests => new()
    {
        { new(["nobody"], [], null, null), ["tenant: no tenant 'nobody' in the tenants file"] },
        { new([], ["no/table"], null, null), ["table: none of the chosen tenants has a table 'no/table'"] },
        { new([], [], Now, Now), ["from: a time before 'to' (2030-01-10T12:00:00.0000000Z) expected, found 2030-01-10T12:00:00.0000000Z"] },
        { new([], [], Now.AddHours(1), null), ["from: a time in the past expected, found 2030-01-10T13:00:00.0000000Z"] },
        {
            new(["nobody"], ["no/table"], Now, Now.AddDays(-1)),
            ["tenant: no tenant 'nobody' in the tenants file", "table: none of the chosen tenants has a table 'no/table'",
             "from: a time before 'to' (2030-01-09T12:00:00.0000000Z) expected, found 2030-01-10T12:00:00.0000000Z"]
        },
    };

    [Theory]
    [MemberData(nameof(BadRequests))]
    public async Task A_bad_request_names_every_field_and_starts_nothing(RunRequest request, string[] problems)
    {
        await using var host = await RunTests.StartAsync();
        var refused = await Assert.ThrowsAsync<RunRequestException>(() => host.BeginAsync(IngestionHost.Roster(host.Tenant("acme", "AAPL")), request: request));
        Assert.Equal(problems, refused.Problems);
        Assert.Empty(await host.RowsAsync("run"));
    }

    [Fact]
    public async Task Only_the_chosen_tenants_and_tables_are_run()
    {
        await using var host = await RunTests.StartAsync(ScriptedVendor.Describe(), ScriptedVendor.Describe("post/news", "post"));
        var roster = IngestionHost.Roster(host.Tenant("acme", "AAPL"), host.Tenant("beta", "MSFT"));
        var report = await host.EndAsync(await host.BeginAsync(roster, request: new(["beta"], ["post/news"], null, null)));
        Assert.Equal([("beta", "post/news")], report.Tenants.SelectMany(t => t.Tables.Select(x => (t.Tenant, x.Table))));
        Assert.Empty(host.Vendors[0].Calls);
    }

    [Fact]
    public async Task Callers_who_ask_for_the_same_at_once_get_the_same_run()
    {
        await using var host = await RunTests.StartAsync();
        var roster = IngestionHost.Roster(host.Tenant("acme", "AAPL"));
        var starter = host.Get<RunStarter>();

        // Each of them has found no unfinished run, in a millisecond of its own, before the first makes one known.
        using var arrived = new SemaphoreSlim(0);
        var gate = new Gate();
        host.Faults.Before = (partition, _) =>
        {
            if (partition != "runs")
            {
                arrived.Release();
            }

            return gate.PassAsync(default);
        };
        var asked = new List<Task<PreparedRun>>();
        for (var caller = 0; caller < 5; caller++)
        {
            asked.Add(Task.Run(() => starter.PrepareAsync(RunRequest.Everything, roster, OverlapPolicy.Skip, default)));
            Assert.True(await arrived.WaitAsync(TimeSpan.FromSeconds(60)));
            host.Time.Advance(TimeSpan.FromMilliseconds(1));
        }

        gate.Open();
        Assert.Single((await Task.WhenAll(asked)).Select(p => p.Run.Id).Distinct());
        Assert.Single(await RunStore.ListAsync(host.Tables, null, 100, null, default));
    }

    [Fact]
    public async Task An_unfinished_run_of_the_same_arguments_is_gone_on_with_its_window_pinned()
    {
        await using var host = await RunTests.StartAsync();
        var gate = new Gate();
        host.Vendor.Before = (_, call, cancellationToken) => call == 2 ? gate.PassAsync(cancellationToken) : Task.CompletedTask;
        var roster = IngestionHost.Roster(host.Tenant("acme", "AAPL"));
        var first = await host.BeginAsync(roster);
        await gate.ReachedAsync();
        host.Time.Advance(TimeSpan.FromMinutes(1));

        var again = await host.Get<RunStarter>().StartAsync(RunRequest.Everything, roster, OverlapPolicy.Skip, default);
        Assert.Equal((first, true), (again.Run.Id, again.IsResumed));
        gate.Open();
        Assert.Equal(2, (await host.EndAsync(first)).Records.Accepted);
        Assert.Equal([Now], host.Vendor.Calls.Select(c => c.To).Distinct());

        var next = await host.Get<RunStarter>().StartAsync(RunRequest.Everything, roster, OverlapPolicy.Skip, default);
        Assert.False(next.IsResumed);
        Assert.NotEqual(first, next.Run.Id);
        await host.EndAsync(next.Run.Id);
    }

    [Fact]
    public async Task A_run_known_without_its_workflow_is_begun_when_asked_for_again()
    {
        await using var host = await RunTests.StartAsync();
        var roster = IngestionHost.Roster(host.Tenant("acme", "AAPL"));
        var prepared = await host.Get<RunStarter>().PrepareAsync(RunRequest.Everything, roster, OverlapPolicy.Skip, default);
        await host.CloseAsync();
        await host.StartEngineAsync();
        Assert.Equal(1, await host.Get<RunStarter>().ResumeAsync(default));
        Assert.Equal(WorkStatus.Completed, (await host.EndAsync(prepared.Run.Id)).Run.Status);
        Assert.Equal(0, await host.Get<RunStarter>().ResumeAsync(default));
    }

    [Fact]
    public async Task Two_that_ask_at_once_get_one_run()
    {
        await using var host = await RunTests.StartAsync();
        var roster = IngestionHost.Roster(host.Tenant("acme", "AAPL"));
        var runs = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => host.BeginAsync(roster))));
        Assert.Single(runs.Distinct());
        Assert.Equal(2, (await host.EndAsync(runs[0])).Records.Read);
        Assert.Equal(2, host.Vendor.Calls.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(8)]
    public async Task A_host_closed_in_the_middle_of_a_run_is_gone_on_with_by_the_next(int call)
    {
        await using var host = await RunTests.StartAsync(ScriptedVendor.Describe(), ScriptedVendor.Describe("post/news", "post", ChunkAxis.SymbolDays, daysPerChunk: 7));
        var gate = new Gate();
        host.Vendor.Before = (_, number, cancellationToken) => number == call ? gate.PassAsync(cancellationToken) : Task.CompletedTask;
        var roster = IngestionHost.Roster(host.Tenant("acme", "AAPL", "MSFT"), host.Tenant("beta", "TSLA", "AAPL"));
        var run = await host.BeginAsync(roster);
        await gate.ReachedAsync();
        await host.CloseAsync();
        await host.AssertCleanAsync();

        await host.StartEngineAsync();
        var report = await host.EndAsync(run);
        Assert.Equal((WorkStatus.Completed, new Ledger(16, 0, 0, 0)), (report.Run.Status, report.Records));
        Assert.Equal(0, (await host.VerifyAsync()).InFlight);
    }
}
