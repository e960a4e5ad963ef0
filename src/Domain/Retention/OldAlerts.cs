using Sentiment.Domain.Alerts;
using Sentiment.Domain.Alerts.Delivery;
using Sentiment.Domain.Diagnostics;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Retention;

/// <summary>Removes alerts with their evidence and what became of them, by the time they were raised; those that are still to be delivered stay.</summary>
internal sealed class OldAlerts(ITableStore tables)
{
    private const int AlertsPerStep = 50;

    /// <summary>Removes alerts of before so many days ago; returns where to go on, or null when done.</summary>
    public async Task<string?> RemoveAsync(string tenant, DateTimeOffset at, int days, string? after, TimeBudget budget, CancellationToken cancellationToken)
    {
        var partition = AlertPartitions.Of(tenant);
        after ??= AlertKeys.Alerts + Rows.NewestFirst(at.AddDays(-days));
        do
        {
            var alerts = new List<TableRow>();
            await foreach (var row in tables.QueryAsync(new(partition, Rows.After(after), AlertKeys.Alerts + "\u007f", AlertsPerStep), cancellationToken).ConfigureAwait(false))
            {
                alerts.Add(row);
            }

            var stored = alerts.ConvertAll(row => Rows.Read(row, DeliveryJson.Default.StoredAlert));
            var messages = new Dictionary<string, TableRow>(await tables.GetAllAsync(
                partition, stored.Select(s => s.Message).OfType<string>().Distinct(StringComparer.Ordinal).Select(AlertKeys.Message), cancellationToken).ConfigureAwait(false), StringComparer.Ordinal);
            foreach (var (row, alert) in alerts.Zip(stored))
            {
                var message = alert.Message is { } id ? messages.GetValueOrDefault(AlertKeys.Message(id)) : null;
                if (await RemoveAsync(row, alert, message, cancellationToken).ConfigureAwait(false) && message is not null)
                {
                    messages.Remove(message.Key);
                }
            }

            if (alerts.Count < AlertsPerStep)
            {
                return null;
            }

            after = alerts[^1].Key;
        }
        while (!budget.IsUsedUp);
        return after;
    }

    private async Task<bool> RemoveAsync(TableRow row, StoredAlert stored, TableRow? found, CancellationToken cancellationToken)
    {
        var message = found is null ? null : Rows.Read(found, DeliveryJson.Default.AlertMessage);
        if (message?.Deliveries.Any(d => !d.IsFinal) == true)
        {
            return false;
        }

        // A digest goes with the first of its alerts.
        List<TableWrite> writes = [TableWrite.Delete(row.Key), TableWrite.Delete(AlertKeys.Id(stored.Alert.Id)), TableWrite.Delete(AlertKeys.Evidence(stored.Alert.Id))];
        if (message is not null)
        {
            writes.Add(TableWrite.Delete(found!.Key, found.ETag));
            writes.AddRange(message.Deliveries.Select(d => AlertKeys.Delivery(message, d)).OfType<string>().Select(key => TableWrite.Delete(key)));
        }

        try
        {
            await tables.WriteAsync(row.Partition, writes, cancellationToken).ConfigureAwait(false);
            SentimentMeter.RetentionRemoved.Add(1, new KeyValuePair<string, object?>("kind", "alert"));
            return true;
        }
        catch (TableConflictException)
        {
            return false; // It is being sent again: the next retention looks at it.
        }
    }
}
