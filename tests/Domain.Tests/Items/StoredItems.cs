using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Items;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Tests.Items;

/// <summary>Items put into a store as a page would put them.</summary>
internal static class StoredItems
{
    public const string Tenant = "acme";

    public static Item New(
        string sourceId, DateTimeOffset at, IEnumerable<string> symbols, string table = "wire/news", string[]? tags = null, int label = 1) => new(
        Item.IdOf(Tenant, table, sourceId), table, sourceId, [.. symbols.Order(StringComparer.Ordinal)], $"Headline {sourceId}", null, at,
        label == 0 ? 800_000 : 100_000, label == 1 ? 800_000 : 100_000, label == 2 ? 800_000 : 100_000, "letters@1", "r1|acme|x|000001", 1)
        {
            Tags = tags,
        };

    public static async Task StoreAsync(ITableStore tables, IEnumerable<Item> items)
    {
        var (store, days, stamp) = (new ItemStore(tables), new DayStore(tables, TimeProvider.System), new Stamp("r1|acme|x|000001", 1));
        foreach (var table in items.GroupBy(i => i.Table))
        {
            await days.MarkAsync(Tenant, table.Key, table.Select(i => Rows.Day(i.PublishedAt)).Distinct(), default);
            await store.InsertAsync(Tenant, table.Key, table, default);
            await store.InsertMembershipsAsync(
                Tenant, [.. table.Select(i => (i, (IReadOnlyCollection<string>)i.Symbols))], stamp, IndexedRecords.None(), null!, default);
        }
    }
}
