using Sentiment.Domain.Metrics;

namespace Sentiment.Api;

/// <summary>What a tenant's dashboard shows.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="AsOf">When it was read.</param>
/// <param name="CountedAt">When items were last counted, at the end of a table's part in a run; null: never.</param>
/// <param name="Items">How many there are.</param>
/// <param name="Labels">Of them by label.</param>
/// <param name="Mean">Their mean score; null: there are not enough.</param>
/// <param name="PerHour">Items published in the last hour and, an hour, in the last 24.</param>
/// <param name="Symbols">Symbols with items in the last 24 hours.</param>
/// <param name="Movers">Symbols whose mean has changed most, greatest change first.</param>
/// <param name="LastRun">The run that last ended for the tenant; null: there was none.</param>
/// <param name="Sources">How far each source of texts is known.</param>
/// <param name="Vendors">What is left of what the vendors permit, for those that were called.</param>
public sealed record MetricsDocument(
    string Tenant, DateTimeOffset AsOf, DateTimeOffset? CountedAt, long Items, LabelsDocument Labels, decimal? Mean, RatesDocument PerHour, int Symbols,
    IReadOnlyList<MoverDocument> Movers, LastRunDocument? LastRun, IReadOnlyList<SourceDocument> Sources, IReadOnlyList<VendorDocument> Vendors)
{
    /// <summary>As read.</summary>
    public static MetricsDocument Of(string tenant, TenantMetrics metrics, int leastCount, TimeSpan stale)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        var totals = metrics.Totals;
        return new(
            tenant, metrics.At, metrics.CountedAt, totals.Count, new(totals.Positive, totals.Count - totals.Positive - totals.Negative, totals.Negative),
            totals.Count < leastCount ? null : Math.Round(totals.Sum / 1_000_000m / totals.Count, 6),
            new(metrics.LastHour, Math.Round(metrics.LastDay / 24m, 2), metrics.LastDay), metrics.Symbols, [.. metrics.Movers.Select(MoverDocument.Of)],
            metrics.LastRun is { } run ? LastRunDocument.Of(run) : null,
            [.. metrics.Sources.Select(s => SourceDocument.Of(s, metrics.At, stale))], [.. metrics.Credentials.Select(VendorDocument.Of)]);
    }
}

/// <summary>How fast items come, by when they were published.</summary>
/// <param name="LastHour">Items of the last hour.</param>
/// <param name="LastDay">Items an hour over the last 24.</param>
/// <param name="ItemsLastDay">Items of the last 24 hours.</param>
public sealed record RatesDocument(long LastHour, decimal LastDay, long ItemsLastDay);

/// <summary>A symbol whose mean has changed.</summary>
/// <param name="Symbol">The symbol.</param>
/// <param name="Change">By so much, −2 to 2.</param>
/// <param name="Mean">Its mean over the last 24 hours.</param>
/// <param name="N">Of so many items.</param>
/// <param name="MeanBefore">Its mean over the 24 hours before.</param>
/// <param name="NBefore">Of so many items.</param>
public sealed record MoverDocument(string Symbol, decimal Change, decimal Mean, long N, decimal MeanBefore, long NBefore)
{
    /// <summary>As counted.</summary>
    public static MoverDocument Of(Mover mover)
    {
        ArgumentNullException.ThrowIfNull(mover);
        return new(mover.Symbol, (mover.Mean - mover.MeanBefore) / 1_000_000m, mover.Mean / 1_000_000m, mover.Count, mover.MeanBefore / 1_000_000m, mover.CountBefore);
    }
}

/// <summary>A run as one tenant sees it.</summary>
/// <param name="Run">Its id.</param>
/// <param name="Status">How the tenant's part ended.</param>
/// <param name="Reason">Why it failed.</param>
/// <param name="StartedAt">When the run started.</param>
/// <param name="EndedAt">When the tenant's part ended.</param>
/// <param name="Accepted">New records.</param>
public sealed record LastRunDocument(string Run, string Status, string? Reason, DateTimeOffset? StartedAt, DateTimeOffset EndedAt, long Accepted)
{
    /// <summary>As noted.</summary>
    public static LastRunDocument Of(LastRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return new(run.Run, RunListed.Name(run.Status), run.Reason, run.StartedAt, run.EndedAt, run.Accepted);
    }
}
