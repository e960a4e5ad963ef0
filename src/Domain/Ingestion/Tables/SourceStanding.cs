using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;

namespace Sentiment.Domain.Ingestion.Tables;

/// <summary>How far a tenant's source of texts is known.</summary>
/// <param name="Table">The source.</param>
/// <param name="CoveredTo">Everything before it has been fetched; null: nothing yet.</param>
public sealed record SourceStanding(string Table, DateTimeOffset? CoveredTo)
{
    /// <summary>How long it has not been known any further; null: it never was.</summary>
    public TimeSpan? StaleFor(DateTimeOffset now) => CoveredTo is null ? null : now > CoveredTo ? now - CoveredTo : TimeSpan.Zero;

    /// <summary>Whether what is not known of it leaves a gap.</summary>
    /// <param name="now">The time.</param>
    /// <param name="stale">How long a source may be unknown.</param>
    public bool IsMissing(DateTimeOffset now, TimeSpan stale) => StaleFor(now) is not { } age || age > stale;

    /// <summary>The standing of each of a tenant's sources of texts, for a symbol or, null, for all that it watches; a read per source, side by side.</summary>
    public static async Task<IReadOnlyList<SourceStanding>> OfAsync(
        ITableReader reader, SourceCatalog sources, Tenant tenant, string? symbol, CancellationToken cancellationToken) => await Task.WhenAll(
            tenant.Tables.Order(StringComparer.Ordinal).Select(t => (Table: t, Source: sources.Find(t))).Where(t => t.Source is null or { Kind: StreamKind.Texts }).Select(async t =>
            {
                var watermark = (await TableStateStore.WatermarkAsync(reader, tenant.Id, t.Table, cancellationToken).ConfigureAwait(false))?.Row;
                return new SourceStanding(t.Table, symbol is null || t.Source?.OwnSymbols is not null ? watermark?.At : watermark?.Of(symbol));
            })).ConfigureAwait(false);
}
