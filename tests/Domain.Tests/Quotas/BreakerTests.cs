using Sentiment.Domain.Quotas;
using Sentiment.Domain.Sources;

namespace Sentiment.Domain.Tests.Quotas;

public sealed class BreakerTests
{
    private readonly BudgetOnStandingClock _ledger = new() { Limits = CallLimits.Unlimited, BreakAfter = 10 };

    [Fact]
    public async Task A_vendor_that_keeps_failing_is_left_alone_by_every_process()
    {
        var (one, two) = (_ledger.Process(), _ledger.Process());
        await _ledger.TakeAsync(two);
        await FailAsync(one, 10);
        _ledger.Time.Advance(QuotaTerms.Fresh);
        foreach (var process in (VendorBudget[])[one, two, _ledger.Process()])
        {
            Assert.Equal(BudgetOnStandingClock.Start.AddSeconds(15), (await Assert.ThrowsAsync<SourceWaitException>(() => _ledger.TakeAsync(process))).Until);
        }

        var report = await _ledger.ReportAsync();
        Assert.Equal((BreakerStanding.Open, BudgetOnStandingClock.Start.AddSeconds(15)), (report.Breaker, report.OpenUntil));
    }

    [Fact]
    public async Task One_call_of_all_processes_tells_whether_the_vendor_is_back()
    {
        var (one, two) = (_ledger.Process(), _ledger.Process());
        await FailAsync(one, 10);
        _ledger.Time.Advance(TimeSpan.FromSeconds(15));
        var probe = await _ledger.TakeAsync(two);
        Assert.True(probe.IsProbe);
        _ledger.Time.Advance(QuotaTerms.Fresh);
        await Assert.ThrowsAsync<SourceWaitException>(() => _ledger.TakeAsync(one));
        await Assert.ThrowsAsync<SourceWaitException>(() => _ledger.TakeAsync(two));
        probe.Settle(CallOutcome.Answered);
        _ledger.Time.Advance(QuotaTerms.Fresh);
        Assert.False((await _ledger.TakeAsync(one)).IsProbe);
        Assert.False((await _ledger.TakeAsync(two)).IsProbe);
    }

    [Fact]
    public async Task A_failed_try_leaves_the_vendor_alone_for_twice_as_long()
    {
        var process = _ledger.Process();
        await FailAsync(process, 10);
        _ledger.Time.Advance(TimeSpan.FromSeconds(15));
        (await _ledger.TakeAsync(process)).Settle(CallOutcome.Broken);
        Assert.Equal(_ledger.Time.GetUtcNow().AddSeconds(30), (await Assert.ThrowsAsync<SourceWaitException>(() => _ledger.TakeAsync(process))).Until);
    }

    [Fact]
    public async Task A_try_that_was_given_up_is_made_by_the_next()
    {
        var process = _ledger.Process();
        await FailAsync(process, 10);
        _ledger.Time.Advance(TimeSpan.FromSeconds(15));
        (await _ledger.TakeAsync(process)).Settle(CallOutcome.Abandoned);
        Assert.True((await _ledger.TakeAsync(process)).IsProbe);
    }

    [Theory]
    [InlineData(0.5, 200)]
    [InlineData(1, 9)]
    public async Task Hiccups_open_nothing(double share, int calls)
    {
        var process = _ledger.Process();
        for (var call = 0; call < calls; call++)
        {
            (await _ledger.TakeAsync(process)).Settle(call % 2 < share * 2 ? CallOutcome.Failed : CallOutcome.Answered);
        }

        await _ledger.TakeAsync(process);
    }

    private async Task FailAsync(VendorBudget process, int calls)
    {
        for (var call = 0; call < calls; call++)
        {
            (await _ledger.TakeAsync(process)).Settle(CallOutcome.Failed);
        }
    }
}
