using Sentiment.Domain.Alerts;
using Sentiment.Domain.Alerts.Rules;
using Sentiment.Domain.Ingestion.Chunks;

namespace Sentiment.Domain.Tests.Alerts.Rules;

public class RuleEvaluatorTests
{
    private static readonly AlertCondition BadNews = new(AlertKind.Score, 60, Below: -0.5, LeastItems: 2, Hysteresis: 0.2);
    private static readonly AlertCondition Busy = new(AlertKind.Volume, 60, Above: 3);

    [Fact]
    public async Task An_alert_carries_the_rule_the_window_and_the_newest_items_with_score_model_and_body()
    {
        await using var host = await RuleHost.OpenAsync();
        var rule = await host.PutAsync(BadNews with { LeastItems = 1 });
        var chunk = await host.PageAsync([.. Enumerable.Range(0, 25).Select(i => ("AAPL", (double)i, -0.5 - (i / 100.0)))]);

        var alert = Assert.Single(host.Alerts);
        Assert.Equal((RuleHost.Tenant, "AAPL", host.Now, rule.Version, "r1"), (alert.Tenant, alert.Symbol, alert.RaisedAt, alert.Rule.Version, alert.Rule.Id));
        Assert.Equal(Alert.IdOf(RuleHost.Tenant, "r1", 1, "AAPL", host.Now.ToUnixTimeMilliseconds()), alert.Id);
        Assert.Equal(-0.62, alert.Value, 6);
        Assert.Equal("AAPL: mean score -0.62 of 25 items in 1 hour, at most -0.50", alert.Summary);
        Assert.Equal((host.Now.AddMinutes(-59), host.Now.AddMinutes(1), 25), (alert.Evidence.From, alert.Evidence.To, alert.Evidence.Count));
        Assert.Equal(AlertEvidence.MaxItems, alert.Evidence.Items.Count);
        var newest = alert.Evidence.Items[0];
        Assert.Equal((-500_000, "stated@00000001", "wire/news", host.Now), (newest.Score, newest.Model, newest.Table, newest.PublishedAt));
        Assert.Equal((await ChunkStore.PageAsync(host.Memory, chunk, 1, default))!.Blob, newest.Raw);
    }

    [Fact]
    public async Task It_raises_once_until_the_value_has_come_back_by_the_hysteresis()
    {
        await using var host = await RuleHost.OpenAsync();
        await host.PutAsync(BadNews);
        await host.PageAsync(("AAPL", 0, -0.6), ("AAPL", 0, -0.6));
        await host.PageAsync(("AAPL", 0, -0.9));
        Assert.Single(host.Alerts);

        // To -0.35: within the hysteresis it has not come back.
        host.Ingestion.Time.Advance(TimeSpan.FromMinutes(1));
        await host.PageAsync(("AAPL", 0, 0.7));
        host.Ingestion.Time.Advance(TimeSpan.FromMinutes(1));
        await host.PageAsync(("AAPL", 0, -1), ("AAPL", 0, -1), ("AAPL", 0, -1));
        Assert.Single(host.Alerts);

        host.Ingestion.Time.Advance(TimeSpan.FromMinutes(1));
        await host.PageAsync(("AAPL", 0, 1), ("AAPL", 0, 1), ("AAPL", 0, 1));
        host.Ingestion.Time.Advance(TimeSpan.FromMinutes(1));
        await host.PageAsync([.. Enumerable.Repeat(("AAPL", 0.0, -1.0), 12)]);
        Assert.Equal(2, host.Alerts.Count);
        Assert.Equal(2, host.Alerts.Select(a => a.Id).Distinct().Count());
    }

