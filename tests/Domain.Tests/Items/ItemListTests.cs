using CsCheck;
using Sentiment.Domain.Items;
using Sentiment.Domain.Scoring;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tests.Support;
using Sentiment.Testing;
using static Sentiment.Domain.Tests.Items.StoredItems;

namespace Sentiment.Domain.Tests.Items;

public class ItemListTests
{
    private static readonly DateTimeOffset Start = IngestionHost.Start;
    private static readonly string[] Symbols = ["AAPL", "AAP", "MSFT"];
    private static readonly string[] Tags = ["earnings", "tech", "m&a"];
    private static readonly string[] Sources = ["wire/a", "wire/a-b", "wire/b"];

    // Few times, so that many items share one, over days of which some have none.
    private static readonly Gen<DateTimeOffset> Times = Gen.Select(Gen.Int[0, 12], Gen.Int[0, 4], (day, hour) => Start.AddDays(-3 * day).AddHours(hour * 3));

    private static readonly Gen<DateTimeOffset?> Bounds = Gen.Select(Gen.Bool, Times, (isBound, time) => isBound ? time : (DateTimeOffset?)null);

    private static readonly Gen<List<Item>> Stores =
        Gen.Select(Times, Subset(Symbols), Subset(Tags), Gen.Int[0, 2].Select(i => Sources[i]), Gen.Int[0, 2]).List[0, 40].Select(drawn => drawn.Select(
            (d, index) => New($"{index}", d.Item1, d.Item2, d.Item4, [.. d.Item3.Select(t => $" {t.ToUpperInvariant()}")], d.Item5)).ToList());

    private static readonly Gen<ItemQuery> Queries =
        Gen.Select(Subset(Symbols), Subset(Tags), Subset(Sources), Subset([SentimentLabel.Negative, SentimentLabel.Neutral, SentimentLabel.Positive]), Bounds, Bounds)
            .Select((symbols, tags, sources, labels, from, to) =>
                new ItemQuery(Tenant) { Symbols = symbols, Tags = tags, Sources = sources, Labels = labels, From = from, To = to });

    private static Gen<T[]> Subset<T>(T[] all) => Gen.Bool.Array[all.Length].Select(chosen => all.Where((_, index) => chosen[index]).ToArray());

    private static IEnumerable<string> Expected(IEnumerable<Item> items, ItemQuery query) => items
        .Where(i => (query.Symbols.Count == 0 || query.Symbols.Intersect(i.Symbols).Any())
            && (query.Tags.Count == 0 || query.Tags.Intersect(i.Tags!.Select(t => t.Trim().ToLowerInvariant())).Any())
            && (query.Sources.Count == 0 || query.Sources.Contains(i.Table))
            && (query.Labels.Count == 0 || query.Labels.Contains(i.Probabilities.Label))
            && (query.From is not { } from || i.PublishedAt >= from) && (query.To is not { } to || i.PublishedAt < to))
        .OrderByDescending(i => i.PublishedAt).ThenBy(i => i.Id, StringComparer.Ordinal).Select(i => i.Id);

    [Fact]
    public void Pages_of_any_length_and_filter_give_every_item_that_is_meant_once_newest_first() =>
        Gen.Select(Stores, Queries, Gen.Int[1, 9]).Sample(
            (items, query, limit) =>
            {
                var tables = new MemoryTables();
                StoreAsync(tables, items).GetAwaiter().GetResult();
                var walked = WalkAsync(tables, query, limit).GetAwaiter().GetResult();
                Assert.Equal(Expected(items, query), walked);
                Assert.Equal(walked, ItemList.AllAsync(tables, query, default).Select(i => i.Id).ToListAsync().AsTask().GetAwaiter().GetResult());
            },
            iter: 300, threads: 1);

    [Fact]
    public void Pages_read_while_items_are_inserted_give_what_was_there_at_the_start_once_each_in_order() =>
        Gen.Select(Stores, Stores, Queries, Gen.Int[1, 5]).Sample(
            (items, later, query, limit) =>
            {
                var tables = new MemoryTables();
                StoreAsync(tables, items).GetAwaiter().GetResult();
                var coming = new Queue<Item>(later.Select(i => New("later-" + i.SourceId, i.PublishedAt, i.Symbols, i.Table, [.. i.Tags!], 2)));
                var walked = WalkAsync(tables, query, limit, async () =>
                {
                    for (var n = 0; n < 7 && coming.TryDequeue(out var item); n++)
                    {
                        await StoreAsync(tables, [item]);
                    }
                }).GetAwaiter().GetResult();
                var known = items.Select(i => i.Id).ToHashSet();
                Assert.Equal(Expected(items, query), walked.Where(known.Contains));
                Assert.Equal(walked.Count, walked.Distinct().Count());
            },
            iter: 300, threads: 1);

