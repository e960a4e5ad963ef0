using Sentiment.Domain.Ingestion.Tables;
using Sentiment.Domain.Quotas;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Trends;

namespace Sentiment.Domain.Metrics;

/// <summary>What a tenant's dashboard shows.</summary>
/// <param name="At">The time of the report.</param>
/// <param name="CountedAt">When the totals were last counted; null: never.</param>
/// <param name="Totals">Items by label, of every day whose bars are kept.</param>
/// <param name="LastHour">Items published in the hour before <paramref name="At"/>.</param>
/// <param name="LastDay">Items published in the 24 hours before <paramref name="At"/>.</param>
/// <param name="Symbols">Symbols with items in the last 24 hours.</param>
/// <param name="Movers">Symbols whose mean has changed most from the 24 hours before to the last 24, greatest change first.</param>
/// <param name="LastRun">The run that last ended for the tenant; null: there was none.</param>
/// <param name="Sources">How far each source is known.</param>
/// <param name="Credentials">How the tenant's credentials stand with their vendors; only those that were called with.</param>
public sealed record TenantMetrics(
    DateTimeOffset At, DateTimeOffset? CountedAt, LabelTotals Totals, long LastHour, long LastDay, int Symbols, IReadOnlyList<Mover> Movers,
    LastRun? LastRun, IReadOnlyList<SourceStanding> Sources, IReadOnlyList<CredentialReport> Credentials);

/// <summary>Reads a tenant's metrics: its rows in one look, and one look at the ledgers of its credentials.</summary>
public sealed class TenantMetricsReader(ITableReader reader, SourceCatalog sources, ISecrets secrets, TimeProvider time)
{
    /// <summary>The metrics as they stand.</summary>
    /// <param name="tenant">The tenant as it is now.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    public async Task<TenantMetrics> ReadAsync(Tenant tenant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        var stored = MetricsStore.GetAsync(reader, tenant.Id, cancellationToken);
        var credentials = await CredentialsAsync(tenant, cancellationToken).ConfigureAwait(false);
        var (counted, run) = await stored.ConfigureAwait(false);
        var row = counted ?? new(DateTimeOffset.UnixEpoch);
        var now = time.GetUtcNow();
        var end = Bucket.MinuteOf(now);
        return new(
            now, row.At == DateTimeOffset.UnixEpoch ? null : row.At, row.Days.Values.Aggregate(LabelTotals.None, (sum, day) => sum + day),
            Since(end - 60), Since(end - 1440), row.Symbols, row.Movers, run,
            [.. tenant.Tables.Order(StringComparer.Ordinal).Where(t => sources.Find(t) is null or { Kind: StreamKind.Texts })
                .Select(t => new SourceStanding(t, (run?.Sources ?? []).Concat(row.Sources).Where(s => s.Table == t).Max(s => s.CoveredTo)))], credentials);

        long Since(long minute) => row.Minutes.Where(m => m.Minute > minute && m.Minute <= end).Sum(m => m.Count);
    }

    /// <summary>How a tenant's credentials stand with their vendors; only those that were called with.</summary>
    internal async Task<IReadOnlyList<CredentialReport>> CredentialsAsync(Tenant tenant, CancellationToken cancellationToken)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var source in tenant.Tables.Select(sources.Find).OfType<SourceDescription>())
        {
            try
            {
                var secret = tenant.CredentialFor(source) is { } reference ? await secrets.ResolveAsync(reference, cancellationToken).ConfigureAwait(false) : "";
                keys.Add(QuotaRow.KeyOf(source.Vendor, VendorBudget.NameOf(secret)));
            }
            catch (SecretMissingException)
            {
                // Nobody has called with it: its tables fail, and the last run says so.
            }
        }

        var now = time.GetUtcNow();
        var rows = await reader.GetManyAsync(QuotaRow.Partition, keys, cancellationToken).ConfigureAwait(false);
        return [.. rows.OrderBy(r => r.Key, StringComparer.Ordinal).Select(r => CredentialReport.Of(Rows.Read(r, QuotaJson.Default.QuotaRow).At(now, null), now))];
    }
}
