using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Items;

/// <summary>A page's records as the index knows them.</summary>
/// <param name="Settled">Ids of records that are stored, and under all their symbols: duplicates that need no further look.</param>
/// <param name="Known">Ids of other records whose item is stored.</param>
/// <param name="Memberships">Memberships that were looked up, by key; null: there is none.</param>
internal sealed record IndexedRecords(HashSet<string> Settled, HashSet<string> Known, Dictionary<string, TableRow?> Memberships)
{
    public static IndexedRecords None() => new(new(StringComparer.Ordinal), new(StringComparer.Ordinal), new(StringComparer.Ordinal));
}

/// <summary>
/// Tells duplicates by the index, where a page's records lie together whatever their ids, so that a page of duplicates costs
/// a range or two per day instead of a look at each item.
/// </summary>
/// <remarks>
/// Records of one symbol lie together among its memberships. Others do in time, and an item's place in time lists the symbols
/// whose memberships its page wrote as well. A record that is not found may be stored nevertheless: under another symbol than
/// the one that the whole page is of, or its date has changed, or its page is at work or ended half-way. Its insert then finds it.
/// </remarks>
internal sealed class SettledRecords(ITableReader tables, string tenant, string table, Stamp stamp, AbandonedPages abandoned)
{
    private readonly IndexedRecords _found = IndexedRecords.None();

    /// <summary>Looks valid records up.</summary>
    public async Task<IndexedRecords> FindAsync(
        IReadOnlyDictionary<string, (SourceRecord Record, SortedSet<string> Symbols)> records, CancellationToken cancellationToken)
    {
        foreach (var day in records.GroupBy(r => Rows.Day(r.Value.Record.PublishedAt!.Value)))
        {
            var partition = ItemStore.IndexPartition(tenant, day.Key);
            var places = (Place[])[.. day.Select(r => new Place(table, r.Key, r.Value.Record.PublishedAt!.Value, Item.IdOf(tenant, table, r.Key), r.Value.Symbols))];
            if (places.All(p => p.Symbols.Count == 1) && places.DistinctBy(p => p.Symbols.Min).Count() == 1)
            {
                await FindMembershipsAsync(partition, places, places[0].Symbols.Min!, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await FindPlacesAsync(partition, places, cancellationToken).ConfigureAwait(false);
            }
        }

        return _found;
    }

    // Their places in time lie among those of all other symbols: they would cost more to read than what few of them they name.
    private async Task FindMembershipsAsync(string partition, IReadOnlyList<Place> places, string symbol, CancellationToken cancellationToken)
    {
        await LookUpAsync(partition, places.Select(p => p.Membership(symbol)), cancellationToken).ConfigureAwait(false);
        foreach (var place in places)
        {
            if (_found.Memberships[place.Membership(symbol)] is { } row)
            {
                var isSettled = await IsCommittedAsync(row, cancellationToken).ConfigureAwait(false);
                (isSettled ? _found.Settled : _found.Known).Add(place.SourceId);
            }
        }
    }

    private async Task FindPlacesAsync(string partition, IReadOnlyList<Place> places, CancellationToken cancellationToken)
    {
        var rows = await tables.GetAllAsync(partition, places.Select(p => p.Time), cancellationToken).ConfigureAwait(false);
        var open = new List<(Place Place, List<string> Keys)>();
        foreach (var place in places.Where(p => rows.ContainsKey(p.Time)))
        {
            var hint = Rows.Read(rows[place.Time], RowJson.Default.Membership);
            var unlisted = place.Symbols.Except(hint.Symbols ?? [], StringComparer.Ordinal).Select(place.Membership).ToList();
            if (stamp.IsOn(hint) || await abandoned.HoldAsync(hint, cancellationToken).ConfigureAwait(false))
            {
                _found.Known.Add(place.SourceId);
            }
            else if (unlisted.Count == 0)
            {
                _found.Settled.Add(place.SourceId);
            }
            else
            {
                open.Add((place, unlisted));
            }
        }

        // Symbols that an item was delivered under later, by other pages.
        await LookUpAsync(partition, open.SelectMany(o => o.Keys), cancellationToken).ConfigureAwait(false);
        foreach (var (place, keys) in open)
        {
            var isSettled = true;
            foreach (var key in keys)
            {
                isSettled = isSettled && _found.Memberships[key] is { } row && await IsCommittedAsync(row, cancellationToken).ConfigureAwait(false);
            }

            (isSettled ? _found.Settled : _found.Known).Add(place.SourceId);
        }
    }

    private async Task LookUpAsync(string partition, IEnumerable<string> keys, CancellationToken cancellationToken)
    {
        var asked = keys.Where(k => !_found.Memberships.ContainsKey(k)).ToList();
        var rows = await tables.GetAllAsync(partition, asked, cancellationToken).ConfigureAwait(false);
        foreach (var key in asked)
        {
            _found.Memberships.Add(key, rows.GetValueOrDefault(key));
        }
    }

    private ValueTask<bool> IsCommittedAsync(TableRow membership, CancellationToken cancellationToken) =>
        abandoned.IsCommittedAsync(Rows.Read(membership, RowJson.Default.Membership), stamp, cancellationToken);

    private sealed record Place(string Table, string SourceId, DateTimeOffset At, string ItemId, SortedSet<string> Symbols)
    {
        public string Time => ItemStore.TimeKey(Table, At, ItemId);

        public string Membership(string symbol) => ItemStore.MembershipKey(symbol, At, ItemId);
    }
}
