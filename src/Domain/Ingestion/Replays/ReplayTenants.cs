using System.Security.Cryptography;
using System.Text;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;

namespace Sentiment.Domain.Ingestion.Replays;

/// <summary>The tenants there are runs of: a replay asks no vendor, so it needs no tenants file.</summary>
public static class ReplayTenants
{
    private const int RunsPerRead = 100;

    // Tenants that none of so many runs was about are not replayed; five minutes apart, that is three days.
    private const int MaxRuns = 1000;

    /// <summary>Every tenant of the last 1,000 runs, as its newest run pinned it.</summary>
    /// <param name="reader">Where to read.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    public static async Task<TenantRoster> ReadAsync(ITableReader reader, CancellationToken cancellationToken)
    {
        var tenants = new SortedDictionary<string, Tenant>(StringComparer.Ordinal);
        string? after = null;
        for (var seen = 0; seen < MaxRuns; seen += RunsPerRead)
        {
            var runs = await RunStore.ListAsync(reader, null, RunsPerRead, after, cancellationToken).ConfigureAwait(false);
            foreach (var (key, run) in runs)
            {
                after = key;
                foreach (var row in await RunStore.TenantsAsync(reader, run.Id, cancellationToken).ConfigureAwait(false))
                {
                    tenants.TryAdd(row.Tenant.Id, row.Tenant);
                }
            }

            if (runs.Count < RunsPerRead)
            {
                break;
            }
        }

        return new([.. tenants.Values], Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', tenants.Keys)))));
    }
}