    [Fact]
    public async Task Within_the_cool_down_another_episode_of_the_symbol_raises_none_and_one_of_another_symbol_does()
    {
        await using var host = await RuleHost.OpenAsync();
        await host.PutAsync(Busy with { WindowMinutes = 5 }, cooldown: 30, symbols: ["AAPL", "MSFT"]);
        await host.PageAsync([.. Enumerable.Repeat(("AAPL", 0.0, 0.0), 3)]);
        host.Ingestion.Time.Advance(TimeSpan.FromMinutes(10));
        await host.PageAsync([.. Enumerable.Repeat(("AAPL", 0.0, 0.0), 3), .. Enumerable.Repeat(("MSFT", 0.0, 0.0), 3)]);
        Assert.Equal(["AAPL", "MSFT"], host.Alerts.Select(a => a.Symbol));

        // The second episode ends without an alert; the third begins when the cool-down is over.
        host.Ingestion.Time.Advance(TimeSpan.FromMinutes(20));
        await host.PageAsync([.. Enumerable.Repeat(("AAPL", 0.0, 0.0), 3)]);
        Assert.Equal(["AAPL", "MSFT", "AAPL"], host.Alerts.Select(a => a.Symbol));
    }

    [Fact]
    public async Task A_silence_between_two_pages_ends_what_was_met_though_nobody_looked_meanwhile()
    {
        await using var host = await RuleHost.OpenAsync();
        await host.PutAsync(Busy with { WindowMinutes = 10 });
        await host.PageAsync([.. Enumerable.Repeat(("AAPL", 0.0, 0.0), 3)]);
        host.Evaluator = host.Process();
        host.Ingestion.Time.Advance(TimeSpan.FromMinutes(12));
        await host.PageAsync([.. Enumerable.Repeat(("AAPL", 0.0, 0.0), 3)]);
        Assert.Equal(2, host.Alerts.Count);
    }

    [Fact]
    public async Task Time_alone_ends_what_was_met_and_says_so_in_the_store_once()
    {
        await using var host = await RuleHost.OpenAsync();
        await host.PutAsync(Busy with { WindowMinutes = 10 });
        await host.PageAsync([.. Enumerable.Repeat(("AAPL", 0.0, 0.0), 3)]);
        await host.Evaluator.TickAsync(default);
        Assert.Contains("\"firing\":true", await StateAsync(host), StringComparison.Ordinal);
        host.Ingestion.Time.Advance(TimeSpan.FromMinutes(10));
        await host.Evaluator.TickAsync(default);
        Assert.Contains("\"firing\":false", await StateAsync(host), StringComparison.Ordinal);
        var writes = host.Memory.Writes;
        await host.Evaluator.TickAsync(default);
        Assert.Equal((1, writes), (host.Alerts.Count, host.Memory.Writes));
    }

    [Fact]
    public async Task Late_items_count_and_those_older_than_the_window_do_not()
    {
        await using var host = await RuleHost.OpenAsync();
        await host.PutAsync(Busy);
        await host.PageAsync(("AAPL", 59, 0), ("AAPL", 30, 0));
        await host.PageAsync(("AAPL", 60, 0), ("AAPL", 61, 0), ("AAPL", 119, 0));
        Assert.Empty(host.Alerts);
        await host.PageAsync(("AAPL", 59, 0));
        Assert.Equal(3, Assert.Single(host.Alerts).Evidence.Count);
    }

    [Fact]
    public async Task A_backfill_reads_and_writes_nothing_for_its_rules()
    {
        await using var host = await RuleHost.OpenAsync();
        var counted = new CountedTables(host.Memory);
        host.Evaluator = host.Process(tables: counted);
        await host.PutAsync(Busy, symbols: ["*"]);
        await host.PageAsync(("MSFT", 0, 0));
        counted.Reset();
        await host.PageAsync([.. Enumerable.Range(0, 50).Select(i => ($"S{i % 5}", 121.0 + i, 0.0))]);
        Assert.Equal((0, 0, 0), (counted.Reads, counted.Writes, host.Alerts.Count));
    }

