using Sentiment.Domain.Alerts.Rules;
using Sentiment.Domain.Workflows;

namespace Sentiment.Domain.Alerts.Delivery;

/// <summary>Says whether a message is due, and from then on adds no alert to it.</summary>
internal sealed class PrepareDelivery(AlertStore store, RuleStore rules, TimeProvider time) : Activity<DeliverAlertInput, DeliveryPlan>
{
    private static readonly DeliveryPlan Over = new(null, []);

    /// <inheritdoc/>
    public override async Task<DeliveryPlan> RunAsync(ActivityContext context, DeliverAlertInput input, CancellationToken cancellationToken)
    {
        if (await store.MessageAsync(input.Tenant, input.Message, cancellationToken).ConfigureAwait(false) is not { } message)
        {
            return Over; // The tenant was deleted.
        }

        var now = time.GetUtcNow();
        if (!message.IsClosed && message.DigestUntil > now)
        {
            return new(message.DigestUntil, []);
        }

        var rule = await rules.GetAsync(input.Tenant, message.Rule, cancellationToken).ConfigureAwait(false);
        var quiet = rule is { IsEnabled: true } ? DigestTime.QuietEnd(rule.Quiet, now) : null;
        var changed = await store.ChangeAsync(input.Tenant, input.Message, m => Prepared(m, input.Generation, quiet), cancellationToken).ConfigureAwait(false);
        return changed is null ? Over
            : new(quiet, [.. changed.Deliveries.Where(d => !d.IsFinal && d.Generation == input.Generation).Select(d => d.Number)]);
    }

    private static AlertMessage? Prepared(AlertMessage message, int generation, DateTimeOffset? quiet)
    {
        var (status, reason) = quiet is null ? (DeliveryStatus.Waiting, (string?)null) : (DeliveryStatus.Held, "quiet hours");
        var deliveries = message.Deliveries
            .Select(d => d.IsFinal || d.Generation != generation || d.Step > 0 || (d.Status, d.NextAt) == (status, quiet) ? d : d with { Status = status, NextAt = quiet, Reason = reason })
            .ToList();

        // A digest that is held takes what comes until it is sent.
        var isClosed = message.IsClosed || quiet is null;
        return isClosed == message.IsClosed && deliveries.SequenceEqual(message.Deliveries) ? null : message with { IsClosed = isClosed, Deliveries = deliveries };
    }
}
