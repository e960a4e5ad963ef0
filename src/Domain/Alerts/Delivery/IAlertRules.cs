using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Alerts.Delivery;

/// <summary>Knows a tenant's rules as they are now.</summary>
public interface IAlertRules
{
    /// <summary>The rule; null: it was deleted.</summary>
    Task<AlertRule?> GetAsync(string tenant, string rule, CancellationToken cancellationToken);
}

/// <summary>Rules as they are stored, read anew each time.</summary>
internal sealed class StoredAlertRules(ITableReader tables) : IAlertRules
{
    public async Task<AlertRule?> GetAsync(string tenant, string rule, CancellationToken cancellationToken) =>
        await tables.GetAsync(AlertPartitions.Of(tenant), $"r|{rule}", cancellationToken).ConfigureAwait(false) is { } row
            ? Rows.Read(row, DeliveryJson.Default.AlertRule) : null;
}
