using Sentiment.Domain.Alerts;
using Sentiment.Domain.Alerts.Rules;
using Sentiment.Domain.Ingestion.Runs;

namespace Sentiment.Domain.Tests.Alerts.Rules;

public class RuleReevaluationTests
{
    private static Task<ReevaluatedAlert> RunAsync(RuleHost host) => host.Ingestion.Get<RuleReevaluation>().RunAsync(host.Alerts[0], default);

    [Fact]
    public async Task An_alert_is_measured_again_over_its_own_window_with_what_came_late()
    {
        await using var host = await RuleHost.OpenAsync();
        await host.PutAsync(new AlertCondition(AlertKind.Score, 60, Below: -0.5));
        await host.PageAsync(("AAPL", 0, -0.6), ("AAPL", 30, -0.8));
        host.Ingestion.Time.Advance(TimeSpan.FromMinutes(100));
        Assert.Equal(new(-0.7, true, 2, null), Rounded(await RunAsync(host)));
        await host.PageAsync(("AAPL", 120, 0.8), ("AAPL", 0, -1));
        Assert.Equal(new(-0.2, false, 3, null), Rounded(await RunAsync(host)));
    }

    [Fact]
    public async Task What_cannot_be_measured_again_says_why()
    {
        await using var host = await RuleHost.OpenAsync();
        await host.PutAsync(new AlertCondition(AlertKind.RunFailed));
        await host.Standing().EndAsync("20300110T110000000Z-gone0000", host.Ingestion.Tenant(RuleHost.Tenant, "AAPL"), WorkStatus.Failed, "no", default);
        Assert.Equal(new(null, null, 0, "The run is no longer stored."), await RunAsync(host));
    }

    private static ReevaluatedAlert Rounded(ReevaluatedAlert seen) => seen with { Value = Math.Round(seen.Value!.Value, 6) };
}
