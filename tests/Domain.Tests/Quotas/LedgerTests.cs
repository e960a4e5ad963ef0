using Sentiment.Domain.Quotas;
using Sentiment.Domain.Sources;

namespace Sentiment.Domain.Tests.Quotas;

public sealed class LedgerTests
{
    [Theory]
    [InlineData(30, 0, 0, 0, 0, 1)]
    [InlineData(0, 6, 0, 0, 0, 60)]
    [InlineData(0, 0, 50, 0, 0, 3600)]
    [InlineData(0, 0, 0, 25, 0, 86_400)]
    [InlineData(0, 0, 0, 0, 500, 31 * 86_400)]
    public async Task A_window_permits_its_limit_and_again_once_it_is_over(int second, int minute, int hour, int day, int month, int seconds)
    {
        var ledger = new BudgetOnStandingClock { Limits = new() { PerSecond = second, PerMinute = minute, PerHour = hour, PerDay = day, PerMonth = month } };
        var process = ledger.Process();
        var limit = second + minute + hour + day + month;

        // A process that is alone leaves a quarter of a short window to one that may start.
        var most = second > 0 ? second * 3 / 4 : limit;
        for (var window = 0; window < 3; window++)
        {
            for (var call = 0; call < most; call++)
            {
                (await ledger.TakeAsync(process)).Settle(CallOutcome.Answered);
            }

            Assert.Equal(second > 0 ? 0 : most, (await ledger.ReportAsync()).Windows.Sum(w => w.Used + w.Leased) - (second > 0 ? most : 0));
            ledger.Move(TimeSpan.FromSeconds(seconds == 1 ? 0 : 3));
            ledger.Time.Advance(TimeSpan.FromSeconds(seconds * 1.02));
        }
    }

    [Fact]
    public async Task A_wait_of_more_than_five_seconds_is_handed_to_the_caller_with_its_end()
    {
        var ledger = new BudgetOnStandingClock();
        var (calls, until) = await ledger.UseUpAsync(ledger.Process());
        Assert.Equal(6, calls);
        Assert.InRange(until - BudgetOnStandingClock.Start, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(62));
    }

    [Fact]
    public async Task A_wait_of_up_to_five_seconds_is_waited_inside()
    {
        var ledger = new BudgetOnStandingClock();
        var process = ledger.Process();
        await ledger.UseUpAsync(process);
        ledger.Move(TimeSpan.FromSeconds(57));
        var waiting = ledger.TakeAsync(process);
        ledger.Move(TimeSpan.FromSeconds(2));
        Assert.False(waiting.IsCompleted);
        ledger.Move(TimeSpan.FromSeconds(2));
        await waiting;
    }

    [Fact]
    public async Task A_call_counts_from_its_reservation_until_a_window_after_its_answer()
    {
        var ledger = new BudgetOnStandingClock { Limits = new() { PerMinute = 1 } };
        var process = ledger.Process();
        var slow = await ledger.TakeAsync(process);
        ledger.Move(TimeSpan.FromSeconds(25));
        slow.Answered();
        slow.Settle(CallOutcome.Answered);
        ledger.Move(TimeSpan.FromSeconds(54));
        await Assert.ThrowsAsync<SourceWaitException>(() => ledger.TakeAsync(process));
        ledger.Move(TimeSpan.FromSeconds(7));
        await ledger.TakeAsync(process);
    }

    [Fact]
    public async Task Two_processes_share_a_credential_and_a_restart_forgets_nothing()
    {
        var ledger = new BudgetOnStandingClock { Limits = new() { PerHour = 50 } };
        var (one, two) = (ledger.Process(), ledger.Process());
        var (first, _) = await ledger.UseUpAsync(one);
        ledger.Move(TimeSpan.FromSeconds(3));
        var (second, _) = await ledger.UseUpAsync(two);
        var (third, _) = await ledger.UseUpAsync(ledger.Process());
        Assert.Equal((50, 0, 0), (first, second, third));
        Assert.Equal(50, (await ledger.UseUpAsync(two, secret: "another")).Calls);
    }

    [Fact]
    public async Task What_is_leased_and_not_used_is_given_back()
    {
        var ledger = new BudgetOnStandingClock { Limits = new() { PerMinute = 60 } };
        var one = ledger.Process();
        for (var call = 0; call < 5; call++)
        {
            (await ledger.TakeAsync(one)).Settle(CallOutcome.Answered);
        }

        (await ledger.TakeAsync(one)).Settle(CallOutcome.Unused);
        ledger.Move(TimeSpan.FromSeconds(3));
        var window = Assert.Single((await ledger.ReportAsync()).Windows);
        Assert.Equal((5, 0, 55), (window.Used, window.Leased, window.Left));
        Assert.Equal(55, (await ledger.UseUpAsync(ledger.Process())).Calls);
    }

