using Sentiment.Domain.Quotas;
using Sentiment.Domain.Sources;

namespace Sentiment.Domain.Tests.Quotas;

/// <summary>What is forecast is what happens.</summary>
public class CallForecastTests
{
    private static VendorTerms Terms(BudgetOnStandingClock ledger) => new("wire", ledger.Limits, BudgetOnStandingClock.Attempt, 0, 0);

    private static Task<CallForecast> ReadAsync(BudgetOnStandingClock ledger, long calls = 100, CallPriority priority = CallPriority.Scheduled) =>
        CallForecast.ReadAsync(ledger.Tables, Terms(ledger), "secret", priority, calls, ledger.Time.GetUtcNow(), default);

    [Fact]
    public async Task Of_25_calls_a_day_the_26th_is_a_day_away()
    {
        var forecast = await ReadAsync(new() { Limits = new() { PerDay = 25 } });
        Assert.All(Enumerable.Range(0, 25), _ => Assert.Equal(BudgetOnStandingClock.Start, forecast.Next()));
        Assert.InRange(forecast.Next() - BudgetOnStandingClock.Start, TimeSpan.FromDays(1), TimeSpan.FromDays(1.01));
        Assert.Equal([new ForecastWindow("day", 25, 0, 25)], forecast.Windows);
    }

    [Fact]
    public async Task What_was_used_counts_until_its_window_is_over()
    {
        var ledger = new BudgetOnStandingClock { Limits = new() { PerMinute = 6, PerDay = 25 } };
        await using var owner = ledger.Owner();
        var (calls, until) = await ledger.UseUpAsync(owner.Of(Terms(ledger)), CallPriority.Scheduled);
        Assert.Equal(6, calls);
        ledger.Move(TimeSpan.FromSeconds(30));
        var forecast = await ReadAsync(ledger);
        Assert.Equal((6, 0), (forecast.Windows[0].Used, forecast.Windows[0].Left));
        Assert.Equal((6, 19), (forecast.Windows[1].Used, forecast.Windows[1].Left));
        var times = Enumerable.Range(0, 20).Select(_ => forecast.Next()).ToList();
        Assert.InRange((times[0] - until).Duration(), TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.True(times[6] - times[0] >= TimeSpan.FromSeconds(60), "six a minute");
        Assert.True(times[19] - BudgetOnStandingClock.Start >= TimeSpan.FromDays(1), "25 a day");
    }

    [Fact]
    public async Task Who_comes_back_for_no_permit_is_promised_none()
    {
        var ledger = new BudgetOnStandingClock { Limits = new() { PerDay = 2 } };
        await using var owner = ledger.Owner();
        var process = owner.Of(Terms(ledger));
        await ledger.UseUpAsync(process);
        for (var run = 0; run < 50; run++)
        {
            var wait = await Assert.ThrowsAsync<SourceWaitException>(
                () => process.ReserveAsync("secret", "acme", CallPriority.Scheduled, default, ledger.Time.GetUtcNow() + TimeSpan.FromMinutes(15)).AsTask());
            Assert.InRange(wait.Until - BudgetOnStandingClock.Start, TimeSpan.FromDays(1), TimeSpan.FromDays(1.1));
            Assert.False(wait.IsFailing);
            ledger.Move(TimeSpan.FromSeconds(2));
        }
    }
}
