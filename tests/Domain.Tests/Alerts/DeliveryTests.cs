using Sentiment.Domain.Alerts;
using Sentiment.Domain.Alerts.Delivery;
using Sentiment.Domain.Retention;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Workflows;

namespace Sentiment.Domain.Tests.Alerts;

public sealed class DeliveryTests
{
    private static readonly MailOutcome Down = new MailOutcome.WaitUntil(DeliveryHost.Start, "it is down");

    [Fact]
    public async Task Each_target_is_told_once_and_what_came_of_it_is_recorded()
    {
        var rule = DeliveryHost.Rule(targets: [new("ops@acme.example"), new(Webhook: new("https://hooks.example/secret-path"))]);
        await using var host = await DeliveryHost.StartAsync(rule);
        var alert = await host.RaiseAsync(rule);
        await host.IdleAsync();
        var mail = Assert.Single(host.Targets.Mails);
        Assert.Equal(("ops@acme.example", $"<{alert.Id}.1@sentiment>", $"[Sentiment] {alert.Summary}"), (mail.To, mail.MessageId, mail.Subject));
        Assert.StartsWith("https://sentiment.example/api/unsubscribe/", mail.Unsubscribe!.AbsoluteUri, StringComparison.Ordinal);
        Assert.Equal($"{alert.Id}.2", Assert.Single(host.Targets.Notices).Key);
        var (first, second) = (await host.DeliveryAsync(alert), await host.DeliveryAsync(alert, 2));
        Assert.Equal((DeliveryStatus.Sent, 1, DeliveryHost.Start), (first.Status, first.Attempts, first.SentAt!.Value));
        Assert.Equal((DeliveryStatus.Sent, "webhook https://hooks.example/…"), (second.Status, second.To));
        Assert.Empty(await host.KeysAsync("o|"));
        Assert.Empty(await host.KeysAsync("x|"));
    }

    [Fact]
    public async Task A_failure_is_tried_again_after_longer_and_longer_waits_and_in_the_end_given_up_until_somebody_asks()
    {
        await using var host = await DeliveryHost.StartAsync();
        host.Targets.Answer = (_, _) => Down;
        var alert = await host.RaiseAsync();
        await host.IdleAsync();
        Assert.Equal(DeliveryHost.Start.AddSeconds(30), (await host.DeliveryAsync(alert)).NextAt);
        await host.AdvanceToAsync(DeliveryHost.Start.AddSeconds(30));
        Assert.Equal(DeliveryHost.Start.AddSeconds(90), (await host.DeliveryAsync(alert)).NextAt);
        await host.AdvanceToAsync(DeliveryHost.Start.AddSeconds(90));
        var dead = await host.DeliveryAsync(alert);
        Assert.Equal((DeliveryStatus.Dead, 3, "failed 3 times: it is down"), (dead.Status, dead.Attempts, dead.Reason));
        var listed = Assert.Single((await host.Store.DeliveriesAsync(DeliveryHost.Tenant, DeliveryStatus.Dead, 10, null, default)).Entries);
        Assert.Equal((alert.Id, 1), (listed.Message.Alerts[0], listed.Delivery.Number));

        host.Targets.Answer = (_, _) => new MailOutcome.Accepted();
        Assert.Equal(1, await host.Get<AlertResend>().ResendAsync(DeliveryHost.Tenant, alert.Id, default));
        await host.IdleAsync();
        Assert.Equal((DeliveryStatus.Sent, 1), ((await host.DeliveryAsync(alert)).Status, (await host.DeliveryAsync(alert)).Attempts));
        Assert.Single(host.Targets.Mails.DistinctBy(m => m.MessageId));
        Assert.Equal(0, await host.Get<AlertResend>().ResendAsync(DeliveryHost.Tenant, alert.Id, default));
        Assert.Null(await host.Get<AlertResend>().ResendAsync(DeliveryHost.Tenant, new string('0', 32), default));
        Assert.Empty((await host.Store.DeliveriesAsync(DeliveryHost.Tenant, DeliveryStatus.Dead, 10, null, default)).Entries);
    }

