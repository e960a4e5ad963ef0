using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Items;

/// <summary>Items by (tenant, table, vendor id), and their index by tenant and day: by time, and by symbol and time.</summary>
/// <remarks>
/// Identity rows live in partition <c>items|TENANT|TABLE</c>, index rows in <c>index|TENANT|DAY</c>: <c>t|</c> for all
/// items and <c>s|SYMBOL|</c> for memberships, newest first. Index rows are hints: readers look at the item.
/// </remarks>
public sealed class ItemStore(ITableStore tables)
{
    /// <summary>The known ones of up to any number of vendor ids.</summary>
    public async Task<Dictionary<string, Stored<Item>>> KnownAsync(
        string tenant, string table, IReadOnlyCollection<string> sourceIds, CancellationToken cancellationToken)
    {
        var known = new Dictionary<string, Stored<Item>>(StringComparer.Ordinal);
        foreach (var keys in sourceIds.Select(Key).Chunk(TableLimits.MaxKeysPerGet))
        {
            foreach (var row in await tables.GetManyAsync(Partition(tenant, table), keys, cancellationToken).ConfigureAwait(false))
            {
                var item = Rows.Read(row, RowJson.Default.Item);
                known.Add(item.SourceId, new(item, row.ETag));
            }
        }

        return known;
    }

    /// <summary>Inserts complete items; returns those that were there already, as they stand.</summary>
    public async Task<Dictionary<string, Stored<Item>>> InsertAsync(
        string tenant, string table, IReadOnlyList<Item> items, CancellationToken cancellationToken)
    {
        var standing = new Dictionary<string, Stored<Item>>(StringComparer.Ordinal);
        var writes = items.Select(i => TableWrite.Insert(Key(i.SourceId), Rows.Version, Rows.Write(i, RowJson.Default.Item))).ToList();
        var at = 0;
        foreach (var batch in Rows.Batches(writes))
        {
            var part = items.Skip(at).Take(batch.Count).ToList();
            at += batch.Count;
            var rest = batch;
            while (rest.Count > 0)
            {
                try
                {
                    await tables.WriteAsync(Partition(tenant, table), rest, cancellationToken).ConfigureAwait(false);
                    break;
                }
                catch (TableConflictException)
                {
                    // Another chunk, or an earlier holder of this one, was quicker with some of them.
                    foreach (var (id, stored) in await KnownAsync(tenant, table, part.ConvertAll(i => i.SourceId), cancellationToken).ConfigureAwait(false))
                    {
                        standing[id] = stored;
                    }

                    var there = standing.Keys.Select(Key).ToHashSet(StringComparer.Ordinal);
                    rest = rest.FindAll(w => !there.Contains(w.Key));
                }
            }
        }

        return standing;
    }

    /// <summary>Adds symbols to a stored item; a set that only grows, so repetition and order do not matter.</summary>
    public async Task AddSymbolsAsync(string tenant, Stored<Item> item, IReadOnlyCollection<string> symbols, CancellationToken cancellationToken)
    {
        while (symbols.Except(item.Row.Symbols, StringComparer.Ordinal).Any())
        {
            var next = item.Row with { Symbols = [.. item.Row.Symbols.Union(symbols, StringComparer.Ordinal).Order(StringComparer.Ordinal)] };
            var key = Key(item.Row.SourceId);
            try
            {
                await tables.WriteAsync(Partition(tenant, next.Table),
                    [TableWrite.IfMatch(key, Rows.Version, Rows.Write(next, RowJson.Default.Item), item.ETag)], cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (TableConflictException)
            {
                var row = await tables.GetAsync(Partition(tenant, next.Table), key, cancellationToken).ConfigureAwait(false);
                if (row is null)
                {
                    return; // Removed by retention.
                }

                item = new(Rows.Read(row, RowJson.Default.Item), row.ETag);
            }
        }
    }

    /// <summary>
    /// Inserts the memberships (item, symbol) that are absent, and each item's place in time; returns the stamp under
    /// which every one of them stands.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="wanted">Items with the symbols they came under.</param>
    /// <param name="chunk">The stamp's chunk.</param>
    /// <param name="page">The stamp's page.</param>
    /// <param name="cancellationToken">Gives up; what was written stays.</param>
    public async Task<IReadOnlyList<(Item Item, string Symbol, bool Own)>> InsertMembershipsAsync(
        string tenant, IReadOnlyList<(Item Item, IReadOnlyCollection<string> Symbols)> wanted, string chunk, int page, CancellationToken cancellationToken)
    {
        var result = new List<(Item, string, bool)>();
        foreach (var day in wanted.GroupBy(w => Rows.Day(w.Item.PublishedAt)))
        {
            var partition = IndexPartition(tenant, day.Key);
            var keyed = day.SelectMany(w => w.Symbols.Select(s => (w.Item, Symbol: s, Key: MembershipKey(s, w.Item)))).ToList();
            var known = new Dictionary<string, Membership>(StringComparer.Ordinal);
            var fresh = day.Where(w => w.Item.Chunk == chunk && w.Item.Page == page)
                .Select(w => TableWrite.Upsert(TimeKey(w.Item), Rows.Version, Rows.Write(new Membership(w.Item.Table, w.Item.SourceId, w.Item.Chunk, w.Item.Page), RowJson.Default.Membership)));
            var writes = fresh.Concat(keyed.Select(k => TableWrite.Insert(k.Key, Rows.Version, Rows.Write(new Membership(k.Item.Table, k.Item.SourceId, chunk, page), RowJson.Default.Membership)))).ToList();
            foreach (var batch in Rows.Batches(writes))
            {
                await InsertAbsentAsync(partition, batch, known, cancellationToken).ConfigureAwait(false);
            }

            result.AddRange(keyed.Select(k => (k.Item, k.Symbol, !known.TryGetValue(k.Key, out var m) || (m.Chunk == chunk && m.Page == page))));
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

    internal static string MembershipKey(string symbol, Item item) => $"s|{TableLimits.Escape(symbol)}|{Rows.NewestFirst(item.PublishedAt)}|{item.Id}";

    internal static string TimeKey(Item item) => $"t|{Rows.NewestFirst(item.PublishedAt)}|{item.Id}";

    private async Task InsertAbsentAsync(string partition, List<TableWrite> rest, Dictionary<string, Membership> known, CancellationToken cancellationToken)
    {
        while (rest.Count > 0)
        {
            try
            {
                await tables.WriteAsync(partition, rest, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (TableConflictException)
            {
                var inserts = rest.FindAll(w => w.Condition == TableCondition.Insert);
                foreach (var row in await tables.GetManyAsync(partition, inserts.ConvertAll(w => w.Key), cancellationToken).ConfigureAwait(false))
                {
                    known[row.Key] = Rows.Read(row, RowJson.Default.Membership);
                }

                rest = rest.FindAll(w => !known.ContainsKey(w.Key));
            }
        }
    }
}
