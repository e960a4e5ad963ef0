using Sentiment.Domain.Alerts;
using Sentiment.Domain.Alerts.Delivery;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tests.Support;

namespace Sentiment.Domain.Tests.Alerts;

public sealed class AlertRaiserTests
{
    private static readonly string Partition = AlertPartitions.Of(DeliveryHost.Tenant);
    private static readonly byte[] Memory = "{}"u8.ToArray();

    [Fact]
    public async Task An_alert_is_there_with_its_evidence_and_with_what_its_rule_remembers()
    {
        await using var host = await DeliveryHost.StartAsync();
        var alert = await host.RaiseAsync();
        await host.IdleAsync();
        var found = await host.Store.GetAsync(DeliveryHost.Tenant, alert.Id, default);
        Assert.Equal((alert.Summary, "It fell", AlertState.New), (found!.Stored.Alert.Summary, found.Stored.Alert.Evidence.Items[0].Title, found.Stored.State));
        Assert.NotNull(await host.Tables.GetAsync(Partition, "s|fell|AAPL", default));
        Assert.Null(await host.Store.GetAsync(DeliveryHost.Tenant, new string('0', 32), default));
        Assert.Null(await host.Store.GetAsync("bolt", alert.Id, default));
    }

    [Fact]
    public async Task Where_the_rules_memory_is_not_as_expected_or_the_alert_is_known_nothing_is_written_or_sent()
    {
        await using var host = await DeliveryHost.StartAsync();
        var alert = host.Next(DeliveryHost.Rule());
        await host.Tables.WriteAsync(Partition, [TableWrite.Insert("s|fell|AAPL", 1, Memory)], default);
        Assert.False(await host.Get<IAlertRaiser>().RaiseAsync(alert, TableWrite.Insert("s|fell|AAPL", 1, Memory), default));
        Assert.Empty(await host.KeysAsync("a|"));
        Assert.True(await host.Get<IAlertRaiser>().RaiseAsync(alert, TableWrite.Upsert("s|fell|AAPL", 1, Memory), default));
        Assert.False(await host.Get<IAlertRaiser>().RaiseAsync(alert, TableWrite.Upsert("s|fell|AAPL", 1, Memory), default));
        await host.IdleAsync();
        Assert.Single(await host.KeysAsync("a|"));
        Assert.Single(host.Targets.Mails);
    }

    [Fact]
    public async Task A_rule_without_targets_has_its_alerts_in_the_inbox_alone()
    {
        var rule = DeliveryHost.Rule() with { Targets = [] };
        await using var host = await DeliveryHost.StartAsync(rule);
        var alert = await host.RaiseAsync(rule);
        await host.IdleAsync();
        Assert.Null((await host.Store.GetAsync(DeliveryHost.Tenant, alert.Id, default))!.Message);
        Assert.Empty(await host.KeysAsync("o|"));
    }

    /// <summary>Wherever the process ends, the alert is there with its rule's memory or neither is, and what is there is sent: once, but where the end came between send and record.</summary>
    [Fact]
    public async Task A_process_that_ends_at_any_write_loses_nothing_and_repeats_nothing_but_what_it_could_not_record()
    {
        await using var whole = await DeliveryHost.StartAsync();
        await whole.RaiseAsync();
        await whole.IdleAsync();
        var writes = whole.Faults.Writes;
        Assert.Equal(4, writes); // That the tenant has alerts, the alert, that its send begins, that it was sent.
        for (var write = 1; write <= writes; write++)
        {
            foreach (var afterwards in new[] { false, true })
            {
                await using var host = await DeliveryHost.StartAsync();
                (host.Faults.CrashAt, host.Faults.Afterwards) = (write, afterwards);
                var alert = host.Next(DeliveryHost.Rule());
                try
                {
                    await host.Get<IAlertRaiser>().RaiseAsync(alert, TableWrite.Insert("s|fell|AAPL", 1, Memory), default);
                }
                catch (CrashException)
                {
                    // The process is gone.
                }

                await host.IdleAsync();
                await host.RestartAsync();
                await host.AdvanceToAsync(host.Time.GetUtcNow().AddHours(1));
                var isThere = await host.Tables.GetAsync(Partition, "s|fell|AAPL", default) is not null;
                Assert.Equal(isThere, (await host.KeysAsync("a|")).Count == 1);
                Assert.Equal(isThere, write > 2 || (write == 2 && afterwards));
                Assert.Equal(!isThere ? 0 : write == 4 && !afterwards ? 2 : 1, host.Targets.Mails.Count);
                Assert.True(host.Targets.Mails.DistinctBy(m => m.MessageId).Count() <= 1);
                Assert.Empty(await host.KeysAsync("o|"));
            }
        }
    }

    [Fact]
    public async Task Lists_are_newest_first_by_rule_symbol_and_state_page_by_page()
    {
        var (fell, rose) = (DeliveryHost.Rule(), DeliveryHost.Rule() with { Id = "rose" });
        await using var host = await DeliveryHost.StartAsync(fell, rose);
        var all = new List<Alert>();
        for (var i = 0; i < 6; i++)
        {
            host.Time.Advance(TimeSpan.FromMinutes(1));
            var alert = host.Next(i % 2 == 0 ? fell : rose, i % 3 == 0 ? "MSFT" : "AAPL");
            await host.Get<IAlertRaiser>().RaiseAsync(alert, TableWrite.Upsert("s|x", 1, Memory), default);
            all.Insert(0, alert);
        }

        await host.IdleAsync();
        Assert.True(await host.Store.SeeAsync(DeliveryHost.Tenant, all[2].Id, default));
        Assert.False(await host.Store.SeeAsync(DeliveryHost.Tenant, "nothing", default));
        Assert.Equal(all.Select(a => a.Id), await ReadAsync(new()));
        Assert.Equal(all.Where(a => a.Rule.Id == "rose").Select(a => a.Id), await ReadAsync(new(Rule: "rose")));
        Assert.Equal(all.Where(a => a.Symbol == "MSFT").Select(a => a.Id), await ReadAsync(new(Symbol: "msft")));
        Assert.Equal([all[2].Id], await ReadAsync(new(State: AlertState.Seen)));
        await Assert.ThrowsAsync<ArgumentException>(() => host.Store.ListAsync(DeliveryHost.Tenant, new(), 2, "r|fell", default));

        async Task<IReadOnlyList<string>> ReadAsync(AlertFilter filter)
        {
            var (ids, after) = (new List<string>(), (string?)null);
            do
            {
                var page = await host.Store.ListAsync(DeliveryHost.Tenant, filter, 2, after, default);
                ids.AddRange(page.Entries.Select(e => e.Stored.Alert.Id));
                Assert.All(page.Entries, e => Assert.Equal((0, DeliveryStatus.Sent), (e.Stored.Alert.Evidence.Items.Count, e.Message!.Deliveries[0].Status)));
                after = page.Next;
            }
            while (after is not null);
            return ids;
        }
    }
}