    [Fact]
    public async Task A_target_that_asks_to_wait_is_waited_for_and_that_is_no_failure()
    {
        await using var host = await DeliveryHost.StartAsync();
        host.Targets.Answer = (_, n) => n <= 5 ? new MailOutcome.WaitUntil(host.Time.GetUtcNow().AddMinutes(7), "429", IsAsked: true) : new MailOutcome.Accepted();
        var alert = await host.RaiseAsync();
        for (var i = 1; i <= 5; i++)
        {
            await host.IdleAsync();
            Assert.Equal((i, DeliveryStatus.Waiting, DeliveryHost.Start.AddMinutes(7 * i)), (host.Targets.Mails.Count, (await host.DeliveryAsync(alert)).Status, (await host.DeliveryAsync(alert)).NextAt!.Value));
            await host.AdvanceToAsync(DeliveryHost.Start.AddMinutes(7 * i));
        }

        Assert.Equal((DeliveryStatus.Sent, 0), ((await host.DeliveryAsync(alert)).Status, (await host.DeliveryAsync(alert)).Failures));
    }

    [Fact]
    public async Task What_is_refused_for_good_is_dead_at_once_and_holds_up_no_other_target()
    {
        var rule = DeliveryHost.Rule(targets: [new("ops@acme.example"), new("risk@acme.example")]);
        await using var host = await DeliveryHost.StartAsync(rule);
        host.Targets.Answer = (mail, _) => mail.To.StartsWith("ops", StringComparison.Ordinal) ? new MailOutcome.Refused("no such address") : new MailOutcome.Accepted();
        var alert = await host.RaiseAsync(rule);
        await host.IdleAsync();
        Assert.Equal((DeliveryStatus.Dead, "no such address"), ((await host.DeliveryAsync(alert)).Status, (await host.DeliveryAsync(alert)).Reason));
        Assert.Equal(DeliveryStatus.Sent, (await host.DeliveryAsync(alert, 2)).Status);
    }

    [Fact]
    public async Task What_throws_is_a_failure_like_any_other()
    {
        await using var host = await DeliveryHost.StartAsync();
        host.Targets.Answer = (_, n) => n == 1 ? throw new InvalidOperationException("broken") : new MailOutcome.Accepted();
        var alert = await host.RaiseAsync();
        await host.IdleAsync();
        Assert.Equal("broken", (await host.DeliveryAsync(alert)).Reason);
        await host.AdvanceToAsync(DeliveryHost.Start.AddSeconds(30));
        Assert.Equal(DeliveryStatus.Sent, (await host.DeliveryAsync(alert)).Status);
    }

