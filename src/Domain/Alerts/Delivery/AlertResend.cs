namespace Sentiment.Domain.Alerts.Delivery;

/// <summary>Tries dead deliveries again.</summary>
public sealed class AlertResend(AlertStore store, OpenAlerts open)
{
    /// <summary>Has the dead deliveries of an alert, with a digest those of all of its alerts, tried anew, under the same ids.</summary>
    /// <returns>How many; null: there is no such alert.</returns>
    public async Task<int?> ResendAsync(string tenant, string alert, CancellationToken cancellationToken)
    {
        if (await store.GetAsync(tenant, alert, cancellationToken).ConfigureAwait(false) is not { } found)
        {
            return null;
        }

        if (found.Message is null)
        {
            return 0;
        }

        await open.MarkAsync(tenant, cancellationToken).ConfigureAwait(false);
        var again = 0;
        var changed = await store.ChangeAsync(tenant, found.Message.Id, message =>
        {
            var next = message.Deliveries.Max(d => d.Generation) + 1;
            again = message.Deliveries.Count(d => d.Status == DeliveryStatus.Dead);
            return again == 0 ? null : message with
            {
                Deliveries = [.. message.Deliveries.Select(d => d.Status == DeliveryStatus.Dead ? new TargetDelivery(d.Number, d.Target) { Generation = next } : d)],
            };
        }, cancellationToken).ConfigureAwait(false);
        if (changed is not null && again > 0)
        {
            await open.StartAsync(changed, cancellationToken).ConfigureAwait(false);
        }

        return again;
    }
}