    [Fact]
    public async Task Pages_after_which_nothing_changes_read_nothing()
    {
        await using var host = await RuleHost.OpenAsync();
        var counted = new CountedTables(host.Memory);
        host.Evaluator = host.Process(tables: counted);
        await host.PutAsync(Busy with { Above = 100 });
        await host.PutAsync(BadNews with { LeastItems = 1 }, id: "r2");
        await host.PageAsync(("AAPL", 0, -0.9));
        counted.Reset();
        for (var i = 0; i < 5; i++)
        {
            await host.PageAsync(("AAPL", i, -0.9), ("MSFT", 0, -1));
        }

        Assert.Equal((0, 0, 1), (counted.Reads, counted.Writes, host.Alerts.Count));
    }

    [Fact]
    public async Task A_rule_that_was_disabled_changed_or_deleted_elsewhere_raises_nothing_and_a_new_version_starts_afresh()
    {
        await using var host = await RuleHost.OpenAsync();
        var rule = await host.PutAsync(Busy);
        await host.PageAsync(("AAPL", 0, 0));

        // This process still goes by the enabled rule; the store does not.
        await host.PutAsync(rule with { IsEnabled = false });
        await host.PageAsync(("AAPL", 0, 0), ("AAPL", 0, 0));
        Assert.Empty(host.Alerts);

        await host.PutAsync(rule);
        host.Ingestion.Time.Advance(RuleStore.Life);
        await host.PageAsync(("AAPL", 0, 0));
        Assert.Equal(3, Assert.Single(host.Alerts).Rule.Version);

        await host.PutAsync(rule with { Name = "other" });
        host.Ingestion.Time.Advance(RuleStore.Life);
        await host.PageAsync(("AAPL", 0, 0));
        Assert.Equal([3, 4], host.Alerts.Select(a => a.Rule.Version));

        Assert.True(await host.Rules.DeleteAsync(RuleHost.Tenant, "r1", 4, default));
        await host.PageAsync([.. Enumerable.Repeat(("AAPL", 0.0, 0.0), 5)]);
        Assert.Equal(2, host.Alerts.Count);
    }

    [Fact]
    public async Task A_rule_that_is_disabled_while_its_evidence_is_read_raises_nothing()
    {
        await using var host = await RuleHost.OpenAsync();
        var rule = await host.PutAsync(Busy);
        var tables = new CountedTables(host.Memory) { BeforePage = () => host.PutAsync(rule with { IsEnabled = false }) };
        host.Evaluator = host.Process(tables: tables);
        await host.PageAsync([.. Enumerable.Repeat(("AAPL", 0.0, 0.0), 3)]);
        Assert.Empty(host.Alerts);
        Assert.Empty(await host.KeysAsync("s|"));
    }