    public static TheoryData<string, string> Changes => new()
    {
        { "disabled", "the rule is disabled" }, { "deleted", "the rule was deleted" }, { "moved", "the rule tells somebody else now" }, { "unsubscribed", "unsubscribed" },
        { "tenant disabled", "the tenant is disabled" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task What_nobody_wants_any_more_is_withdrawn(string change, string reason)
    {
        await using var host = await DeliveryHost.StartAsync();
        host.Targets.Answer = (_, _) => Down;
        var alert = await host.RaiseAsync();
        await host.IdleAsync();
        await (change switch
        {
            "disabled" => host.SaveAsync(DeliveryHost.Rule(isEnabled: false)),
            "deleted" => host.RemoveRuleAsync(),
            "tenant disabled" => host.DisableTenantAsync(),
            "moved" => host.SaveAsync(DeliveryHost.Rule(targets: new AlertTarget("risk@acme.example"))),
            _ => UnsubscribeAsync(host),
        });
        await host.AdvanceToAsync(DeliveryHost.Start.AddSeconds(30));
        var delivery = await host.DeliveryAsync(alert);
        Assert.Equal((DeliveryStatus.Withdrawn, reason, 1), (delivery.Status, delivery.Reason, host.Targets.Mails.Count));
        Assert.Empty(await host.KeysAsync("o|"));
    }

    [Fact]
    public async Task In_quiet_hours_alerts_are_held_and_come_when_they_end()
    {
        var rule = DeliveryHost.Rule(quiet: new("11:00", "14:30", "UTC"));
        await using var host = await DeliveryHost.StartAsync(rule);
        var alert = await host.RaiseAsync(rule);
        await host.IdleAsync();
        Assert.Equal((DeliveryStatus.Held, DeliveryHost.Start.AddMinutes(150), 0), ((await host.DeliveryAsync(alert)).Status, (await host.DeliveryAsync(alert)).NextAt!.Value, host.Targets.Mails.Count));
        await host.RestartAsync();
        await host.AdvanceToAsync(DeliveryHost.Start.AddMinutes(150));
        Assert.Equal(DeliveryStatus.Sent, (await host.DeliveryAsync(alert)).Status);
    }

    [Fact]
    public async Task Alerts_of_a_digest_come_as_one_message_and_later_ones_with_the_next()
    {
        var rule = DeliveryHost.Rule(digest: 60, targets: [new("ops@acme.example"), new(Webhook: new("https://hooks.example/x"))]);
        await using var host = await DeliveryHost.StartAsync(rule);
        var alerts = new List<Alert>();
        for (var i = 0; i < 3; i++)
        {
            alerts.Add(await host.RaiseAsync(rule));
            await host.AdvanceToAsync(DeliveryHost.Start.AddMinutes((i + 1) * 15));
        }

        Assert.Empty(host.Targets.Mails);
        Assert.Equal(DeliveryStatus.Held, (await host.DeliveryAsync(alerts[2])).Status);
        await host.AdvanceToAsync(DeliveryHost.Start.AddMinutes(60));
        var mail = Assert.Single(host.Targets.Mails);
        Assert.Equal("[Sentiment] It falls: 3 alerts", mail.Subject);
        Assert.All(alerts, alert => Assert.Contains(alert.Id, mail.Text, StringComparison.Ordinal));
        Assert.Equal(3, Assert.Single(host.Targets.Notices).Alerts.Count);
        foreach (var alert in alerts)
        {
            Assert.Equal(DeliveryStatus.Sent, (await host.DeliveryAsync(alert)).Status);
        }

        var late = await host.RaiseAsync(rule);
        await host.AdvanceToAsync(DeliveryHost.Start.AddMinutes(120));
        Assert.Equal(2, host.Targets.Mails.Count);
        Assert.Contains(late.Id, host.Targets.Mails.Last().Text, StringComparison.Ordinal);
        Assert.DoesNotContain(alerts[0].Id, host.Targets.Mails.Last().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Alerts_that_are_raised_side_by_side_are_all_in_the_digest()
    {
        var rule = DeliveryHost.Rule(digest: 60);
        await using var host = await DeliveryHost.StartAsync(rule);
        var alerts = Enumerable.Range(0, 8).Select(_ => host.Next(rule)).ToList();
        var raised = await Task.WhenAll(alerts.Select(a => Task.Run(() => host.Get<IAlertRaiser>().RaiseAsync(a, TableWrite.Upsert($"s|fell|{a.Id}", 1, "{}"u8.ToArray()), default))));
        Assert.All(raised, Assert.True);
        await host.AdvanceToAsync(DeliveryHost.Start.AddMinutes(60));
        Assert.All(alerts, a => Assert.Contains(a.Id, Assert.Single(host.Targets.Mails).Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_workflow_that_ended_without_its_work_done_is_followed_by_another()
    {
        await using var host = await DeliveryHost.StartAsync();
        host.Targets.Answer = (_, n) => n == 1 ? Down : new MailOutcome.Accepted();
        var alert = await host.RaiseAsync();
        await host.IdleAsync();
        await host.Get<IWorkflowClient>().TerminateAsync(OpenAlerts.InstanceId(DeliveryHost.Tenant, alert.Id, 1), "test", default);
        await host.RestartAsync();
        await host.AdvanceToAsync(DeliveryHost.Start.AddMinutes(5));
        Assert.Equal((DeliveryStatus.Sent, 2), ((await host.DeliveryAsync(alert)).Status, (await host.DeliveryAsync(alert)).Generation));
    }

    [Fact]
    public async Task Nobody_looks_through_a_tenant_of_which_nothing_has_been_open_for_long()
    {
        await using var host = await DeliveryHost.StartAsync();
        await host.RaiseAsync();
        await host.IdleAsync();
        Assert.Equal(0, await host.Get<OpenAlerts>().SweepAsync(default));
        Assert.NotNull(await host.Tables.GetAsync("alerts", "o|acme", default));
        await host.AdvanceToAsync(DeliveryHost.Start.AddHours(2));
        await host.Get<OpenAlerts>().SweepAsync(default);
        Assert.Null(await host.Tables.GetAsync("alerts", "o|acme", default));
        await host.RaiseAsync();
        Assert.NotNull(await host.Tables.GetAsync("alerts", "o|acme", default));
        await host.IdleAsync();
        Assert.Equal(2, host.Targets.Mails.Count);
    }

    private static async Task UnsubscribeAsync(DeliveryHost host)
    {
        var token = host.Targets.Mails.Last().Unsubscribe!.Segments[^1];
        var ends = host.Get<Unsubscribing>();
        Assert.Null(await ends.ReadAsync("x" + token, default));
        Assert.Null(await ends.ReadAsync(token[..^1], default));
        var subscription = await ends.ReadAsync(token, default);
        Assert.Equal(new(DeliveryHost.Tenant, "fell", "ops@acme.example"), subscription);
        await ends.EndAsync(subscription!, default);
    }

    [Fact]
    public async Task Links_to_unsubscribe_lead_to_the_API_where_that_is_elsewhere()
    {
        await using var host = new DeliveryHost { Options = new() { PublicUrl = new("https://page.example"), ApiUrl = new("https://api.example") } };
        await host.SaveAsync(DeliveryHost.Rule());
        await host.RestartAsync();
        await host.RaiseAsync();
        await host.IdleAsync();
        var mail = Assert.Single(host.Targets.Mails);
        Assert.StartsWith("https://api.example/api/unsubscribe/", mail.Unsubscribe!.AbsoluteUri, StringComparison.Ordinal);
        Assert.Contains("https://page.example/#/acme/alerts/", mail.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Old_alerts_go_with_all_that_became_of_them_but_those_that_are_still_to_be_sent()
    {
        var digest = DeliveryHost.Rule(digest: 60);
        await using var host = await DeliveryHost.StartAsync();
        for (var n = 0; n < 60; n++)
        {
            await host.RaiseAsync();
        }

        await host.IdleAsync();
        host.Targets.Answer = (_, _) => Down;
        var open = await host.RaiseAsync();
        await host.IdleAsync();
        host.Targets.Answer = (_, _) => new MailOutcome.Refused("no such address");
        await host.RaiseAsync();
        await host.IdleAsync();
        await host.SaveAsync(digest);
        await host.RaiseAsync(digest);
        await host.RaiseAsync(digest);
        var before = await host.KeysAsync("");
        Assert.All((string[])["a|", "i|", "e|", "m|", "x|dead|", "x|waiting|", "o|"], kind => Assert.Contains(before, key => key.StartsWith(kind, StringComparison.Ordinal)));

        // Nothing is old yet; then all but the one that is tried again and the digest that is still open.
        var old = new OldAlerts(host.Get<ITableStore>());
        var at = host.Time.GetUtcNow();
        Assert.Null(await old.RemoveAsync(DeliveryHost.Tenant, at, 1, null, new(host.Time, 30), default));
        Assert.Equal(before, await host.KeysAsync(""));
        var next = await old.RemoveAsync(DeliveryHost.Tenant, at.AddDays(2), 1, null, new(host.Time, 0), default);
        Assert.NotNull(next);
        Assert.Null(await old.RemoveAsync(DeliveryHost.Tenant, at.AddDays(2), 1, next, new(host.Time, 0), default));
        var left = await host.KeysAsync("");
        Assert.Equal([open.Id], left.Where(k => k.StartsWith("i|", StringComparison.Ordinal)).Select(k => k[2..]).Where(id => id == open.Id));
        Assert.Equal((3, 3, 2, 2), (Count("a|"), Count("e|"), Count("m|"), Count("o|")));
        Assert.Equal((0, 2), (Count("x|dead|"), Count("x|waiting|") + Count("x|held|")));

        int Count(string kind) => left.Count(k => k.StartsWith(kind, StringComparison.Ordinal));
    }
}