    [Fact]
    public async Task Five_tags_or_symbols_are_one_round_of_reads()
    {
        string[] names = ["A", "B", "C", "D", "E"];
        var tables = new MemoryTables();
        await StoreAsync(tables, Enumerable.Range(0, 100).Select(i => New($"{i}", Start.AddMinutes(-i), [names[i % 5]], tags: [names[i / 5 % 5]])));
        foreach (var query in (ItemQuery[])[new(Tenant) { Tags = ["a", "b", "c", "d", "e"] }, new(Tenant) { Symbols = names }])
        {
            var rounds = new RoundsOfReads(tables);
            var page = rounds.Through(ItemList.ReadAsync(rounds, query, 20, null, default));
            Assert.Equal(20, page.Items.Count);
            Assert.Equal(["days|acme", string.Join(' ', Enumerable.Repeat("index|acme|20300110", 5)), "items|acme|wire~2fnews"], rounds.Rounds.Select(r => string.Join(' ', r)));
        }
    }

    [Fact]
    public async Task A_symbol_that_is_seldom_found_costs_few_rounds_of_reads()
    {
        var tables = new MemoryTables();
        await StoreAsync(tables, Enumerable.Range(0, 30).Select(d => New($"{d}", Start.AddDays(-d), [d % 10 == 9 ? "RARE" : "AAPL"])));
        var rounds = new RoundsOfReads(tables);
        var page = rounds.Through(ItemList.ReadAsync(rounds, new(Tenant) { Symbols = ["RARE"] }, 100, null, default));
        Assert.Equal((3, null), (page.Items.Count, page.Next));

        // The newest days; 1, 2 and 4 of them; the other days; 8 and 15 of them; the items.
        Assert.Equal([1, 1, 2, 4, 1, 8, 15, 1], rounds.Rounds.Select(r => r.Count));
    }

    [Fact]
    public async Task What_is_found_soon_costs_the_same_however_many_days_there_are()
    {
        var tables = new MemoryTables();
        await StoreAsync(tables, Enumerable.Range(0, 150).Select(d => New($"{d}", Start.AddDays(-d), ["AAPL"])));
        var rounds = new RoundsOfReads(tables);
        var page = rounds.Through(ItemList.ReadAsync(rounds, new(Tenant) { Symbols = ["AAPL"] }, 2, null, default));
        Assert.Equal(["0", "1"], page.Items.Select(i => i.SourceId));
        Assert.InRange(rounds.Handed.Count(p => p.StartsWith("days|", StringComparison.Ordinal)), 1, 8);
    }

    [Fact]
    public async Task Days_of_many_tables_are_all_found_with_all_their_tables()
    {
        var tables = new MemoryTables();
        await StoreAsync(tables, Enumerable.Range(0, 20 * 30).Select(n => New($"{n}", Start.AddDays(-(n % 20)), ["AAPL"], $"wire/{n / 20:00}")));
        var days = await DayStore.NewestAsync(tables, Tenant, null, null, 18, default);
        Assert.Equal(Enumerable.Range(0, 18).Select(d => Start.AddDays(-d).ToString("yyyyMMdd", System.Globalization.CultureInfo.InvariantCulture)), days.Select(d => d.Day));
        Assert.All(days, d => Assert.Equal(Enumerable.Range(0, 30).Select(t => $"wire/{t:00}"), d.Tables));
        Assert.Equal(600, (await WalkAsync(tables, new(Tenant), 50)).Count);
    }

    [Fact]
    public async Task A_page_looks_at_so_many_days_and_then_says_where_to_go_on()
    {
        var tables = new MemoryTables();
        await StoreAsync(tables, Enumerable.Range(0, 150).Select(d => New($"{d}", Start.AddDays(-d), [d == 149 ? "RARE" : "AAPL"])));
        var query = new ItemQuery(Tenant) { Symbols = ["RARE"] };
        var pages = new List<int>();
        var next = (ItemPlace?)null;
        do
        {
            var rounds = new RoundsOfReads(tables);
            (var items, next) = rounds.Through(ItemList.ReadAsync(rounds, query, 100, next, default));
            Assert.InRange(rounds.Rounds.Sum(r => r.Count(p => p.StartsWith("index|", StringComparison.Ordinal))), 22, 31);
            pages.Add(items.Count);
        }
        while (next is not null);
        Assert.Equal([0, 0, 0, 0, 1], pages);
    }

    [Fact]
    public async Task A_page_looks_at_so_many_rows_of_the_index_and_then_says_where_to_go_on()
    {
        var tables = new MemoryTables();
        await StoreAsync(tables, Enumerable.Range(0, 6_000).Select(i => New($"{i}", Start.AddSeconds(-i), ["AAPL"], label: i == 5_999 ? 2 : 1)));
        var query = new ItemQuery(Tenant) { Labels = [SentimentLabel.Positive] };
        var rounds = new RoundsOfReads(tables);
        var first = rounds.Through(ItemList.ReadAsync(rounds, query, 10, null, default));
        Assert.Empty(first.Items);
        Assert.InRange(rounds.Handed.Count(p => p.StartsWith("index|", StringComparison.Ordinal)), 5_000, 7_000);
        Assert.InRange(rounds.Rounds.Count, 2, 12);
        var second = await ItemList.ReadAsync(tables, query, 10, first.Next, default);
        Assert.Equal(("5999", null), (second.Items.Single().SourceId, second.Next));
    }

