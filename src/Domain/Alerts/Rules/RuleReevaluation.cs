using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Trends;

namespace Sentiment.Domain.Alerts.Rules;

/// <summary>What an alert's rule measures on what is stored now.</summary>
/// <param name="Value">What is measured; null: nothing can be said.</param>
/// <param name="Holds">Whether it meets the rule as that stood; null: it cannot be measured again.</param>
/// <param name="Count">Items in the window.</param>
/// <param name="Note">Why it cannot be measured again; null: it was.</param>
public sealed record ReevaluatedAlert(double? Value, bool? Holds, long Count, string? Note);

/// <summary>Evaluates an alert's rule again, in the version that raised it, over the alert's window.</summary>
/// <param name="reader">The store.</param>
/// <param name="chunks">Its chunks.</param>
public sealed class RuleReevaluation(ITableReader reader, ChunkStore chunks)
{
    private readonly MinuteReader _minutes = new(reader, chunks);

    /// <summary>Measures again.</summary>
    /// <param name="alert">The alert.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ReevaluatedAlert> RunAsync(Alert alert, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(alert);
        var when = alert.Rule.When;
        if (when.Kind == AlertKind.RunFailed)
        {
            return await RunStore.TenantAsync(reader, alert.Evidence.Run ?? "", alert.Tenant, cancellationToken).ConfigureAwait(false) is { } part
                ? new(part.Status == WorkStatus.Failed ? 1 : 0, part.Status == WorkStatus.Failed, 0, null)
                : new(null, null, 0, "The run is no longer stored.");
        }

        if (!RuleIndex.IsOnItems(when.Kind))
        {
            return new(null, null, 0, when.Kind == AlertKind.Quota ? "What was left of a quota is not kept." : "When a table was silent is not kept.");
        }

        var minute = Bucket.MinuteOf(alert.RaisedAt);
        var (series, _) = await _minutes.ReadAsync(alert.Tenant, alert.Symbol, minute - MeasuredItems.SpanOf(when), minute, null, cancellationToken).ConfigureAwait(false);
        var measure = new MeasuredItems(when, series).At(minute);
        var side = Threshold.Of(when).SideOf(measure);
        var value = side == false || (side is null && alert.Value < 0) ? measure.Low : measure.High;
        return new(double.IsNaN(value) ? null : value, side is not null, measure.Count, null);
    }
}
