using Sentiment.Domain.Quotas;
using Sentiment.Domain.Sources;

namespace Sentiment.Domain.Tests.Quotas;

public sealed class FairnessTests
{
    [Fact]
    public async Task A_tenant_with_a_thousand_calls_delays_another_tenants_one_by_few()
    {
        // 300 a second: the thousand are served within the five seconds that callers wait inside.
        var ledger = new BudgetOnStandingClock { Limits = new() { PerSecond = 300 } };
        var process = ledger.Process();
        var served = new List<string>();
        var calls = Enumerable.Range(0, 1000).Select(_ => CallAsync(ledger, process, "big", served)).ToList();
        var before = served.Count;
        calls.Add(CallAsync(ledger, process, "small", served));
        await ledger.MoveUntilAsync(Task.WhenAll(calls));
        Assert.InRange(served.IndexOf("small") - before, 0, 3);
    }

    [Fact]
    public async Task A_thousand_told_to_come_back_do_not_send_another_tenants_one_behind_them()
    {
        var ledger = new BudgetOnStandingClock { Limits = new() { PerHour = 50 } };
        var process = ledger.Process();
        await ledger.UseUpAsync(process);
        var times = new List<DateTimeOffset>();
        for (var call = 0; call < 1000; call++)
        {
            times.Add((await Assert.ThrowsAsync<SourceWaitException>(() => ledger.TakeAsync(process, tenant: "big"))).Until);
        }

        var small = (await Assert.ThrowsAsync<SourceWaitException>(() => ledger.TakeAsync(process, tenant: "small"))).Until;
        Assert.True(times.Max() - BudgetOnStandingClock.Start > TimeSpan.FromHours(19), $"{times.Max()}");
        Assert.True(small - BudgetOnStandingClock.Start < TimeSpan.FromHours(1.1), $"{small}");
    }

    [Fact]
    public async Task Higher_priorities_go_first()
    {
        var ledger = new BudgetOnStandingClock { Limits = new() { PerSecond = 10 } };
        var process = ledger.Process();
        var served = new List<string>();
        var calls = Enumerable.Range(0, 20).Select(_ => CallAsync(ledger, process, "old", served, CallPriority.Backfill)).ToList();
        var before = served.Count;
        calls.AddRange(Enumerable.Range(0, 3).Select(_ => CallAsync(ledger, process, "new", served)));
        await ledger.MoveUntilAsync(Task.WhenAll(calls));
        Assert.Equal(["new", "new", "new"], served.Skip(before).Take(3));
    }

    [Fact]
    public async Task Only_so_many_calls_are_under_way_and_the_next_are_by_turns()
    {
        var ledger = new BudgetOnStandingClock { Limits = CallLimits.Unlimited, Concurrency = 2 };
        var process = ledger.Process();
        var held = new List<CallPermit> { await ledger.TakeAsync(process), await ledger.TakeAsync(process) };
        var big = Enumerable.Range(0, 100).Select(_ => ledger.TakeAsync(process, tenant: "big")).ToList();
        var small = ledger.TakeAsync(process, tenant: "small");
        Assert.DoesNotContain(big.Append(small), call => call.IsCompleted);
        held.ForEach(permit => permit.Settle(CallOutcome.Answered));
        await small;
        await Task.WhenAny(big);
        Assert.Equal(1, big.Count(call => call.IsCompleted));

        // Who waits too long is told to come back.
        ledger.Move(TimeSpan.FromSeconds(6));
        await Assert.ThrowsAsync<SourceWaitException>(() => big[^1]);
    }

    [Fact]
    public async Task Who_gives_up_takes_no_permit()
    {
        var ledger = new BudgetOnStandingClock { Limits = new() { PerSecond = 1 } };
        var process = ledger.Process();
        (await ledger.TakeAsync(process)).Settle(CallOutcome.Answered);
        using var stop = new CancellationTokenSource();
        var given = process.ReserveAsync("secret", "acme", CallPriority.Interactive, stop.Token).AsTask();
        var next = ledger.TakeAsync(process);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        ledger.Move(TimeSpan.FromSeconds(2));
        await next;
    }

    private static async Task CallAsync(BudgetOnStandingClock ledger, VendorBudget process, string tenant, List<string> served, CallPriority priority = CallPriority.Interactive)
    {
        while (true)
        {
            try
            {
                var permit = await process.ReserveAsync("secret", tenant, priority, default).ConfigureAwait(false);
                served.Add(tenant);
                permit.Settle(CallOutcome.Answered);
                return;
            }
            catch (SourceWaitException wait)
            {
                await Task.Delay(wait.Until - ledger.Time.GetUtcNow(), ledger.Time).ConfigureAwait(false);
            }
        }
    }
}
