using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Live;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Metrics;

/// <summary>In partition <c>metrics</c>, what was counted of a tenant, <c>n|TENANT</c>, and its last run, <c>r|TENANT</c>.</summary>
internal sealed class MetricsStore(ITableStore tables, ILiveSignals? live = null)
{
    private const string Partition = "metrics";
    private const int Tries = 5;

    /// <summary>Both rows in one read; null where there is none yet.</summary>
    public static async Task<(MetricsRow? Counted, LastRun? LastRun)> GetAsync(ITableReader reader, string tenant, CancellationToken cancellationToken)
    {
        var rows = await reader.GetManyAsync(Partition, [CountedKey(tenant), RunKey(tenant)], cancellationToken).ConfigureAwait(false);
        return (
            rows.FirstOrDefault(r => r.Key == CountedKey(tenant)) is { } counted ? Rows.Read(counted, RowJson.Default.MetricsRow) : null,
            rows.FirstOrDefault(r => r.Key == RunKey(tenant)) is { } run ? Rows.Read(run, RowJson.Default.LastRun) : null);
    }

    /// <summary>Notes a tenant's last run over the one before; a write and no read, for every run does it.</summary>
    public async Task PutRunAsync(string tenant, LastRun run, CancellationToken cancellationToken)
    {
        await tables.WriteAsync(Partition, [TableWrite.Upsert(RunKey(tenant), Rows.Version, Rows.Write(run, RowJson.Default.LastRun))], cancellationToken).ConfigureAwait(false);
        live?.MetricsChanged(tenant);
    }

    /// <summary>Changes a tenant's row under its ETag; whoever is overtaken reads again.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="change">Makes the next row of the standing one, null before the first; null: leave it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TableConflictException">Others were quicker every time.</exception>
    public async Task ChangeAsync(string tenant, Func<MetricsRow?, Task<MetricsRow?>> change, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            var standing = await tables.GetAsync(Partition, CountedKey(tenant), cancellationToken).ConfigureAwait(false);
            if (await change(standing is null ? null : Rows.Read(standing, RowJson.Default.MetricsRow)).ConfigureAwait(false) is not { } next)
            {
                return;
            }

            var data = Rows.Write(next, RowJson.Default.MetricsRow);
            try
            {
                await tables.WriteAsync(Partition, [standing is null ? TableWrite.Insert(CountedKey(tenant), Rows.Version, data)
                    : TableWrite.IfMatch(CountedKey(tenant), Rows.Version, data, standing.ETag)], cancellationToken).ConfigureAwait(false);
                live?.MetricsChanged(tenant);
                return;
            }
            catch (TableConflictException) when (tries < Tries)
            {
                // Another table of the tenant ended at the same moment.
            }
        }
    }

    private static string CountedKey(string tenant) => "n|" + TableLimits.Escape(tenant);

    private static string RunKey(string tenant) => "r|" + TableLimits.Escape(tenant);
}
