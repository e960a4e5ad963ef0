using Microsoft.Extensions.Time.Testing;
using Sentiment.Domain.Alerts;
using Sentiment.Domain.Alerts.Rules;
using Sentiment.Testing;

namespace Sentiment.Domain.Tests.Alerts.Rules;

public class RuleStoreTests
{
    private static readonly AlertRule Rule = new(
        "bad-news", 0, "Bad news", true, ["AAPL", "BRK.B"], new(AlertKind.Score, 60, null, -0.5, 5, 0.1), 60, new("22:00", "07:00", "Europe/Berlin"), 15,
        [new("desk@acme.example"), new(null, new("https://hooks.acme.example/x"), WebhookShape.Slack, "env:HOOK")]);

    private readonly MemoryTables _tables = new();
    private readonly FakeTimeProvider _time = new(new(2030, 1, 10, 12, 0, 0, TimeSpan.Zero));

    private RuleStore Store() => new(_tables, _time);

    [Fact]
    public async Task A_rule_is_read_as_it_was_written_and_counts_its_versions()
    {
        var store = Store();
        var made = (await store.CreateAsync("acme", Rule, default))!;
        Assert.Equal((1, _time.GetUtcNow()), (made.Version, made.ChangedAt));
        Assert.Equivalent(made, await store.GetAsync("acme", "bad-news", default), strict: true);
        Assert.Null(await store.CreateAsync("acme", Rule, default));
        Assert.Null(await store.GetAsync("beta", "bad-news", default));

        Assert.Null(await store.ChangeAsync("acme", 2, Rule, default));
        Assert.Equal(2, (await store.ChangeAsync("acme", 1, Rule with { Name = "Worse" }, default))!.Version);
        Assert.Null(await store.ChangeAsync("acme", 1, Rule, default));
        Assert.Equal("Worse", (await store.GetAsync("acme", "bad-news", default))!.Name);

        Assert.False(await store.DeleteAsync("acme", "bad-news", 1, default));
        Assert.True(await store.DeleteAsync("acme", "bad-news", 2, default));
        Assert.Null(await store.GetAsync("acme", "bad-news", default));
    }

    [Fact]
    public async Task What_a_rule_remembers_goes_with_it_and_what_others_remember_stays()
    {
        var store = Store();
        await store.CreateAsync("acme", Rule, default);
        var state = new SymbolState(1, _time.GetUtcNow(), true, 1, true, null);
        await _tables.WriteAsync(AlertPartitions.Of("acme"), [.. Enumerable.Range(0, 90).Select(n => state.Over(null, SymbolState.Key("bad-news", $"S{n}")))], default);
        await _tables.WriteAsync(AlertPartitions.Of("acme"), [state.Over(null, SymbolState.Key("bad-news-2", "S1"))], default);
        Assert.True(await store.DeleteAsync("acme", "bad-news", 1, default));
        var left = new List<string>();
        await foreach (var row in _tables.QueryAsync(new(AlertPartitions.Of("acme")), default))
        {
            left.Add(row.Key);
        }

        Assert.Equal(["s|bad-news-2|S1"], left);
    }

    [Fact]
    public async Task A_tenant_has_a_thousand_rules_at_most_and_lists_them_page_by_page()
    {
        var store = Store();
        for (var n = 0; n < RuleStore.MaxPerTenant; n++)
        {
            await store.CreateAsync("acme", Rule with { Id = $"r{n:000}" }, default);
        }

        await Assert.ThrowsAsync<RuleLimitException>(() => store.CreateAsync("acme", Rule, default));
        Assert.NotNull(await store.CreateAsync("beta", Rule, default));
        Assert.Equal(["r400", "r401"], (await store.ListAsync("acme", 2, "r399", default)).Select(r => r.Id));
        await Assert.ThrowsAsync<ArgumentException>(() => store.ListAsync("acme", 2, "not a rule", default));
    }

    [Fact]
    public async Task A_change_is_known_at_once_in_its_process_and_in_others_after_a_while()
    {
        var (store, other) = (Store(), Store());
        var rule = Rule with { Symbols = ["AAPL"] };
        Assert.Equal((0, 0), (await HorizonAsync(store), await HorizonAsync(other)));
        await store.CreateAsync("acme", rule, default);
        Assert.Equal((120, 0), (await HorizonAsync(store), await HorizonAsync(other)));
        _time.Advance(RuleStore.Life);
        Assert.Equal((120, 120), (await HorizonAsync(store), await HorizonAsync(other)));
        await store.ChangeAsync("acme", 1, rule with { IsEnabled = false }, default);
        Assert.Equal((0, 120), (await HorizonAsync(store), await HorizonAsync(other)));
        _time.Advance(RuleStore.Life);
        Assert.Equal(0, await HorizonAsync(other));

        static async Task<int> HorizonAsync(RuleStore store) => (await store.EnabledAsync("acme", default)).HorizonOf("AAPL");
    }