    [Fact]
    public async Task What_a_dead_process_held_counts_until_all_its_calls_must_have_ended_and_a_window_more()
    {
        var ledger = new BudgetOnStandingClock { Limits = new() { PerMinute = 6 } };
        await ledger.TakeAsync(ledger.Process());

        // Its clock stands from here on: nobody settles, nobody gives back. The lease ends after 10 s, its call after 30 more.
        var next = new BudgetOnStandingClock { Limits = ledger.Limits };
        var store = ledger.Tables;
        next.Time.Advance(TimeSpan.FromSeconds(3));
        var heir = new CallBudgets(store, next.Time).Of(new("wire", ledger.Limits, BudgetOnStandingClock.Attempt, 0, 0));
        Assert.Equal(5, (await next.UseUpAsync(heir)).Calls);
        next.Move(TimeSpan.FromSeconds(91));
        var (calls, _) = await next.UseUpAsync(heir);
        Assert.Equal(5, calls);
        next.Move(TimeSpan.FromSeconds(10));
        Assert.Equal(1, (await next.UseUpAsync(heir)).Calls);
    }

    [Fact]
    public async Task A_lower_priority_leaves_a_reserve_to_those_above_that_have_asked_of_late()
    {
        var ledger = new BudgetOnStandingClock { Limits = new() { PerMinute = 100 } };
        var process = ledger.Process();
        (await ledger.TakeAsync(process)).Settle(CallOutcome.Answered);
        Assert.Equal(69, (await ledger.UseUpAsync(process, CallPriority.Backfill)).Calls);
        Assert.Equal(20, (await ledger.UseUpAsync(process, CallPriority.Scheduled)).Calls);
        Assert.Equal(10, (await ledger.UseUpAsync(process)).Calls);
    }

    [Fact]
    public async Task Nothing_is_kept_for_priorities_that_nobody_asks_for()
    {
        var ledger = new BudgetOnStandingClock { Limits = new() { PerMinute = 100 } };
        Assert.Equal(100, (await ledger.UseUpAsync(ledger.Process(), CallPriority.Backfill)).Calls);
    }

    [Fact]
    public async Task A_big_limit_costs_few_writes()
    {
        var ledger = new BudgetOnStandingClock { Limits = new() { PerMinute = 10_000 } };
        var process = ledger.Process();
        for (var call = 0; call < 1000; call++)
        {
            (await ledger.TakeAsync(process)).Settle(CallOutcome.Answered);
            ledger.Time.Advance(TimeSpan.FromMilliseconds(20));
        }

        Assert.InRange(ledger.Tables.Writes, 1, 60);
    }

    [Fact]
    public async Task A_pause_that_the_vendor_asks_for_holds_every_process()
    {
        var ledger = new BudgetOnStandingClock { Limits = CallLimits.Unlimited };
        var (one, two) = (ledger.Process(), ledger.Process());
        await ledger.TakeAsync(two);
        var permit = await ledger.TakeAsync(one);
        permit.Pause(BudgetOnStandingClock.Start.AddSeconds(90));
        permit.Settle(CallOutcome.Answered);
        ledger.Time.Advance(QuotaTerms.Fresh);
        foreach (var process in (VendorBudget[])[one, two, ledger.Process()])
        {
            var wait = await Assert.ThrowsAsync<SourceWaitException>(() => ledger.TakeAsync(process));
            Assert.Equal(BudgetOnStandingClock.Start.AddSeconds(90), wait.Until);
        }

        Assert.Equal(BudgetOnStandingClock.Start.AddSeconds(90), (await ledger.ReportAsync()).PausedUntil);
        ledger.Time.Advance(TimeSpan.FromSeconds(90));
        await ledger.TakeAsync(two);
    }

    [Fact]
    public async Task Without_limits_nothing_is_written()
    {
        var ledger = new BudgetOnStandingClock { Limits = CallLimits.Unlimited };
        var process = ledger.Process();
        for (var call = 0; call < 100; call++)
        {
            (await ledger.TakeAsync(process)).Settle(CallOutcome.Answered);
        }

        Assert.Equal((0, 1), (ledger.Tables.Writes, ledger.Tables.Reads));
    }

    [Fact]
    public async Task A_row_names_no_secret()
    {
        var ledger = new BudgetOnStandingClock();
        await ledger.TakeAsync(ledger.Process(), secret: "s3cret-t0ken");
        await foreach (var row in ledger.Tables.QueryAsync(new(QuotaRow.Partition), default))
        {
            Assert.DoesNotContain("s3cret", row.Key + System.Text.Encoding.UTF8.GetString(row.Data.Span), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Closing_gives_everything_back_at_once()
    {
        var ledger = new BudgetOnStandingClock { Limits = new() { PerMinute = 60 } };
        var owner = ledger.Owner();
        var process = owner.Of(new("wire", ledger.Limits, BudgetOnStandingClock.Attempt, 0, 0));
        (await ledger.TakeAsync(process)).Settle(CallOutcome.Answered);
        (await ledger.TakeAsync(process)).Settle(CallOutcome.Answered);
        await owner.DisposeAsync();
        var window = Assert.Single((await ledger.ReportAsync()).Windows);
        Assert.Equal((2, 0), (window.Used, window.Leased));
    }
}
