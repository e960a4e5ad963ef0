using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Items;

/// <summary>Items by (tenant, table, vendor id), and their index by tenant and day: by time, and by symbol and time.</summary>
/// <remarks>
/// Identity rows live in partition <c>items|TENANT|TABLE</c>, index rows in <c>index|TENANT|DAY</c>: <c>t|</c> for all
/// items and <c>s|SYMBOL|</c> for memberships, newest first. Index rows are hints: readers look at the item.
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
                IndexPartition(tenant, day.Key), day.Select(i => TimeKey(i.PublishedAt, Item.IdOf(tenant, table, i.SourceId))).Distinct(StringComparer.Ordinal), cancellationToken).ConfigureAwait(false);
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
    /// Inserts the memberships (item, symbol) that are absent, and the place in time of each item of the stamp; returns
    /// every membership and whether it stands under the stamp.
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

            var places = day.Where(w => stamp.IsOn(w.Item)).ToDictionary(w => TimeKey(w.Item), w => Place(w.Item, w.Symbols, stamp), StringComparer.Ordinal);
            var inserts = keyed.Where(k => !known.ContainsKey(k.Key)).Select(k => TableWrite.Insert(k.Key, Rows.Version, Hint(k.Item, stamp)))
                .Concat(places.Select(p => TableWrite.Insert(p.Key, Rows.Version, p.Value)));
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

            // A place lists only memberships of its own page, and names the page that holds the item now.
            var amended = day.Where(w => stamp.IsOn(w.Item))
                .Select(w => (Key: TimeKey(w.Item), Data: Place(w.Item, w.Symbols.Where(s => !foreign.Contains((TimeKey(w.Item), s))), stamp)))
                .Select(p => (p.Key, p.Data, Standing: known.GetValueOrDefault(p.Key)))
                .Where(p => !p.Data.AsSpan().SequenceEqual(p.Standing is null ? places[p.Key] : p.Standing.Data.Span));
            await tables.WriteAllAsync(partition, [.. amended.Select(p => p.Standing is null
                ? TableWrite.Upsert(p.Key, Rows.Version, p.Data) : TableWrite.IfMatch(p.Key, Rows.Version, p.Data, p.Standing.ETag))], cancellationToken).ConfigureAwait(false);
        }

        return result;
    }

    /// <summary>Items of a tenant, newest first, from ≤ publishedAt &lt; to.</summary>
    /// <param name="reader">Where to read.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="symbol">Only this symbol's; null: all.</param>
    /// <param name="from">Inclusive.</param>
    /// <param name="to">Exclusive.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    public static async IAsyncEnumerable<Item> ListAsync(
        ITableReader reader, string tenant, string? symbol, DateTimeOffset from, DateTimeOffset to,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var prefix = symbol is null ? "t|" : $"s|{TableLimits.Escape(symbol)}|";
        for (var day = to.AddTicks(-1).UtcDateTime.Date; day >= from.UtcDateTime.Date; day = day.AddDays(-1))
        {
            var range = TableRange.Prefix(IndexPartition(tenant, Rows.Day(new DateTimeOffset(day, TimeSpan.Zero))), prefix);
            await foreach (var row in reader.QueryAsync(range, cancellationToken).ConfigureAwait(false))
            {
                var hint = Rows.Read(row, RowJson.Default.Membership);
                if (await reader.GetAsync(Partition(tenant, hint.Table), Key(hint.SourceId), cancellationToken).ConfigureAwait(false) is { } stored
                    && Rows.Read(stored, RowJson.Default.Item) is var item && from <= item.PublishedAt && item.PublishedAt < to)
                {
                    yield return item;
                }
            }
        }
    }

    internal static string Partition(string tenant, string table) => $"items|{tenant}|{TableLimits.Escape(table)}";

    internal static string IndexPartition(string tenant, string day) => $"index|{tenant}|{day}";

    internal static string Key(string sourceId) => TableLimits.Escape(sourceId);

    internal static string MembershipKey(string symbol, Item item) => MembershipKey(symbol, item.PublishedAt, item.Id);

    internal static string MembershipKey(string symbol, DateTimeOffset publishedAt, string id) => $"s|{TableLimits.Escape(symbol)}|{Rows.NewestFirst(publishedAt)}|{id}";

    internal static string TimeKey(Item item) => TimeKey(item.PublishedAt, item.Id);

    internal static string TimeKey(DateTimeOffset publishedAt, string id) => $"t|{Rows.NewestFirst(publishedAt)}|{id}";

    private static Item Joined(Item item, IEnumerable<string> symbols) =>
        item with { Symbols = [.. item.Symbols.Union(symbols, StringComparer.Ordinal).Order(StringComparer.Ordinal)] };

    private static byte[] Hint(Item item, Stamp stamp) =>
        Rows.Write(new Membership(item.Table, item.SourceId, stamp.Chunk, stamp.Page), RowJson.Default.Membership);

    private static byte[] Place(Item item, IEnumerable<string> symbols, Stamp stamp) =>
        Rows.Write(new Membership(item.Table, item.SourceId, stamp.Chunk, stamp.Page, [.. symbols.Order(StringComparer.Ordinal)]), RowJson.Default.Membership);

    private static Dictionary<string, Stored<Item>> ById(IReadOnlyDictionary<string, TableRow> rows) =>
        rows.Values.Select(r => new Stored<Item>(Rows.Read(r, RowJson.Default.Item), r.ETag)).ToDictionary(s => s.Row.SourceId, StringComparer.Ordinal);
}