    [Fact]
    public async Task A_star_stands_for_every_symbol_each_judged_by_itself()
    {
        await using var host = await RuleHost.OpenAsync();
        await host.PutAsync(Busy, symbols: ["*"]);
        await host.PageAsync([.. Enumerable.Repeat(("AAPL", 0.0, 0.0), 2), .. Enumerable.Repeat(("MSFT", 0.0, 0.0), 3), .. Enumerable.Repeat(("A/B", 0.0, 0.0), 4)]);
        Assert.Equal(["A/B", "MSFT"], host.Alerts.Select(a => a.Symbol).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_page_that_nobody_was_told_of_before_the_process_ended_is_evaluated_when_it_is_told_after_all()
    {
        await using var host = await RuleHost.OpenAsync();
        await host.PutAsync(Busy);
        var chunk = await host.UntoldPageAsync([.. Enumerable.Repeat(("AAPL", 0.0, 0.0), 3)]);
        Assert.Empty(host.Alerts);
        host.Evaluator = host.Process();
        await host.Ingestion.ProcessAsync(chunk);
        Assert.Single(host.Alerts);
        await host.TellAgainAsync(chunk);
        await host.TellAgainAsync(chunk, host.Process());
        Assert.Single(host.Alerts);
    }

    [Fact]
    public async Task A_process_that_ends_before_or_after_the_alert_is_written_leaves_one_alert()
    {
        await using var host = await RuleHost.OpenAsync();
        await host.PutAsync(Busy);
        foreach (var isAfter in (bool[])[false, true])
        {
            var ended = false;
            Func<Alert, Task> end = _ => ended ? Task.CompletedTask : throw new OperationCanceledException($"{ended = true}");
            (host.Raiser.Before, host.Raiser.After) = isAfter ? ((Func<Alert, Task>)(_ => Task.CompletedTask), end) : (end, _ => Task.CompletedTask);
            ChunkId? chunk = null;
            await host.PageAsync([.. Enumerable.Repeat(("AAPL", 0.0, 0.0), 3)], async (id, token) =>
            {
                chunk = id;
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.Ingestion.ProcessAsync(id, token));
            });
            host.Evaluator = host.Process();
            await host.Ingestion.ProcessAsync(chunk!);
            Assert.Equal(isAfter ? 2 : 1, host.Alerts.Count);
            host.Ingestion.Time.Advance(TimeSpan.FromHours(3));
        }
    }

    [Fact]
    public async Task Of_two_processes_that_find_the_same_at_once_one_raises_it()
    {
        await using var host = await RuleHost.OpenAsync();
        await host.PutAsync(Busy);
        var other = host.Process();
        var chunk = await host.UntoldPageAsync([.. Enumerable.Repeat(("AAPL", 0.0, 0.0), 3)]);
        var isFirst = true;
        host.Raiser.Before = async _ =>
        {
            if (isFirst)
            {
                isFirst = false;
                await host.TellAgainAsync(chunk, other);
            }
        };
        await host.TellAgainAsync(chunk);
        Assert.False(isFirst);
        Assert.Single(host.Alerts);
        Assert.Single(await host.KeysAsync("i|"));
    }

    [Fact]
    public async Task What_two_processes_commit_side_by_side_is_seen_together_by_the_next_look()
    {
        await using var host = await RuleHost.OpenAsync();
        await host.PutAsync(Busy);
        RuleEvaluator[] processes = [host.Process(isOneProcess: false), host.Process(isOneProcess: false)];
        foreach (var process in processes)
        {
            host.Evaluator = process;
            await host.PageAsync(("AAPL", 0, 0));
        }

        host.Evaluator = processes[0];
        await host.PageAsync(("AAPL", 0, 0));
        Assert.Empty(host.Alerts);
        host.Ingestion.Time.Advance(RuleEvaluator.Life);
        await processes[1].TickAsync(default);
        await processes[0].TickAsync(default);
        Assert.Equal(3, Assert.Single(host.Alerts).Evidence.Count);
    }

    [Fact]
    public async Task A_page_that_was_committed_when_the_minutes_were_read_is_not_counted_twice()
    {
        await using var host = await RuleHost.OpenAsync();
        await host.PutAsync(Busy with { Above = 4 });
        var counted = new CountedTables(host.Memory);
        host.Evaluator = host.Process(tables: counted);

        // The first page is committed; before it is told, the minutes are read for the second.
        var isFirst = true;
        host.BeforeTelling = async () =>
        {
            if (isFirst)
            {
                isFirst = false;
                await host.PageAsync(("AAPL", 0, 0));
                counted.Reset();
            }
        };
        await host.PageAsync(("AAPL", 0, 0), ("AAPL", 0, 0));

        // Three were counted: five would have been looked up.
        Assert.Equal((0, 0), (counted.Reads, host.Alerts.Count));
        await host.PageAsync(("AAPL", 0, 0));
        Assert.Equal(4, Assert.Single(host.Alerts).Evidence.Count);
    }

    private static async Task<string> StateAsync(RuleHost host) =>
        System.Text.Encoding.UTF8.GetString((await host.Memory.GetAsync(AlertPartitions.Of(RuleHost.Tenant), SymbolState.Key("r1", "AAPL"), default))!.Data.Span);
}
