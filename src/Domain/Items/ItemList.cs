using System.Runtime.CompilerServices;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Items;

/// <summary>A page of items.</summary>
/// <param name="Items">Newest first, those of one time by id.</param>
/// <param name="Next">Where the next page goes on; null: this is the last one.</param>
public sealed record ItemPage(IReadOnlyList<Item> Items, ItemPlace? Next);

/// <summary>Reads a tenant's items page by page, newest first.</summary>
/// <remarks>
/// A page follows the index of the days that have items: the memberships of the symbols asked for, else the tags, else the places
/// in time of the tables. An item is shown only where its row exists, and as that says it.
/// </remarks>
public static class ItemList
{
    /// <summary>The most items of a page.</summary>
    public const int MaxLimit = 1_000;

    /// <summary>
    /// A page of items. What few items match is looked for in at most 31 days with items and 5,000 rows of their index: such a page
    /// may be shorter than asked for, even empty, and says where to go on.
    /// </summary>
    /// <param name="reader">Where to read.</param>
    /// <param name="query">Which items.</param>
    /// <param name="limit">At most so many, 1 to <see cref="MaxLimit"/>.</param>
    /// <param name="after">Where the page before ended; null: the first page.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    /// <exception cref="ArgumentException">The limit is not one, or the query names too many of a kind.</exception>
    public static async Task<ItemPage> ReadAsync(
        ITableReader reader, ItemQuery query, int limit, ItemPlace? after, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxLimit);
        query.Check();
        if (query.From >= query.To || query.To == DateTimeOffset.MinValue)
        {
            return new([], null);
        }

        var last = query.To is { } to && (after is null || to <= after.At) ? to.AddTicks(-1) : after?.At;
        var days = new ItemDays(reader, query.Tenant, query.From is { } from ? Rows.Day(from) : null, last is { } end ? Rows.Day(end) : null);
        var hints = new ItemHints(reader, query, days, after, limit);
        var found = new List<Item>(limit);
        for (var count = limit; ; count = Math.Min(count * 2, TableLimits.MaxKeysPerGet))
        {
            var taken = await hints.TakeAsync(count, cancellationToken).ConfigureAwait(false);
            var items = await ItemsAsync(reader, query.Tenant, taken, cancellationToken).ConfigureAwait(false);
            foreach (var hint in taken)
            {
                if (items.GetValueOrDefault((hint.Row.Table, hint.Row.SourceId)) is { } item && item.PublishedAt == hint.Place.At && query.Means(item))
                {
                    found.Add(item);
                    if (found.Count == limit)
                    {
                        return new(found, hint.Place);
                    }
                }
            }

            if (hints.IsThrough)
            {
                return new(found, days.Rest);
            }

            if (taken.Count < count)
            {
                return new(found, hints.Last);
            }
        }
    }

    /// <summary>All items of a query, newest first, a page at a time in memory.</summary>
    /// <param name="reader">Where to read.</param>
    /// <param name="query">Which items.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    /// <exception cref="ArgumentException">The query names too many of a kind.</exception>
    public static async IAsyncEnumerable<Item> AllAsync(
        ITableReader reader, ItemQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var next = (ItemPlace?)null;
        do
        {
            (var items, next) = await ReadAsync(reader, query, MaxLimit, next, cancellationToken).ConfigureAwait(false);
            foreach (var item in items)
            {
                yield return item;
            }
        }
        while (next is not null);
    }

    private static async Task<Dictionary<(string Table, string SourceId), Item>> ItemsAsync(
        ITableReader reader, string tenant, IReadOnlyList<ItemHint> hints, CancellationToken cancellationToken)
    {
        var reads = hints.GroupBy(h => h.Row.Table, StringComparer.Ordinal).Select(t => reader.GetAllAsync(
            ItemStore.Partition(tenant, t.Key), t.Select(h => ItemStore.Key(h.Row.SourceId)).Distinct(StringComparer.Ordinal), cancellationToken)).ToList();
        var found = new Dictionary<(string, string), Item>();
        foreach (var row in (await Task.WhenAll(reads).ConfigureAwait(false)).SelectMany(r => r.Values))
        {
            var item = Rows.Read(row, RowJson.Default.Item);
            found[(item.Table, item.SourceId)] = item;
        }

        return found;
    }
}
