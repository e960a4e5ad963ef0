using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Items;

/// <summary>Items by (tenant, table, vendor id), and their index by tenant and day: by table, symbol or tag, and time.</summary>
/// <remarks>
/// Identity rows live in partition <c>items|TENANT|TABLE</c>, index rows in <c>index|TENANT|DAY</c>: places in time
/// <c>t|TABLE|</c>, memberships <c>s|SYMBOL|</c> and tags <c>g|TAG|</c>, each newest first. Index rows are hints: readers look at
/// the item. See <see cref="ItemList"/>.
/// </remarks>
public sealed class ItemStore(ITableStore tables)
{
    /// <summary>The known ones of any number of vendor ids.</summary>
    public async Task<Dictionary<string, Stored<Item>>> KnownAsync(
        string tenant, string table, IEnumerable<string> sourceIds, CancellationToken cancellationToken) =>
        ById(await tables.GetAllAsync(Partition(tenant, table), sourceIds.Select(Key), cancellationToken).ConfigureAwait(false));

    /// <summary>Inserts complete items; returns those that were there already, as they stand, by vendor id.</summary>
    public async Task<Dictionary<string, Stored<Item>>> InsertAsync(
        string tenant, string table, IEnumerable<Item> items, CancellationToken cancellationToken) =>
        ById(await tables.InsertAbsentAsync(
            Partition(tenant, table), [.. items.Select(i => TableWrite.Insert(Key(i.SourceId), Rows.Version, Rows.Write(i, RowJson.Default.Item)))],
            cancellationToken).ConfigureAwait(false));

    /// <summary>The pages that hold items, as their places in time say, by vendor id; of items without a place nothing.</summary>
    internal async Task<Dictionary<string, Stamp>> OwnersAsync(
        string tenant, string table, IEnumerable<(string SourceId, DateTimeOffset PublishedAt)> items, CancellationToken cancellationToken)
    {
        var owners = new Dictionary<string, Stamp>(StringComparer.Ordinal);
        foreach (var day in items.GroupBy(i => Rows.Day(i.PublishedAt)))
        {
            var places = await tables.GetAllAsync(
                IndexPartition(tenant, day.Key), day.Select(i => TimeKey(table, i.PublishedAt, Item.IdOf(tenant, table, i.SourceId))).Distinct(StringComparer.Ordinal), cancellationToken).ConfigureAwait(false);
            foreach (var place in places.Values.Select(r => Rows.Read(r, RowJson.Default.Membership)))
            {
                owners[place.SourceId] = new(place.Chunk, place.Page);
            }
        }

        return owners;
    }

    /// <summary>Adds symbols to a stored item, and makes it another page's where a stamp is given; returns it as it is then.</summary>
    /// <remarks>Symbols only grow, so repetition and order do not matter.</remarks>
    internal async Task<Item> AmendAsync(
        string tenant, Stored<Item> item, IReadOnlyCollection<string> symbols, Stamp? stamp, CancellationToken cancellationToken)
    {
        var key = Key(item.Row.SourceId);
        var from = new Stamp(item.Row.Chunk, item.Row.Page);
        while ((stamp is not null && !stamp.IsOn(item.Row)) || symbols.Except(item.Row.Symbols, StringComparer.Ordinal).Any())
        {
            var next = Joined(item.Row, symbols) with
            {
                Chunk = stamp?.Chunk ?? item.Row.Chunk,
                Page = stamp?.Page ?? item.Row.Page,
            };
            try
            {
                await tables.WriteAsync(Partition(tenant, next.Table),
                    [TableWrite.IfMatch(key, Rows.Version, Rows.Write(next, RowJson.Default.Item), item.ETag)], cancellationToken).ConfigureAwait(false);
                return next;
            }
            catch (TableConflictException)
            {
                var row = await tables.GetAsync(Partition(tenant, next.Table), key, cancellationToken).ConfigureAwait(false);
                if (row is null)
                {
                    break; // Removed by retention in between: there is nothing to amend.
                }

                item = new(Rows.Read(row, RowJson.Default.Item), row.ETag);

                // Another page of the same run may have been quicker to make it its own: then it stays that one's.
                stamp = from.IsOn(item.Row) ? stamp : null;
            }
        }

        return item.Row;
    }

