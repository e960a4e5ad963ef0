using Microsoft.Extensions.Time.Testing;
using Sentiment.Domain.Quotas;
using Sentiment.Domain.Sources;
using Sentiment.Testing;

namespace Sentiment.Domain.Tests.Quotas;

/// <summary>One store, a clock that the test moves, and as many processes as it wants.</summary>
internal sealed class BudgetOnStandingClock
{
    public static readonly DateTimeOffset Start = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
    public static readonly TimeSpan Attempt = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    // What waits goes on where the clock is moved, not later on some thread of xunit's.
    public BudgetOnStandingClock() => SynchronizationContext.SetSynchronizationContext(null);

    public FakeTimeProvider Time { get; } = new(Start);

    public MemoryTables Tables { get; } = new();

    public CallLimits Limits { get; init; } = new() { PerMinute = 6 };

    public int BreakAfter { get; init; }

    public int Concurrency { get; init; }

    /// <summary>A process of its own: it shares the store alone.</summary>
    public VendorBudget Process() => Owner().Of(new("wire", Limits, Attempt, Concurrency, BreakAfter));

    public CallBudgets Owner() => new(Tables, Time);

    /// <summary>Takes and answers calls at once until one would have to wait; says how many there were and until when.</summary>
    public async Task<(int Calls, DateTimeOffset Until)> UseUpAsync(VendorBudget budget, CallPriority priority = CallPriority.Interactive, string secret = "secret")
    {
        for (var calls = 0; ; calls++)
        {
            try
            {
                var permit = await TakeAsync(budget, priority, secret: secret);
                permit.Answered();
                permit.Settle(CallOutcome.Answered);
            }
            catch (SourceWaitException wait)
            {
                return (calls, wait.Until);
            }
        }
    }

    public Task<CallPermit> TakeAsync(VendorBudget budget, CallPriority priority = CallPriority.Interactive, string tenant = "acme", string secret = "secret")
    {
        // What waits goes on where the clock is moved, not later on some thread of the pool.
        SynchronizationContext.SetSynchronizationContext(null);
        return budget.ReserveAsync(secret, tenant, priority, default).AsTask().WaitAsync(Limit);
    }

    /// <summary>Moves the clock in steps, so that whatever waits in between goes on.</summary>
    public void Move(TimeSpan by)
    {
        SynchronizationContext.SetSynchronizationContext(null);
        var end = Time.GetUtcNow() + by;
        while (Time.GetUtcNow() < end)
        {
            var rest = end - Time.GetUtcNow();
            Time.Advance(rest < TimeSpan.FromMilliseconds(100) ? rest : TimeSpan.FromMilliseconds(100));
        }
    }

    /// <summary>Moves the clock until something has ended, for a minute of it at most.</summary>
    public async Task MoveUntilAsync(Task end)
    {
        for (var step = 0; step < 600 && !end.IsCompleted; step++)
        {
            Move(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        await end.WaitAsync(Limit);
    }

    public async Task<CredentialReport> ReportAsync() => (await CredentialReport.ListAsync(Tables, Time.GetUtcNow(), 10, null, default)).Single().Report;
}
