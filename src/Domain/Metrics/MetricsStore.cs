using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Metrics;

/// <summary>One row per tenant, in partition <c>metrics</c> under the tenant's id.</summary>
internal sealed class MetricsStore(ITableStore tables)
{
    private const string Partition = "metrics";
    private const int Tries = 5;

    public static async Task<Stored<MetricsRow>?> GetAsync(ITableReader reader, string tenant, CancellationToken cancellationToken) =>
        await reader.GetAsync(Partition, TableLimits.Escape(tenant), cancellationToken).ConfigureAwait(false) is { } row
            ? new(Rows.Read(row, RowJson.Default.MetricsRow), row.ETag) : null;

    /// <summary>Changes a tenant's row under its ETag; whoever is overtaken reads again.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="change">Makes the next row of the standing one, null before the first; null: leave it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TableConflictException">Others were quicker every time.</exception>
    public async Task ChangeAsync(string tenant, Func<MetricsRow?, Task<MetricsRow?>> change, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            var standing = await GetAsync(tables, tenant, cancellationToken).ConfigureAwait(false);
            if (await change(standing?.Row).ConfigureAwait(false) is not { } next)
            {
                return;
            }

            var data = Rows.Write(next, RowJson.Default.MetricsRow);
            try
            {
                await tables.WriteAsync(Partition, [standing is null ? TableWrite.Insert(TableLimits.Escape(tenant), Rows.Version, data)
                    : TableWrite.IfMatch(TableLimits.Escape(tenant), Rows.Version, data, standing.ETag)], cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (TableConflictException) when (tries < Tries)
            {
                // Another table of the tenant ended at the same moment.
            }
        }
    }
}