    /// <summary>Adds symbols to many stored items of a table, as <see cref="AmendAsync"/> does to one.</summary>
    internal async Task AmendAllAsync(
        string tenant, string table, IEnumerable<(Stored<Item> Item, IReadOnlyCollection<string> Symbols)> items, CancellationToken cancellationToken)
    {
        var open = items.Where(Lacks).ToDictionary(i => Key(i.Item.Row.SourceId), StringComparer.Ordinal);
        while (open.Count > 0)
        {
            var batch = TableLimits.Batches([.. open.Select(i => TableWrite.IfMatch(
                i.Key, Rows.Version, Rows.Write(Joined(i.Value.Item.Row, i.Value.Symbols), RowJson.Default.Item), i.Value.Item.ETag))]).First();
            var joined = batch.Select(w => (w.Key, open[w.Key].Symbols)).ToList();
            joined.ForEach(j => open.Remove(j.Key));
            try
            {
                await tables.WriteAsync(Partition(tenant, table), batch, cancellationToken).ConfigureAwait(false);
            }
            catch (TableConflictException)
            {
                // Another page amends some of them as well: what is still lacking is joined with what it wrote.
                var rows = await tables.GetAllAsync(Partition(tenant, table), joined.Select(j => j.Key), cancellationToken).ConfigureAwait(false);
                foreach (var (key, symbols) in joined.Where(j => rows.ContainsKey(j.Key)))
                {
                    var found = (new Stored<Item>(Rows.Read(rows[key], RowJson.Default.Item), rows[key].ETag), symbols);
                    if (Lacks(found))
                    {
                        open.Add(key, found);
                    }
                }
            }
        }

        static bool Lacks((Stored<Item> Item, IReadOnlyCollection<string> Symbols) wanted) =>
            wanted.Symbols.Except(wanted.Item.Row.Symbols, StringComparer.Ordinal).Any();
    }

    /// <summary>
    /// Inserts the memberships (item, symbol) that are absent, and of each item of the stamp its place in time and its tags;
    /// returns every membership and whether it stands under the stamp.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="wanted">Items with the symbols they came under.</param>
    /// <param name="stamp">The page that writes.</param>
    /// <param name="indexed">What the index told of them before.</param>
    /// <param name="abandoned">Pages whose memberships are taken over.</param>
    /// <param name="cancellationToken">Gives up; what was written stays.</param>
    internal async Task<IReadOnlyList<(Item Item, string Symbol, bool Own)>> InsertMembershipsAsync(
        string tenant, IReadOnlyList<(Item Item, IReadOnlyCollection<string> Symbols)> wanted, Stamp stamp, IndexedRecords indexed,
        AbandonedPages abandoned, CancellationToken cancellationToken)
    {
        var result = new List<(Item, string, bool)>();
        foreach (var day in wanted.GroupBy(w => Rows.Day(w.Item.PublishedAt)))
        {
            var partition = IndexPartition(tenant, day.Key);
            var keyed = day.SelectMany(w => w.Symbols.Select(s => (w.Item, Symbol: s, Key: MembershipKey(s, w.Item)))).ToList();

            // Items that the index named may have their membership already: look first, insert what is absent.
            var known = await tables.GetAllAsync(
                partition, keyed.Where(k => indexed.Known.Contains(k.Item.SourceId) && !stamp.IsOn(k.Item) && !indexed.Memberships.ContainsKey(k.Key)).Select(k => k.Key), cancellationToken).ConfigureAwait(false);
            foreach (var (key, row) in keyed.Select(k => (k.Key, indexed.Memberships.GetValueOrDefault(k.Key))).Where(k => k.Item2 is not null))
            {
                known[key] = row!;
            }

            // What the page that holds an item says of it.
            var held = day.Where(w => stamp.IsOn(w.Item)).ToList();
            var said = held.Select(w => (Key: TimeKey(w.Item), Data: Place(w.Item, w.Symbols, stamp)))
                .Concat(held.SelectMany(w => ItemTags.Of(w.Item).Select(t => (Key: TagKey(t, w.Item), Data: Hint(w.Item, stamp)))))
                .ToDictionary(s => s.Key, s => s.Data, StringComparer.Ordinal);
            var inserts = keyed.Where(k => !known.ContainsKey(k.Key)).Select(k => TableWrite.Insert(k.Key, Rows.Version, Hint(k.Item, stamp)))
                .Concat(said.Select(s => TableWrite.Insert(s.Key, Rows.Version, s.Value)));
            foreach (var (key, row) in await tables.InsertAbsentAsync(partition, [.. inserts], cancellationToken).ConfigureAwait(false))
            {
                known[key] = row;
            }

            var foreign = new HashSet<(string Place, string Symbol)>();
            foreach (var (item, symbol, key) in keyed)
            {
                var own = true;
                if (known.TryGetValue(key, out var row) && Rows.Read(row, RowJson.Default.Membership) is var standing && !stamp.IsOn(standing))
                {
                    own = await abandoned.HoldAsync(standing, cancellationToken).ConfigureAwait(false);
                    if (own)
                    {
                        await tables.WriteAsync(partition, [TableWrite.IfMatch(key, Rows.Version, Hint(item, stamp), row.ETag)], cancellationToken).ConfigureAwait(false);
                    }
                }

                result.Add((item, symbol, own));
                if (!own)
                {
                    foreign.Add((TimeKey(item), symbol));
                }
            }

            // A place lists only memberships of its own page, and with the tags it names the page that holds the item now.
            var inserted = said.ToDictionary(StringComparer.Ordinal);
            foreach (var w in held)
            {
                said[TimeKey(w.Item)] = Place(w.Item, w.Symbols.Where(s => !foreign.Contains((TimeKey(w.Item), s))), stamp);
            }

            var amended = said.Select(s => (s.Key, Data: s.Value, Standing: known.GetValueOrDefault(s.Key)))
                .Where(s => !s.Data.AsSpan().SequenceEqual(s.Standing is null ? inserted[s.Key] : s.Standing.Data.Span));
            await tables.WriteAllAsync(partition, [.. amended.Select(s => s.Standing is null
                ? TableWrite.Upsert(s.Key, Rows.Version, s.Data) : TableWrite.IfMatch(s.Key, Rows.Version, s.Data, s.Standing.ETag))], cancellationToken).ConfigureAwait(false);
        }

        return result;
    }

