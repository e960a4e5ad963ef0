using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sentiment.Domain.Alerts.Rules;
using Sentiment.Domain.Diagnostics;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Workflows;

namespace Sentiment.Domain.Alerts.Delivery;

/// <summary>
/// One step of telling one target. That it begins is recorded before, what came of it after: a process that ends in between may
/// send once more, under the same id; whatever is recorded is not done again.
/// </summary>
internal sealed partial class DeliverToTarget(
    AlertStore store, RuleStore rules, TenantStore tenants, MessageSender sender, IOptions<AlertOptions> options, TimeProvider time, ILogger<DeliverToTarget> log)
    : Activity<DeliveryCall, DeliveryStep>
{
    /// <summary>How long a send may take.</summary>
    public static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(40);

    /// <summary>The most steps; a target that asks to wait this often is given up.</summary>
    public const int MaxSteps = 200;

    private static readonly DeliveryStep Over = new((DateTimeOffset?)null);

    /// <inheritdoc/>
    public override async Task<DeliveryStep> RunAsync(ActivityContext context, DeliveryCall input, CancellationToken cancellationToken)
    {
        if (await store.MessageAsync(input.Tenant, input.Message, cancellationToken).ConfigureAwait(false) is not { } message || Find(message, input) is not { } delivery)
        {
            return Over;
        }

        if (delivery.Step >= input.Step && delivery.IsSettled)
        {
            return new(delivery.NextAt); // The call is made again, for the process ended before its result was known.
        }

        var now = time.GetUtcNow();
        var rule = await rules.GetAsync(input.Tenant, message.Rule, cancellationToken).ConfigureAwait(false);
        if (await NobodyWantsItAsync(message, delivery, rule, cancellationToken).ConfigureAwait(false) is { } reason)
        {
            return await SettleAsync(input, d => d with { Status = DeliveryStatus.Withdrawn, NextAt = null, Reason = reason }, "withdrawn").ConfigureAwait(false);
        }

        if (DigestTime.QuietEnd(rule!.Quiet, now) is { } over)
        {
            return await SettleAsync(input, d => d with { Status = DeliveryStatus.Held, NextAt = over, Reason = "quiet hours" }, null).ConfigureAwait(false);
        }

        if (input.Step > MaxSteps || (delivery.BegunAt is { } begun && now - begun > TimeSpan.FromHours(options.Value.GiveUpHours)))
        {
            return await SettleAsync(input, d => Dead(d, $"given up after {d.Attempts} attempts: {d.Reason}"), "dead").ConfigureAwait(false);
        }

        var ready = await store.ChangeAsync(input.Tenant, input.Message, m => Find(m, input) is { } d ? m.With(Begun(d, input.Step, now)) : null, cancellationToken).ConfigureAwait(false);
        if (ready is null || Find(ready, input) is not { } open)
        {
            return Over;
        }

        var outcome = await SendAsync(ready, open).ConfigureAwait(false);
        return outcome switch
        {
            MailOutcome.Accepted => await SettleAsync(
                input, d => d with { Status = DeliveryStatus.Sent, SentAt = time.GetUtcNow(), NextAt = null, Reason = null }, "sent").ConfigureAwait(false),
            MailOutcome.Refused refused => await SettleAsync(input, d => Dead(d, refused.Reason), "dead").ConfigureAwait(false),
            MailOutcome.WaitUntil { IsAsked: true } wait => await SettleAsync(
                input, d => d with { NextAt = wait.Until, Reason = wait.Reason }, "wait").ConfigureAwait(false),
            MailOutcome.WaitUntil failed => await SettleAsync(
                input, d => Failed(d, failed), open.Failures + 1 < options.Value.Attempts ? "failed" : "dead").ConfigureAwait(false),
            _ => throw new NotSupportedException(outcome.ToString()),
        };
    }

    private static TargetDelivery? Find(AlertMessage message, DeliveryCall call) =>
        message.Deliveries.FirstOrDefault(d => d.Number == call.Number && d.Generation == call.Generation && !d.IsFinal);

    private static TargetDelivery Begun(TargetDelivery delivery, int step, DateTimeOffset now) => delivery.Step == step ? delivery : delivery with
    {
        Status = DeliveryStatus.Waiting,
        Step = step,
        IsSettled = false,
        Attempts = delivery.Attempts + 1,
        BegunAt = delivery.BegunAt ?? now,
        NextAt = null,
        Reason = null,
    };

    private static TargetDelivery Dead(TargetDelivery delivery, string reason) => delivery with { Status = DeliveryStatus.Dead, NextAt = null, Reason = reason };

    private TargetDelivery Failed(TargetDelivery delivery, MailOutcome.WaitUntil failed)
    {
        delivery = delivery with { Failures = delivery.Failures + 1 };
        if (delivery.Failures >= options.Value.Attempts)
        {
            return Dead(delivery, $"failed {delivery.Failures} times: {failed.Reason}");
        }

        var next = time.GetUtcNow() + options.Value.Delay(delivery.Failures);
        return delivery with { NextAt = next > failed.Until ? next : failed.Until, Reason = failed.Reason };
    }

    private async Task<string?> NobodyWantsItAsync(AlertMessage message, TargetDelivery delivery, AlertRule? rule, CancellationToken cancellationToken)
    {
        if (rule is null)
        {
            return "the rule was deleted";
        }

        if (!rule.IsEnabled)
        {
            return "the rule is disabled";
        }

        if (await tenants.GetAsync(message.Tenant, cancellationToken).ConfigureAwait(false) is { Row.Status: not TenantStatus.Active })
        {
            return "the tenant is disabled";
        }

        if (!rule.Targets.Any(t => t.Email == delivery.Target.Email && t.Webhook == delivery.Target.Webhook))
        {
            return "the rule tells somebody else now";
        }

        return delivery.Target.Email is { } address
            && await store.IsUnsubscribedAsync(message.Tenant, message.Rule, address, cancellationToken).ConfigureAwait(false) ? "unsubscribed" : null;
    }

    // Not ended with the host: what was sent is to be recorded, and a send that is given up may have arrived.
    [SuppressMessage("Design", "CA1031", Justification = "Whatever fails, the target is tried again and in the end given up.")]
    private async Task<MailOutcome> SendAsync(AlertMessage message, TargetDelivery delivery)
    {
        using var limit = new CancellationTokenSource(SendTimeout, time);
        try
        {
            return await sender.SendAsync(message, delivery, limit.Token).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            NotSent(log, message.Id, message.Tenant, delivery.To, failure);
            return new MailOutcome.WaitUntil(time.GetUtcNow(), limit.IsCancellationRequested ? $"no answer within {SendTimeout.TotalSeconds} s" : failure.Message);
        }
    }

    private async Task<DeliveryStep> SettleAsync(DeliveryCall call, Func<TargetDelivery, TargetDelivery> change, string? outcome)
    {
        TargetDelivery? settled = null;
        await store.ChangeAsync(
            call.Tenant, call.Message,
            m => Find(m, call) is { } d ? m.With(settled = change(d) with { Step = call.Step, IsSettled = true }) : null, CancellationToken.None).ConfigureAwait(false);
        if (outcome is not null && settled is not null)
        {
            SentimentMeter.AlertDeliveries.Add(
                1, new KeyValuePair<string, object?>("channel", settled.Target.Email is null ? "webhook" : "mail"), new KeyValuePair<string, object?>("outcome", outcome));
        }

        return settled is null ? Over : new(settled.NextAt);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Message} of tenant {Tenant} could not be sent to {Target}.")]
    private static partial void NotSent(ILogger logger, string message, string tenant, string target, Exception failure);
}