    [Fact]
    public async Task Of_a_label_only_the_items_that_are_shown_are_read()
    {
        var tables = new MemoryTables();
        await StoreAsync(tables, Enumerable.Range(0, 200).Select(i => New($"{i}", Start.AddSeconds(-i), ["AAPL"], label: i % 10 == 0 ? 0 : 2)));
        var rounds = new RoundsOfReads(tables);
        var page = rounds.Through(ItemList.ReadAsync(rounds, new(Tenant) { Symbols = ["AAPL"], Labels = [SentimentLabel.Negative] }, 20, null, default));
        Assert.Equal(20, page.Items.Count);
        Assert.Equal(20, rounds.Handed.Count(p => p.StartsWith("items|", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_item_is_shown_where_its_row_is_and_as_that_says_it()
    {
        var tables = new MemoryTables();
        await StoreAsync(tables, [New("a", Start, ["AAPL"]), New("gone", Start, ["AAPL"]), New("moved", Start.AddHours(-1), ["AAPL"]), New("other", Start, ["AAPL"])]);
        var moved = New("moved", Start.AddHours(-2), ["AAPL"]);
        var other = New("other", Start, ["MSFT"]);
        await tables.WriteAsync(ItemStore.Partition(Tenant, "wire/news"), [
            TableWrite.Delete("gone"), .. ((Item[])[moved, other]).Select(i => TableWrite.Upsert(i.SourceId, Rows.Version, Rows.Write(i, Domain.Ingestion.RowJson.Default.Item)))], default);
        Assert.Equal(["a"], (await ItemList.ReadAsync(tables, new(Tenant) { Symbols = ["AAPL"] }, 10, null, default)).Items.Select(i => i.SourceId));
        Assert.Equal(["a", "other"], (await ItemList.ReadAsync(tables, new(Tenant), 10, null, default)).Items.Select(i => i.SourceId).Order());
    }

    [Fact]
    public async Task Rows_of_an_earlier_format_are_read_where_they_are_found_and_hold_nothing_up()
    {
        var tables = new MemoryTables();
        var item = New("a", Start, ["AAPL"], label: 0);
        await StoreAsync(tables, [item]);
        await tables.WriteAsync(ItemStore.IndexPartition(Tenant, "20300110"), [
            TableWrite.Delete(ItemStore.TimeKey(item)),
            TableWrite.Insert($"t|{item.PublishedAt.UtcTicks:D19}|{item.Id}", 1, """{"table":"wire/news","sourceId":"a","chunk":"c","page":1,"symbols":["AAPL"]}"""u8.ToArray()),
            TableWrite.Upsert(ItemStore.MembershipKey("AAPL", item), 1, """{"table":"wire/news","sourceId":"a","chunk":"c","page":1}"""u8.ToArray())], default);
        Assert.Empty((await ItemList.ReadAsync(tables, new(Tenant), 10, null, default)).Items);
        Assert.Equal("a", (await ItemList.ReadAsync(tables, new(Tenant) { Symbols = ["AAPL"], Labels = [SentimentLabel.Negative] }, 10, null, default)).Items.Single().SourceId);
        Assert.Empty((await ItemList.ReadAsync(tables, new(Tenant) { Symbols = ["AAPL"], Labels = [SentimentLabel.Positive] }, 10, null, default)).Items);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("0000000000000000000")]
    [InlineData("0000000000000000000|X")]
    [InlineData("9999999999999999999|")]
    [InlineData("0000000000000000000|00000000000000000000000000000000\n")]
    public void A_text_that_is_no_place_is_none(string text) => Assert.False(ItemPlace.TryParse(text, out _));

    [Fact]
    public async Task More_symbols_tags_or_sources_than_are_read_at_once_are_refused_by_name()
    {
        string[] many = [.. Enumerable.Range(0, 21).Select(i => $"X{i}")];
        foreach (var (query, name) in ((ItemQuery, string)[])[
            (new(Tenant) { Symbols = many }, "symbol"), (new(Tenant) { Tags = many }, "tag"), (new(Tenant) { Sources = many }, "source")])
        {
            var refusal = await Assert.ThrowsAsync<ArgumentException>(() => ItemList.ReadAsync(new MemoryTables(), query, 10, null, default));
            Assert.StartsWith($"{name}: at most 20 expected, found 21", refusal.Message, StringComparison.Ordinal);
        }
    }

    private static async Task<List<string>> WalkAsync(ITableReader tables, ItemQuery query, int limit, Func<Task>? between = null)
    {
        var (found, next, pages) = (new List<string>(), (ItemPlace?)null, 0);
        do
        {
            (var items, next) = await ItemList.ReadAsync(tables, query, limit, next, default);
            Assert.InRange(items.Count, 0, limit);
            Assert.InRange(++pages, 1, 200);
            found.AddRange(items.Select(i => i.Id));
            await (between?.Invoke() ?? Task.CompletedTask);
            Assert.True(next is null || (ItemPlace.TryParse(next.Key, out var read) && read == next));
        }
        while (next is not null);
        return found;
    }
}
