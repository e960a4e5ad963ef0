using System.Runtime.CompilerServices;
using Sentiment.Domain.Alerts;
using Sentiment.Domain.Ingestion.Pages;
using Sentiment.Domain.Items;
using Sentiment.Domain.Prices;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Tenants.Deletion;

/// <summary>A range of rows that are one tenant's alone.</summary>
/// <param name="Range">The range.</param>
/// <param name="Kind">What they are.</param>
internal sealed record TenantPlace(TableRange Range, string Kind);

/// <summary>Every place where rows of a tenant can be, but for its part in runs; a new kind of row of a tenant belongs here.</summary>
internal sealed class TenantPlaces(ITableSnapshots snapshots)
{
    // What is found by them must be there while they are: so the days go last.
    private static readonly (string Prefix, string Kind)[] ByPrefix =
    [
        ("items", "items"), ("index", "index"), ("prices", "prices"), ("trends", "trends"), ("quarantine", "quarantine"), ("table", "tables"),
    ];

    /// <summary>A tenant's ranges as they are now.</summary>
    public async IAsyncEnumerable<TenantPlace> OfAsync(string tenant, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var snapshot = await snapshots.OpenSnapshotAsync(cancellationToken).ConfigureAwait(false);
        await using (snapshot.ConfigureAwait(false))
        {
            foreach (var (prefix, kind) in ByPrefix)
            {
                await foreach (var partition in snapshot.PartitionsAsync($"{prefix}|{tenant}|", cancellationToken).ConfigureAwait(false))
                {
                    yield return new(new(partition), kind);
                }
            }
        }

        var key = TableLimits.Escape(tenant);
        yield return new(new(QuarantineStore.TimePartition(tenant)), "quarantine");
        yield return new(new(PriceStore.SeriesPartition(tenant)), "prices");
        yield return new(new(DayStore.Partition(tenant)), "days");
        yield return new(new(AlertPartitions.Of(tenant)), "alerts");
        yield return new(new(ChangeTrail.Partition(tenant)), "changes");
        yield return new(One("alerts", $"o|{tenant}"), "alerts");
        yield return new(One("metrics", $"n|{key}"), "metrics");
        yield return new(One("metrics", $"r|{key}"), "metrics");
        yield return new(One("folded", key), "trends");
        yield return new(One("live", tenant), "live");
        yield return new(One("retention", $"t|{tenant}"), "retention");
        yield return new(One("retention", $"w|{tenant}"), "retention");
        yield return new(One("schedule", tenant), "schedule");
        yield return new(TableRange.Prefix("keys", tenant + "."), "keys");
    }

    private static TableRange One(string partition, string key) => new(partition, key, Rows.After(key));
}
