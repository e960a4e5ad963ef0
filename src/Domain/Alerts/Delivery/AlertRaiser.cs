using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Sentiment.Domain.Diagnostics;
using Sentiment.Domain.Live;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Alerts.Delivery;

/// <summary>Records alerts with the intent to deliver them, in one write with what their rule remembers.</summary>
/// <param name="tables">The tables.</param>
/// <param name="store">Alerts and messages.</param>
/// <param name="open">Starts what delivers them.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Is told of deliveries that could not be started.</param>
/// <param name="live">Is told of alerts; null: nobody is.</param>
public sealed partial class AlertRaiser(
    ITableStore tables, AlertStore store, OpenAlerts open, TimeProvider time, ILogger<AlertRaiser> log, ILiveSignals? live = null) : IAlertRaiser
{
    private const int Tries = 50;

    /// <inheritdoc/>
    public async Task<bool> RaiseAsync(Alert alert, TableWrite state, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(alert);
        ArgumentNullException.ThrowIfNull(state);
        var hasTargets = alert.Rule.Targets.Count > 0;
        if (hasTargets)
        {
            await open.MarkAsync(alert.Tenant, cancellationToken).ConfigureAwait(false);
        }

        for (var attempt = 1; ; attempt++)
        {
            var message = hasTargets ? await MessageAsync(alert, cancellationToken).ConfigureAwait(false) : null;
            try
            {
                await tables.WriteAsync(AlertPartitions.Of(alert.Tenant), [state, .. Writes(alert, message)], cancellationToken).ConfigureAwait(false);
            }
            catch (TableConflictException conflict)
            {
                // Another alert was added to the same digest: the next try adds to it as it is then.
                if (message is not null && conflict.Key == AlertKeys.Message(message.After.Id) && message.After.DigestUntil is not null && attempt < Tries)
                {
                    continue;
                }

                return false;
            }

            SentimentMeter.Alerts.Add(1, new KeyValuePair<string, object?>("kind", alert.Rule.When.Kind.ToString().ToLowerInvariant()));
            live?.AlertsChanged(alert.Tenant);
            if (message is not null)
            {
                await StartAsync(message.After, cancellationToken).ConfigureAwait(false);
            }

            return true;
        }
    }

    private IEnumerable<TableWrite> Writes(Alert alert, Changed? message)
    {
        var key = AlertKeys.Alert(alert);
        var listed = new StoredAlert(alert with { Evidence = alert.Evidence with { Items = [] } }, Message: message?.After.Id);
        yield return TableWrite.Insert(AlertKeys.Id(alert.Id), Rows.Version, Rows.Write(key, DeliveryJson.Default.String));
        yield return TableWrite.Insert(key, Rows.Version, Rows.Write(listed, DeliveryJson.Default.StoredAlert));
        yield return TableWrite.Insert(AlertKeys.Evidence(alert.Id), Rows.Version, Rows.Write(alert.Evidence.Items, DeliveryJson.Default.EvidenceItems));
        if (message is not null)
        {
            foreach (var write in store.Writes(message.Before, message.ETag, message.After))
            {
                yield return write;
            }
        }
    }

    private async Task<Changed> MessageAsync(Alert alert, CancellationToken cancellationToken)
    {
        var rule = alert.Rule;
        var deliveries = rule.Targets.Select((target, index) => new TargetDelivery(index + 1, target)).ToList();
        if (rule.DigestMinutes is not { } minutes)
        {
            return new(null, null, new(alert.Id, alert.Tenant, rule.Id, time.GetUtcNow()) { IsClosed = true, Alerts = [alert.Id], Deliveries = deliveries });
        }

        // A digest that was closed in this moment takes no more: the alert comes with the next one.
        for (var until = DigestTime.EndAfter(rule, minutes, time.GetUtcNow()); ; until = DigestTime.EndAfter(rule, minutes, until))
        {
            var id = DigestTime.IdOf(alert.Tenant, rule.Id, until);
            if (await tables.GetAsync(AlertPartitions.Of(alert.Tenant), AlertKeys.Message(id), cancellationToken).ConfigureAwait(false) is not { } row)
            {
                var held = deliveries.ConvertAll(d => d with { Status = DeliveryStatus.Held, NextAt = until, Reason = "digest" });
                return new(null, null, new(id, alert.Tenant, rule.Id, time.GetUtcNow()) { DigestUntil = until, Alerts = [alert.Id], Deliveries = held });
            }

            if (Rows.Read(row, DeliveryJson.Default.AlertMessage) is { IsClosed: false } digest)
            {
                return new(digest, row.ETag, digest.Alerts.Count < AlertMessage.MaxAlerts
                    ? digest with { Alerts = [.. digest.Alerts, alert.Id] } : digest with { More = digest.More + 1 });
            }
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "The alert is there with the intent; whatever kept the delivery from being started, it is found and started later.")]
    private async Task StartAsync(AlertMessage message, CancellationToken cancellationToken)
    {
        try
        {
            await open.StartAsync(message, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            NotStarted(log, message.Id, message.Tenant, failure);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The delivery of {Message} of tenant {Tenant} could not be started; it is started later.")]
    private static partial void NotStarted(ILogger logger, string message, string tenant, Exception failure);

    private sealed record Changed(AlertMessage? Before, string? ETag, AlertMessage After);
}
