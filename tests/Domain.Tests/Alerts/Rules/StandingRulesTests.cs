using Microsoft.Extensions.DependencyInjection;
using Sentiment.Domain.Alerts;
using Sentiment.Domain.Alerts.Rules;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Quotas;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Tests.Support;

namespace Sentiment.Domain.Tests.Alerts.Rules;

public class StandingRulesTests
{
    private static Tenant Tenant(RuleHost host) => host.Ingestion.Tenant(RuleHost.Tenant, "AAPL");

    private static Task TickAsync(RuleHost host) => host.Standing().TickAsync(IngestionHost.Roster(Tenant(host)), default);

    [Fact]
    public async Task A_failed_run_raises_once_until_one_has_completed()
    {
        await using var host = await RuleHost.OpenAsync();
        await host.PutAsync(new AlertCondition(AlertKind.RunFailed));
        await host.Standing().EndAsync("run-1", Tenant(host), WorkStatus.Failed, "401 from wire", default);
        await host.Standing().EndAsync("run-1", Tenant(host), WorkStatus.Failed, "401 from wire", default);
        host.Ingestion.Time.Advance(TimeSpan.FromMinutes(5));
        await host.Standing().EndAsync("run-2", Tenant(host), WorkStatus.Failed, "401 from wire", default);
        var alert = Assert.Single(host.Alerts);
        Assert.Equal(("", "Run run-1 failed: 401 from wire", "run-1", "401 from wire"), (alert.Symbol, alert.Summary, alert.Evidence.Run, alert.Evidence.Reason));

        await host.Standing().EndAsync("run-3", Tenant(host), WorkStatus.Completed, null, default);
        await host.Standing().EndAsync("run-4", Tenant(host), WorkStatus.Failed, null, default);
        Assert.Equal(["run-1", "run-4"], host.Alerts.Select(a => a.Evidence.Run));
    }

    [Fact]
    public async Task A_run_of_the_engine_that_fails_tells_the_rules()
    {
        await using var host = await RuleHost.OpenAsync();
        await host.PutAsync(new AlertCondition(AlertKind.RunFailed));
        await using var ingestion = new IngestionHost
        {
            Also = s => s.AddSingleton<ITableStore>(host.Memory).AddSingleton<ITableReader>(host.Memory).AddSingleton<IAlertRaiser>(host.Raiser).AddAlertRules(isOneProcess: true),
        };
        ingestion.Secrets.Missing.Add($"env:{RuleHost.Tenant}-wire");
        await ingestion.StartEngineAsync();
        var run = await ingestion.BeginAsync(IngestionHost.Roster(ingestion.Tenant(RuleHost.Tenant, "AAPL")));
        await ingestion.Time.MoveUntilAsync(ingestion.Get<RunStarter>().WaitForEndAsync(run, default));
        Assert.Equal(run, Assert.Single(host.Alerts).Evidence.Run);
    }

    [Fact]
    public async Task A_table_that_brings_nothing_for_so_long_is_told_by_a_tick_and_not_before()
    {
        await using var host = await RuleHost.OpenAsync();
        await host.PutAsync(new AlertCondition(AlertKind.Silent, 30));
        await host.PageAsync(("AAPL", 10, 0));
        host.Ingestion.Time.Advance(TimeSpan.FromMinutes(19));
        await TickAsync(host);
        Assert.Empty(host.Alerts);
        host.Ingestion.Time.Advance(TimeSpan.FromMinutes(1));
        await TickAsync(host);
        await TickAsync(host);
        var alert = Assert.Single(host.Alerts);
        Assert.Equal(("wire/news", 30, "wire/news: nothing new for 30 minutes", host.Now.AddMinutes(-30)), (alert.Symbol, alert.Value, alert.Summary, alert.Evidence.From));

        // Something new ends it.
        await host.PageAsync(("MSFT", 0, 0));
        await TickAsync(host);
        host.Ingestion.Time.Advance(TimeSpan.FromMinutes(30));
        await TickAsync(host);
        Assert.Equal(2, host.Alerts.Count);
    }

    [Fact]
    public async Task A_table_that_never_brought_anything_is_waited_for_from_when_the_rule_was_made()
    {
        await using var host = await RuleHost.OpenAsync();
        await host.PutAsync(new AlertCondition(AlertKind.Silent, 30, Table: "wire/news"));
        await host.PutAsync(new AlertCondition(AlertKind.Silent, 30, Table: "other/news"), id: "r2");
        host.Ingestion.Time.Advance(TimeSpan.FromMinutes(29));
        await TickAsync(host);
        Assert.Empty(host.Alerts);
        host.Ingestion.Time.Advance(TimeSpan.FromMinutes(1));
        await TickAsync(host);
        Assert.Equal("wire/news has brought nothing yet", Assert.Single(host.Alerts).Evidence.Reason);
    }

    [Fact]
    public async Task Prices_that_stop_coming_are_silent_too()
    {
        await using var host = await RuleHost.OpenAsync(ScriptedVendor.DescribePrices());
        await host.PutAsync(new AlertCondition(AlertKind.Silent, 30));
        var prices = host.Ingestion.Get<Sentiment.Domain.Prices.PriceStore>();
        await prices.RegisterAsync(RuleHost.Tenant, "wire/prices", ["AAPL", "MSFT"], default);
        await prices.InsertAsync(RuleHost.Tenant, "wire/prices", [new("wire/prices", "MSFT", host.Now.AddMinutes(-10), 1, 1, 1, 1, 1, false, "20300110T110000000Z-x|acme|wire~2fprices|000001", 1)], default);
        await TickAsync(host);
        Assert.Empty(host.Alerts);
        host.Ingestion.Time.Advance(TimeSpan.FromMinutes(20));
        await TickAsync(host);
        Assert.Single(host.Alerts);
    }

    [Fact]
    public async Task A_quota_that_is_nearly_gone_is_told_once_and_again_after_it_came_back()
    {
        await using var host = await RuleHost.OpenAsync();
        await host.PutAsync(new AlertCondition(AlertKind.Quota, Below: 0.2, Hysteresis: 0.1));
        await SpendAsync(79);
        await TickAsync(host);
        Assert.Empty(host.Alerts);
        await SpendAsync(80);
        await TickAsync(host);
        await TickAsync(host);
        var alert = Assert.Single(host.Alerts);
        Assert.Equal(("wire", "20 of 100 calls of a day are left"), (alert.Symbol, alert.Evidence.Reason));
        Assert.Equal(0.2, alert.Value, 6);

        // A quarter left is within the hysteresis, a half is not.
        foreach (var (spent, alerts) in ((int, int)[])[(75, 1), (90, 1), (50, 1), (95, 2)])
        {
            await SpendAsync(spent);
            await TickAsync(host);
            Assert.Equal(alerts, host.Alerts.Count);
        }

        async Task SpendAsync(int calls)
        {
            var credential = VendorBudget.NameOf(await host.Ingestion.Secrets.ResolveAsync($"env:{RuleHost.Tenant}-wire", default));
            var row = new QuotaRow { Vendor = "wire", Credential = credential, Windows = [new(60, 10, [new(host.Now.AddMinutes(1), 10)]), new(86_400, 100, [new(host.Now.AddHours(20), calls)])] };
            await host.Memory.WriteAsync(QuotaRow.Partition, [TableWrite.Upsert(QuotaRow.KeyOf("wire", credential), Rows.Version, Rows.Write(row, QuotaJson.Default.QuotaRow))], default);
        }
    }
}
