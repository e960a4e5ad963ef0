using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Items;

/// <summary>A page's records as the index knows them.</summary>
/// <param name="Settled">Ids of records that are stored, and under all their symbols: duplicates that need no further look.</param>
/// <param name="Known">Ids of other records whose item is stored.</param>
internal sealed record IndexedRecords(HashSet<string> Settled, HashSet<string> Known);

/// <summary>
/// Tells duplicates by the index, where a page's records lie together whatever their ids: an item's place in time lists
/// the symbols whose memberships its page wrote as well. So a page of duplicates costs a range per day instead of a look at each item.
/// </summary>
/// <remarks>
/// A record that the index does not know may be stored nevertheless: its date has changed, or its page is at work or ended
/// half-way. Its insert then finds it.
/// </remarks>
internal sealed class SettledRecords(ITableReader tables, string tenant, string table, Stamp stamp, AbandonedPages abandoned)
{
    private readonly IndexedRecords _found = new(new(StringComparer.Ordinal), new(StringComparer.Ordinal));

    /// <summary>Looks valid records up.</summary>
    public async Task<IndexedRecords> FindAsync(
        IReadOnlyDictionary<string, (SourceRecord Record, SortedSet<string> Symbols)> records, CancellationToken cancellationToken)
    {
        foreach (var day in records.GroupBy(r => Rows.Day(r.Value.Record.PublishedAt!.Value)))
        {
            var partition = ItemStore.IndexPartition(tenant, day.Key);
            var keyed = day.Select(r => new Place(
                r.Key, r.Value.Record.PublishedAt!.Value, Item.IdOf(tenant, table, r.Key), r.Value.Symbols)).ToList();
            var places = await tables.GetAllAsync(partition, keyed.Select(p => ItemStore.TimeKey(p.At, p.ItemId)), cancellationToken).ConfigureAwait(false);
            var open = new List<(Place Place, List<string> Keys)>();
            foreach (var place in keyed)
            {
                if (places.TryGetValue(ItemStore.TimeKey(place.At, place.ItemId), out var row))
                {
                    await SortOutAsync(place, Rows.Read(row, RowJson.Default.Membership), open, cancellationToken).ConfigureAwait(false);
                }
            }

            await FindMembershipsAsync(partition, open, cancellationToken).ConfigureAwait(false);
        }

        return _found;
    }

    private async Task SortOutAsync(Place place, Membership hint, List<(Place Place, List<string> Keys)> open, CancellationToken cancellationToken)
    {
        if (stamp.IsOn(hint) || await abandoned.HoldAsync(hint, cancellationToken).ConfigureAwait(false))
        {
            _found.Known.Add(place.SourceId);
            return;
        }

        var unlisted = place.Symbols.Except(hint.Symbols ?? [], StringComparer.Ordinal).Select(s => ItemStore.MembershipKey(s, place.At, place.ItemId)).ToList();
        if (unlisted.Count == 0)
        {
            _found.Settled.Add(place.SourceId);
        }
        else
        {
            open.Add((place, unlisted));
        }
    }

    // Symbols that an item was delivered under later, by other pages.
    private async Task FindMembershipsAsync(string partition, List<(Place Place, List<string> Keys)> open, CancellationToken cancellationToken)
    {
        var rows = await tables.GetAllAsync(partition, open.SelectMany(o => o.Keys), cancellationToken).ConfigureAwait(false);
        foreach (var (place, keys) in open)
        {
            var isSettled = true;
            foreach (var key in keys)
            {
                isSettled = isSettled && rows.TryGetValue(key, out var row)
                    && await abandoned.IsCommittedAsync(Rows.Read(row, RowJson.Default.Membership), stamp, cancellationToken).ConfigureAwait(false);
            }

            (isSettled ? _found.Settled : _found.Known).Add(place.SourceId);
        }
    }

    private sealed record Place(string SourceId, DateTimeOffset At, string ItemId, SortedSet<string> Symbols);
}
