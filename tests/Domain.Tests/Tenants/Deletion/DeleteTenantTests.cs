using Sentiment.Domain.Alerts;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants.Deletion;
using Sentiment.Domain.Tests.Support;

namespace Sentiment.Domain.Tests.Tenants.Deletion;

/// <summary>Deletions on the embedded engine and the real store.</summary>
public class DeleteTenantTests
{
    private const string Instance = "delete-acme-1";

    [Fact]
    public async Task Nothing_of_the_tenant_is_left_and_all_that_others_have_is_as_it_was()
    {
        await using var host = await Deleting.OpenAsync();
        var before = (await host.EverythingAsync()).Where(row => !Deleting.NamesAcme(row)).ToList();
        var bodies = (await host.BodiesAsync()).Where(name => !Deleting.NamesAcme(name)).ToList();
        Assert.Equal(["alerts", "changes", "days", "folded", "index", "items", "keys", "live", "metrics", "pages", "prices", "quarantine", "quarantined", "retention", "run", "schedule", "series", "table", "tenants", "trends"],
            (await host.EverythingAsync()).Where(Deleting.NamesAcme).Select(row => row.Split('|', ' ')[0]).Distinct().Order(StringComparer.Ordinal));

        var begun = await host.Get<TenantDeleter>().BeginAsync(Deleting.Acme, null, "admin", default);
        Assert.Equal(DeletionStatus.Running, begun!.Status);
        await host.Time.MoveUntilAsync(host.EndOfAsync(Instance));

        await host.AssertGoneAsync();
        Assert.Equal(before, (await host.EverythingAsync()).Where(row => !Deleting.NamesAcme(row)));
        Assert.Equal(bodies, await host.BodiesAsync());
        var deletion = await host.DeletionAsync();
        Assert.Equal((DeletionStatus.Completed, 0L, null), (deletion.Status, deletion.Left, deletion.Reason));
        Assert.Equal((4L, 2L, 130L), (deletion.Removed["items"], deletion.Removed["keys"], deletion.Removed["mails"]));
        Assert.Equal((0, 2), (await host.Get<IOutbox>().CountAsync(Deleting.Acme, default), await host.Get<IOutbox>().CountAsync(Deleting.Other, default)));
        Assert.Null(await host.Get<TenantDeleter>().BeginAsync(Deleting.Acme, null, "admin", default));
    }

    [Fact]
    public async Task A_process_that_ends_in_the_middle_goes_on_when_it_is_started_again()
    {
        await using var host = await Deleting.OpenAsync();
        var (gate, writes) = (new Gate(), 0);
        host.Faults.Before = (name, _) => name.StartsWith("items|acme|", StringComparison.Ordinal) && ++writes == 1 ? gate.PassAsync(default) : Task.CompletedTask;
        await host.Get<TenantDeleter>().BeginAsync(Deleting.Acme, null, "admin", default);
        await gate.ReachedAsync();
        (host.Faults.CrashAt, host.Faults.Afterwards) = (host.Faults.Writes + 1, false);
        gate.Open();
        await host.CloseAsync();

        Assert.Equal(DeletionStatus.Running, (await host.DeletionAsync()).Status);
        await host.StartEngineAsync();
        await host.Time.MoveUntilAsync(host.EndOfAsync(Instance));
        await host.AssertGoneAsync();
        Assert.Equal(DeletionStatus.Completed, (await host.DeletionAsync()).Status);
    }

    [Fact]
    public async Task A_crash_at_any_write_and_another_try_leave_what_one_try_would_have()
    {
        int writes;
        await using (var undisturbed = await Deleting.OpenAsync())
        {
            await undisturbed.MarkAsync();
            var before = undisturbed.Faults.Writes;
            await undisturbed.StepThroughAsync();
            writes = undisturbed.Faults.Writes - before;
            await undisturbed.AssertGoneAsync();
        }

        for (var crash = 1; crash <= writes; crash += 7)
        {
            await using var host = await Deleting.OpenAsync();
            var before = (await host.EverythingAsync()).Where(row => !Deleting.NamesAcme(row)).ToList();
            await host.MarkAsync();
            (host.Faults.CrashAt, host.Faults.Afterwards) = (host.Faults.Writes + crash, crash % 2 == 0);
            await Assert.ThrowsAsync<CrashException>(host.StepThroughAsync);
            await host.CloseAsync();
            await host.StepThroughAsync();
            await host.AssertGoneAsync();
            Assert.Equal(before, (await host.EverythingAsync()).Where(row => !Deleting.NamesAcme(row)));
        }
    }