    public static TheoryData<string, AlertRule> Wrong => new()
    {
        { "id: ", Rule with { Id = "Bad" } },
        { "name: ", Rule with { Name = "two\nlines" } },
        { "name: ", Rule with { Name = new('x', 101) } },
        { "symbols: ", Rule with { Symbols = [] } },
        { "symbols[1]: ", Rule with { Symbols = ["AAPL", "a b"] } },
        { "symbols[1]: ", Rule with { Symbols = ["AAPL", "*"] } },
        { "symbols: ", Rule with { When = new(AlertKind.RunFailed) } },
        { "cooldownMinutes: ", Rule with { CooldownMinutes = 10_081 } },
        { "digestMinutes: ", Rule with { DigestMinutes = 0 } },
        { "when.windowMinutes: 1 to 1440 expected", Rule with { When = Rule.When with { WindowMinutes = 1441 } } },
        { "when.windowMinutes: ", Rule with { When = Rule.When with { WindowMinutes = null } } },
        { "when.above: ", Rule with { When = Rule.When with { Below = null } } },
        { "when.above: ", Rule with { When = Rule.When with { Above = -0.6 } } },
        { "when.below: ", Rule with { When = Rule.When with { Below = double.NaN } } },
        { "when.leastItems: ", Rule with { When = Rule.When with { LeastItems = 1001 } } },
        { "when.hysteresis: ", Rule with { When = Rule.When with { Hysteresis = -1 } } },
        { "when.table: ", Rule with { When = Rule.When with { Table = "tiingo/news" } } },
        { "when.below: not expected with 'volume'", Rule with { When = new(AlertKind.Volume, 60, 5, 1) } },
        { "when.above: ", Rule with { When = new(AlertKind.Volume, 60) } },
        { "when.below: more than 0", Rule with { When = new(AlertKind.Change, 60, Below: 0) } },
        { "when.windowMinutes: not expected with 'spike'", Rule with { When = new(AlertKind.Spike, 60, 3) } },
        { "when.above: 1 to 10", Rule with { When = new(AlertKind.Spike, Above: 0.5) } },
        { "when.windowMinutes: 5 to 10080", Rule with { Symbols = [], When = new(AlertKind.Silent, 4) } },
        { "when.below: 0 to 1", Rule with { Symbols = [], When = new(AlertKind.Quota) } },
        { "quietHours.from: ", Rule with { Quiet = new("25:00", "07:00") } },
        { "quietHours.to: ", Rule with { Quiet = new("07:00", "07:00") } },
        { "quietHours.timeZone: ", Rule with { Quiet = new("22:00", "07:00", "Mars/Base") } },
        { "targets: ", Rule with { Targets = [.. Enumerable.Repeat(new AlertTarget("a@b.example"), 11)] } },
        { "targets[0]: ", Rule with { Targets = [new()] } },
        { "targets[0]: ", Rule with { Targets = [new("a@b.example", new("https://b.example"))] } },
        { "targets[0].email: ", Rule with { Targets = [new("A <a@b.example>")] } },
        { "targets[0].email: ", Rule with { Targets = [new("a@b.example\r\nBcc: c@d.example")] } },
        { "targets[0].secret: ", Rule with { Targets = [new("a@b.example", Secret: "env:X")] } },
        { "targets[0].webhook: ", Rule with { Targets = [new(null, new("http://b.example"))] } },
        { "targets[0].webhook: ", Rule with { Targets = [new(null, new("https://user:word@b.example"))] } },
        { "targets[0].secret: ", Rule with { Targets = [new(null, new("https://b.example"), Secret: "hunter2")] } },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_is_wrong_is_named_by_its_field(string expected, AlertRule rule) =>
        Assert.StartsWith(expected, Assert.Single(RuleChecks.ProblemsOf(rule, allowsHttp: false)), StringComparison.Ordinal);

    [Fact]
    public void Rules_of_every_kind_are_right()
    {
        foreach (var when in new AlertCondition[]
        {
            Rule.When, new(AlertKind.Volume, 1, 1), new(AlertKind.Change, 1440, 0.5, 0.5, 3, 0.1), new(AlertKind.Spike, Above: 2.5), new(AlertKind.Silent, 5, Table: "tiingo/news"), new(AlertKind.RunFailed), new(AlertKind.Quota, Below: 0.1, Hysteresis: 0.05),
        })
        {
            Assert.Empty(RuleChecks.ProblemsOf(Rule with { When = when, Symbols = RuleIndex.IsOnItems(when.Kind) ? ["*"] : [] }, allowsHttp: false));
        }

        Assert.Empty(RuleChecks.ProblemsOf(Rule with { Targets = [new(null, new("http://127.0.0.1:9"))] }, allowsHttp: true));
    }
}
