using System.Text;
using Sentiment.Domain.Storage;

namespace Sentiment.Adapters.Tests.Storage;

/// <summary>What every table store does; run by a class per adapter.</summary>
public abstract class TableStoreContract : IAsyncLifetime, IAsyncDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    protected ITableStore Store { get; private set; } = null!;

    public async Task InitializeAsync() => Store = await OpenAsync();

    Task IAsyncLifetime.DisposeAsync() => CloseAsync().AsTask();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return CloseAsync();
    }

    protected abstract Task<ITableStore> OpenAsync();

    protected abstract ValueTask CloseAsync();

    [Fact]
    public async Task A_written_row_is_read_back_whole()
    {
        var etag = Assert.Single(await Store.WriteAsync("p", [TableWrite.Insert("k", 7, Utf8("{\"a\":1}"))], None));
        var row = await Store.GetAsync("p", "k", None);
        Assert.Equal(("p", "k", 7, etag), (row!.Partition, row.Key, row.Version, row.ETag));
        Assert.Equal("{\"a\":1}", Text(row));
    }

    [Fact]
    public async Task An_absent_row_and_an_absent_partition_are_null()
    {
        await Store.WriteAsync("p", [TableWrite.Insert("k", 1, Utf8("{}"))], None);
        Assert.Null(await Store.GetAsync("p", "other", None));
        Assert.Null(await Store.GetAsync("other", "k", None));
    }

    [Fact]
    public async Task Insert_refuses_a_key_that_exists()
    {
        await Store.WriteAsync("p", [TableWrite.Insert("k", 1, Utf8("1"))], None);
        var conflict = await Refused(TableWrite.Insert("k", 1, Utf8("2")));
        Assert.Equal(("p", "k", TableCondition.Insert), (conflict.Partition, conflict.Key, conflict.Condition));
        Assert.Equal("1", await TextAsync("k"));
    }

    [Fact]
    public async Task Keys_are_told_apart_by_case_and_by_partition()
    {
        await Store.WriteAsync("p", [TableWrite.Insert("k", 1, Utf8("1")), TableWrite.Insert("K", 1, Utf8("2"))], None);
        await Store.WriteAsync("P", [TableWrite.Insert("k", 1, Utf8("3"))], None);
        Assert.Equal("1", await TextAsync("k"));
        Assert.Equal("2", await TextAsync("K"));
        Assert.Equal("3", await TextAsync("k", "P"));
    }

    [Fact]
    public async Task IfMatch_replaces_the_row_that_was_read_and_no_later_one()
    {
        var first = Assert.Single(await Store.WriteAsync("p", [TableWrite.Insert("k", 1, Utf8("1"))], None));
        var second = Assert.Single(await Store.WriteAsync("p", [TableWrite.IfMatch("k", 2, Utf8("2"), first)], None));
        Assert.NotEqual(first, second);
        Assert.Equal(second, (await Store.GetAsync("p", "k", None))!.ETag);
        await Refused(TableWrite.IfMatch("k", 3, Utf8("3"), first));
        Assert.Equal("2", await TextAsync("k"));
    }

    [Fact]
    public async Task IfMatch_refuses_an_absent_row_an_absent_partition_and_what_was_never_an_ETag()
    {
        var etag = Assert.Single(await Store.WriteAsync("p", [TableWrite.Insert("k", 1, Utf8("1"))], None));
        await Refused(TableWrite.IfMatch("absent", 1, Utf8("2"), etag));
        await Refused(TableWrite.IfMatch("k", 1, Utf8("2"), "nonsense"));
        await Assert.ThrowsAsync<TableConflictException>(
            async () => await Store.WriteAsync("absent", [TableWrite.IfMatch("k", 1, Utf8("2"), etag)], None));
    }

    [Fact]
    public async Task Upsert_adds_and_replaces_and_changes_the_ETag_even_for_equal_data()
    {
        var first = Assert.Single(await Store.WriteAsync("p", [TableWrite.Upsert("k", 1, Utf8("1"))], None));
        var second = Assert.Single(await Store.WriteAsync("p", [TableWrite.Upsert("k", 1, Utf8("1"))], None));
        Assert.NotEqual(first, second);
        Assert.Equal(second, (await Store.GetAsync("p", "k", None))!.ETag);
    }

    [Fact]
    public async Task Delete_without_an_ETag_removes_the_row_and_does_not_mind_its_absence()
    {
        await Store.WriteAsync("p", [TableWrite.Insert("k", 1, Utf8("1"))], None);
        Assert.Single(await Store.WriteAsync("p", [TableWrite.Delete("k")], None));
        Assert.Null(await Store.GetAsync("p", "k", None));
        await Store.WriteAsync("p", [TableWrite.Delete("k")], None);
        await Store.WriteAsync("absent", [TableWrite.Delete("k")], None);
    }

    [Fact]
    public async Task Delete_with_an_ETag_removes_only_the_row_that_was_read()
    {
        var first = Assert.Single(await Store.WriteAsync("p", [TableWrite.Insert("k", 1, Utf8("1"))], None));
        var second = Assert.Single(await Store.WriteAsync("p", [TableWrite.Upsert("k", 1, Utf8("2"))], None));
        await Refused(TableWrite.Delete("k", first));
        await Store.WriteAsync("p", [TableWrite.Delete("k", second)], None);
        await Refused(TableWrite.Delete("k", second));
    }

    [Fact]
    public async Task A_row_made_anew_does_not_match_the_ETag_of_the_removed_one()
    {
        var old = Assert.Single(await Store.WriteAsync("p", [TableWrite.Insert("k", 1, Utf8("1"))], None));
        await Store.WriteAsync("p", [TableWrite.Delete("k")], None);
        await Store.WriteAsync("p", [TableWrite.Insert("k", 1, Utf8("1"))], None);
        await Refused(TableWrite.IfMatch("k", 1, Utf8("2"), old));
    }

    [Fact]
    public async Task A_refused_batch_changes_nothing()
    {
        var etag = (await Store.WriteAsync("p", [TableWrite.Insert("a", 1, Utf8("1")), TableWrite.Insert("b", 1, Utf8("1"))], None))[0];
        await Refused(
            TableWrite.IfMatch("a", 1, Utf8("2"), etag), TableWrite.Delete("b"), TableWrite.Insert("c", 1, Utf8("2")),
            TableWrite.Upsert("d", 1, Utf8("2")), TableWrite.IfMatch("absent", 1, Utf8("2"), etag));
        Assert.Equal(["a=1", "b=1"], await ListAsync(new TableRange("p")));
        Assert.Equal(etag, (await Store.GetAsync("p", "a", None))!.ETag);
    }

    [Fact]
    public async Task A_partition_whose_first_batch_was_refused_can_be_written_afterwards()
    {
        await Assert.ThrowsAsync<TableConflictException>(async () => await Store.WriteAsync(
            "new", [TableWrite.Insert("a", 1, Utf8("1")), TableWrite.IfMatch("b", 1, Utf8("1"), "1")], None));
        await Store.WriteAsync("other", [TableWrite.Insert("a", 1, Utf8("other"))], None);
        await Store.WriteAsync("new", [TableWrite.Insert("a", 1, Utf8("new"))], None);
        Assert.Equal("other", await TextAsync("a", "other"));
        Assert.Equal("new", await TextAsync("a", "new"));
    }

    [Fact]
    public async Task ETags_come_in_the_order_of_the_writes()
    {
        var keys = Keys(100);
        var etags = await Store.WriteAsync("p", [.. keys.Reverse().Select(key => TableWrite.Insert(key, 1, Utf8("1")))], None);
        foreach (var (key, etag) in keys.Reverse().Zip(etags))
        {
            Assert.Equal(etag, (await Store.GetAsync("p", key, None))!.ETag);
        }
    }

    [Fact]
    public async Task Bytes_are_kept_as_they_are()
    {
        var text = "{\"t\":\"Zürich — 株 🚀 \\u0000\"}"u8.ToArray();
        await Store.WriteAsync("p", [TableWrite.Insert("text", 1, text), TableWrite.Insert("empty", 1, default)], None);
        Assert.Equal(text, (await Store.GetAsync("p", "text", None))!.Data.ToArray());
        Assert.Equal(0, (await Store.GetAsync("p", "empty", None))!.Data.Length);
    }

    [Fact]
    public async Task Only_one_of_many_concurrent_inserts_of_a_key_wins()
    {
        for (var round = 0; round < 20; round++)
        {
            var key = $"k{round}";
            var outcomes = await Task.WhenAll(Enumerable.Range(0, 16).Select(writer => Task.Run(async () =>
            {
                try
                {
                    await Store.WriteAsync("p", [TableWrite.Insert(key, 1, Utf8($"{writer}"))], None);
                    return $"{writer}";
                }
                catch (TableConflictException)
                {
                    return null;
                }
            })));
            Assert.Equal(Assert.Single(outcomes, outcome => outcome is not null), await TextAsync(key));
        }
    }

    [Fact]
    public async Task A_counter_raised_by_concurrent_conditional_writers_misses_none()
    {
        await Store.WriteAsync("p", [TableWrite.Insert("n", 1, Utf8("0"))], None);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (var raised = 0; raised < 25;)
            {
                var row = (await Store.GetAsync("p", "n", None))!;
                try
                {
                    await Store.WriteAsync("p", [TableWrite.IfMatch("n", 1, Utf8($"{int.Parse(Text(row)) + 1}"), row.ETag)], None);
                    raised++;
                }
                catch (TableConflictException)
                {
                    // Another was faster; read again.
                }
            }
        })));
        Assert.Equal("100", await TextAsync("n"));
    }

    /// <summary>How many of 250 rows stand, one in so many, among how many rows of others between each two.</summary>
    public static TheoryData<int, int> Standing => new() { { 0, 0 }, { 1, 0 }, { 2, 0 }, { 40, 0 }, { 40, 12 }, { 3, 12 } };

    [Theory]
    [MemberData(nameof(Standing))]
    public async Task Absent_rows_are_inserted_and_those_that_stand_are_left_alone_and_given_back(int oneIn, int between)
    {
        var keys = Keys(250);
        var standing = keys.Where((_, i) => oneIn > 0 && i % oneIn == 0).ToList();
        var others = keys.SelectMany(k => Enumerable.Range(0, between).Select(i => $"{k}.{i:D2}"));
        foreach (var batch in TableLimits.Batches([.. standing.Concat(others).Select(k => TableWrite.Insert(k, 1, Utf8("old")))]))
        {
            await Store.WriteAsync("p", batch, None);
        }

        // Not in key order: nobody has to sort.
        var found = await Store.InsertAbsentAsync("p", [.. keys.Reverse().Select(k => TableWrite.Insert(k, 1, Utf8("new")))], None);
        Assert.Equal(standing, found.Keys.Order(StringComparer.Ordinal));
        Assert.All(found.Values, row => Assert.Equal("old", Text(row)));
        var stored = (await ListAsync(new TableRange("p"))).Where(r => !r.Contains('.', StringComparison.Ordinal));
        Assert.Equal(keys.Select(k => $"{k}={(found.ContainsKey(k) ? "old" : "new")}"), stored);
    }

    [Fact]
    public async Task Of_writers_that_insert_the_same_rows_side_by_side_each_row_has_one_and_the_others_find_it()
    {
        var keys = Keys(230);
        var found = await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(() => Store.InsertAbsentAsync(
            "p", [.. keys.Skip(writer * 50).Concat(keys.Take(writer * 50)).Select(k => TableWrite.Insert(k, 1, Utf8($"{writer}")))], None))));
        var stored = await ListAsync(new TableRange("p"));
        for (var writer = 0; writer < found.Length; writer++)
        {
            Assert.Equal(stored.Where(r => !r.EndsWith($"={writer}", StringComparison.Ordinal)), found[writer].Values.Select(r => $"{r.Key}={Text(r)}").Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task A_cancelled_caller_gets_no_answer()
    {
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.GetAsync("p", "k", cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.GetManyAsync("p", ["k"], cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await Store.QueryAsync(new TableRange("p"), cancelled).GetAsyncEnumerator(None).MoveNextAsync());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await Store.WriteAsync("p", [TableWrite.Insert("k", 1, Utf8("1"))], cancelled));
    }

    protected static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    protected static string Text(TableRow row) => Encoding.UTF8.GetString(row.Data.Span);

    protected static string[] Keys(int count) => [.. Enumerable.Range(0, count).Select(i => $"k{i:D5}")];

    protected async Task<string?> TextAsync(string key, string partition = "p") =>
        await Store.GetAsync(partition, key, None) is { } row ? Text(row) : null;

    protected async Task<List<string>> ListAsync(TableRange range)
    {
        var rows = new List<string>();
        await foreach (var row in Store.QueryAsync(range, None))
        {
            rows.Add($"{row.Key}={Text(row)}");
        }

        return rows;
    }

    private Task<TableConflictException> Refused(params TableWrite[] writes) =>
        Assert.ThrowsAsync<TableConflictException>(async () => await Store.WriteAsync("p", writes, None));
}
