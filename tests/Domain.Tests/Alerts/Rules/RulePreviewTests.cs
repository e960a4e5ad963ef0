using Sentiment.Domain.Alerts;
using Sentiment.Domain.Alerts.Rules;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Runs;

namespace Sentiment.Domain.Tests.Alerts.Rules;

public class RulePreviewTests
{
    private static Task<PreviewedRule> RunAsync(RuleHost host, AlertRule rule, params string[] symbols) =>
        host.Ingestion.Get<RulePreview>().RunAsync(host.Ingestion.Tenant(RuleHost.Tenant, symbols.Length == 0 ? ["AAPL", "MSFT"] : symbols), rule, default);

    [Fact]
    public async Task It_says_when_and_for_which_symbol_a_rule_would_have_fired()
    {
        await using var host = await RuleHost.OpenAsync();
        await host.PageAsync(
            [.. Enumerable.Repeat(("AAPL", 3000.0, -0.9), 3), .. Enumerable.Repeat(("AAPL", 2990.0, -0.8), 3), .. Enumerable.Repeat(("MSFT", 500.0, -0.7), 2), ("AAPL", 100, 0.9), .. Enumerable.Repeat(("AAPL", 8 * 1440.0, -1.0), 5)]);
        var seen = await RunAsync(host, RuleHost.Rule(new(AlertKind.Score, 60, Below: -0.5, LeastItems: 2), 0, "r1", "*"));
        Assert.Equal((host.Now.AddDays(-7).AddMinutes(1), host.Now, 2, null), (seen.From, seen.To, seen.Fired, seen.Note));
        Assert.Equal([("MSFT", host.Now.AddMinutes(-500), -0.7), ("AAPL", host.Now.AddMinutes(-3000), -0.9)], seen.Times.Select(t => (t.Symbol, t.At, Math.Round(t.Value, 6))));
    }

    [Fact]
    public async Task It_finds_what_the_evaluation_found_when_the_pages_came()
    {
        await using var host = await RuleHost.OpenAsync();
        var rule = await host.PutAsync(new AlertCondition(AlertKind.Volume, 10, Above: 3, Hysteresis: 1), cooldown: 25);
        var random = new Random(5);
        for (var i = 0; i < 80; i++)
        {
            host.Ingestion.Time.Advance(TimeSpan.FromMinutes(random.Next(1, 12)));
            await host.PageAsync(("AAPL", 0, 0));
        }

        var seen = await RunAsync(host, rule);
        Assert.True(host.Alerts.Count > 2);
        Assert.Equal(host.Alerts.Select(a => a.RaisedAt), seen.Times.Reverse().Select(t => t.At));
    }

    [Fact]
    public async Task Symbols_that_were_left_out_are_named()
    {
        await using var host = await RuleHost.OpenAsync();
        var symbols = Enumerable.Range(0, RulePreview.MaxSymbols + 2).Select(n => $"S{n}").ToArray();
        var seen = await RunAsync(host, RuleHost.Rule(new(AlertKind.Volume, 60, Above: 1), 0, "r1", "*"), symbols);
        Assert.Equal("Only the first 50 of 52 symbols were looked at; left out: S50, S51.", seen.Note);
    }

    [Fact]
    public async Task A_silence_is_found_between_items_and_a_quota_is_not_known()
    {
        await using var host = await RuleHost.OpenAsync();
        await host.PageAsync(("AAPL", 2000, 0), ("MSFT", 1950, 0), ("AAPL", 100, 0), ("AAPL", 0, 0));
        var seen = await RunAsync(host, RuleHost.Rule(new(AlertKind.Silent, 60)));
        Assert.Equal([("wire/news", host.Now.AddMinutes(-40)), ("wire/news", host.Now.AddMinutes(-1890))], seen.Times.Select(t => (t.Symbol, t.At)));
        Assert.StartsWith("What was left of a quota is not kept", (await RunAsync(host, RuleHost.Rule(new(AlertKind.Quota, Below: 0.1)))).Note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failed_runs_are_those_that_are_stored()
    {
        await using var host = await RuleHost.OpenAsync();
        var runs = host.Ingestion.Get<RunStore>();
        WorkStatus[] ends = [WorkStatus.Failed, WorkStatus.Failed, WorkStatus.Completed, WorkStatus.Failed];
        for (var n = 0; n < ends.Length; n++)
        {
            var tenant = host.Ingestion.Tenant(RuleHost.Tenant, "AAPL");
            var at = host.Now.AddHours(n - 10);
            var run = new RunRow($"{at:yyyyMMdd'T'HHmmssfff'Z'}-aaaaaaa{n}", new([], [], null, null, $"file-{n}"), at, null, WorkStatus.Running, 1, new IngestionOptions(), OverlapPolicy.Skip);
            await runs.TryCreateAsync(run, $"hash-{n}", [tenant], default);
            await runs.PutTenantAsync(run.Id, new(tenant, ends[n], null), default);
            await runs.SetStatusAsync((await runs.GetAsync(run.Id, default))!, ends[n], at.AddMinutes(2), default);
        }

        var seen = await RunAsync(host, RuleHost.Rule(new(AlertKind.RunFailed)));
        Assert.Equal([host.Now.AddHours(-7).AddMinutes(2), host.Now.AddHours(-10).AddMinutes(2)], seen.Times.Select(t => t.At));
    }
}
