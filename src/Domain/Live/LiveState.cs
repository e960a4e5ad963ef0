using Sentiment.Domain.Alerts.Delivery;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Items;
using Sentiment.Domain.Metrics;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Trends;

namespace Sentiment.Domain.Live;

/// <summary>Reads what a group is about, by the readers that answer the API: the one truth of snapshots and of what is told.</summary>
internal sealed class LiveState(
    ITableReader reader, LiveBars bars, LiveRuns runs, TenantMetricsReader metrics, AlertStore alerts, ITenantDirectory tenants, ILiveDocuments documents, TimeProvider time)
{
    /// <summary>Items of a group.</summary>
    public const int MaxItems = LiveChange.MaxItems;

    // They are the group's and the message's.
    private static readonly string[] NoSections = ["tenant", "asOf"];

    /// <summary>All entries of a group; one about nothing that there is has none.</summary>
    public Task<IReadOnlyList<LiveEntry>> ReadAsync(LiveGroup group, CancellationToken cancellationToken) => group.Kind switch
    {
        LiveKind.Items => NewestAsync(group.Tenant, group.Symbol!, cancellationToken),
        LiveKind.Trends => bars.AllAsync(group.Tenant, group.Symbol!, time.GetUtcNow(), cancellationToken),
        LiveKind.Metrics => MetricsAsync(group.Tenant, cancellationToken),
        LiveKind.Alerts => AlertsAsync(group.Tenant, cancellationToken),
        _ => runs.AllAsync(group.Tenant, cancellationToken),
    };

    /// <summary>The entries of a group that may have changed.</summary>
    public Task<IReadOnlyList<LiveEntry>> ReadAsync(LiveGroup group, LiveChange change, CancellationToken cancellationToken) => (group.Kind, change.IsWhole) switch
    {
        (LiveKind.Items, false) => ItemsAsync(group.Tenant, change.Items, cancellationToken),
        (LiveKind.Trends, false) => bars.OfAsync(group.Tenant, group.Symbol!, change.Minutes, time.GetUtcNow(), cancellationToken),
        _ => ReadAsync(group, cancellationToken),
    };

    private async Task<IReadOnlyList<LiveEntry>> NewestAsync(string tenant, string symbol, CancellationToken cancellationToken)
    {
        var query = new ItemQuery(tenant) { Symbols = symbol == TrendStore.AllItems ? [] : [symbol] };
        var newest = await ItemList.ReadAsync(reader, query, MaxItems, null, cancellationToken).ConfigureAwait(false);
        return [.. newest.Items.Select(Entry)];
    }

    private async Task<IReadOnlyList<LiveEntry>> ItemsAsync(string tenant, IReadOnlyCollection<ItemRef> items, CancellationToken cancellationToken)
    {
        var found = new List<Item>(items.Count);
        foreach (var table in items.GroupBy(i => i.Table, StringComparer.Ordinal))
        {
            // As they are now: another page may have made them known under further symbols.
            var rows = await reader.GetAllAsync(
                ItemStore.Partition(tenant, table.Key), table.Select(i => ItemStore.Key(i.SourceId)), cancellationToken).ConfigureAwait(false);
            found.AddRange(rows.Values.Select(r => Rows.Read(r, RowJson.Default.Item)));
        }

        return [.. found.OrderBy(i => new ItemPlace(i.PublishedAt, i.Id).Key, StringComparer.Ordinal).Select(Entry)];
    }

    private async Task<IReadOnlyList<LiveEntry>> MetricsAsync(string tenant, CancellationToken cancellationToken)
    {
        var roster = await tenants.GetAsync(cancellationToken).ConfigureAwait(false);
        if (roster.Tenants.FirstOrDefault(t => t.Id == tenant) is not { } known)
        {
            return [];
        }

        var document = documents.Metrics(tenant, await metrics.ReadAsync(known, cancellationToken).ConfigureAwait(false));
        return [.. LiveEntry.Read(document).Where(f => !NoSections.Contains(f.Name)).Select(f => new LiveEntry(f.Name, [new("value", f.Json)]))];
    }

    private async Task<IReadOnlyList<LiveEntry>> AlertsAsync(string tenant, CancellationToken cancellationToken)
    {
        var newest = await alerts.ListAsync(tenant, new(), MaxItems, null, cancellationToken).ConfigureAwait(false);
        return [.. newest.Entries.Select(a => LiveEntry.Of(a.Stored.Alert.Id, AlertDocument.OfListed(a).Write()))];
    }

    private LiveEntry Entry(Item item) => LiveEntry.Of(item.Id, documents.Item(item));
}