    [Fact]
    public async Task What_a_run_is_doing_for_the_tenant_ends_and_the_others_part_goes_on()
    {
        await using var host = await Deleting.OpenAsync();
        var gate = new Gate();
        host.Vendor.Before = (request, _, cancellationToken) => request.Tenant == Deleting.Acme ? gate.PassAsync(cancellationToken) : Task.CompletedTask;
        host.Time.Advance(TimeSpan.FromHours(1));
        var run = await host.BeginAsync(IngestionHost.Roster(Deleting.Settings(host, Deleting.Acme), Deleting.Settings(host, Deleting.Other)));
        await gate.ReachedAsync();

        await host.Get<TenantDeleter>().BeginAsync(Deleting.Acme, null, "admin", default);
        gate.Open();
        await host.Time.MoveUntilAsync(host.EndOfAsync(Instance));
        var report = await host.EndAsync(run);
        Assert.Equal((Deleting.Other, WorkStatus.Completed), (Assert.Single(report.Tenants).Tenant, report.Tenants[0].Status));
        await host.AssertGoneAsync();
    }

    [Fact]
    public async Task A_run_that_was_asked_for_about_it_alone_goes_and_one_about_several_names_it_no_more()
    {
        await using var host = await Deleting.OpenAsync();
        var roster = IngestionHost.Roster(Deleting.Settings(host, Deleting.Acme), Deleting.Settings(host, Deleting.Other));
        foreach (var tenants in (string[][])[[Deleting.Acme], [Deleting.Acme, Deleting.Other]])
        {
            host.Time.Advance(TimeSpan.FromMinutes(1));
            await host.EndAsync(await host.BeginAsync(roster, request: RunRequest.Everything with { Tenants = tenants }));
        }

        await host.Get<TenantDeleter>().BeginAsync(Deleting.Acme, null, "admin", default);
        await host.Time.MoveUntilAsync(host.EndOfAsync(Instance));
        await host.AssertGoneAsync();
        Assert.Equal([[Deleting.Other], []], (await host.RunsAsync()).Select(r => r.Arguments.Tenants));
    }

    [Fact]
    public async Task What_begins_late_for_a_tenant_that_is_being_deleted_begins_nothing()
    {
        await using var host = await Deleting.OpenAsync();
        await host.MarkAsync();
        host.Time.Advance(TimeSpan.FromHours(1));
        var run = await host.BeginAsync(IngestionHost.Roster(Deleting.Settings(host, Deleting.Acme), Deleting.Settings(host, Deleting.Other)));
        await host.Time.MoveUntilAsync(host.Get<RunStarter>().WaitForEndAsync(run, default));
        Assert.Empty(await RunStore.TablesAsync(host.Tables, run, Deleting.Acme, default));
        Assert.Equal(2, (await RunStore.TablesAsync(host.Tables, run, Deleting.Other, default)).Count);
        await host.StepThroughAsync();
        await host.AssertGoneAsync();
    }

    [Fact]
    public async Task What_is_found_at_the_last_look_is_removed_in_another_round()
    {
        await using var host = await Deleting.OpenAsync();
        await host.MarkAsync();
        var late = 0;
        host.Faults.Before = async (name, writes) =>
        {
            // Somebody writes an item when its partition has just been emptied.
            if (name == "deletions" && late++ < 4)
            {
                await host.Get<ITableStore>().WriteAsync("items|acme|wire~2fnews", [TableWrite.Upsert($"late-{late}", 1, "{}"u8.ToArray())], default);
            }
        };
        await host.StepThroughAsync();
        await host.AssertGoneAsync();
        Assert.Equal(DeletionStatus.Completed, (await host.DeletionAsync()).Status);
    }
}