    internal static string Partition(string tenant, string table) => $"items|{tenant}|{TableLimits.Escape(table)}";

    internal static string IndexPartition(string tenant, string day) => $"index|{tenant}|{day}";

    internal static string Key(string sourceId) => TableLimits.Escape(sourceId);

    internal static string MembershipKey(string symbol, Item item) => MembershipKey(symbol, item.PublishedAt, item.Id);

    internal static string MembershipKey(string symbol, DateTimeOffset publishedAt, string id) => SymbolPrefix(symbol) + ItemPlace.KeyOf(publishedAt, id);

    internal static string TimeKey(Item item) => TimeKey(item.Table, item.PublishedAt, item.Id);

    internal static string TimeKey(string table, DateTimeOffset publishedAt, string id) => TablePrefix(table) + ItemPlace.KeyOf(publishedAt, id);

    internal static string TagKey(string tag, Item item) => TagPrefix(tag) + ItemPlace.KeyOf(item.PublishedAt, item.Id);

    internal static string SymbolPrefix(string symbol) => $"s|{TableLimits.Escape(symbol)}|";

    internal static string TablePrefix(string table) => $"t|{TableLimits.Escape(table)}|";

    internal static string TagPrefix(string tag) => $"g|{TableLimits.Escape(tag)}|";

    private static Item Joined(Item item, IEnumerable<string> symbols) =>
        item with { Symbols = [.. item.Symbols.Union(symbols, StringComparer.Ordinal).Order(StringComparer.Ordinal)] };

    private static byte[] Hint(Item item, Stamp stamp) =>
        Rows.Write(new Membership(item.Table, item.SourceId, stamp.Chunk, stamp.Page, Label: LetterOf(item)), RowJson.Default.Membership);

    private static byte[] Place(Item item, IEnumerable<string> symbols, Stamp stamp) =>
        Rows.Write(new Membership(item.Table, item.SourceId, stamp.Chunk, stamp.Page, [.. symbols.Order(StringComparer.Ordinal)], LetterOf(item)), RowJson.Default.Membership);

    private static string LetterOf(Item item) => Membership.LetterOf(item.Probabilities.Label);

    private static Dictionary<string, Stored<Item>> ById(IReadOnlyDictionary<string, TableRow> rows) =>
        rows.Values.Select(r => new Stored<Item>(Rows.Read(r, RowJson.Default.Item), r.ETag)).ToDictionary(s => s.Row.SourceId, StringComparer.Ordinal);
}
