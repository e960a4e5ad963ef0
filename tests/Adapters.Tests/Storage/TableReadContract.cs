using System.Text;
using Sentiment.Domain.Storage;

namespace Sentiment.Adapters.Tests.Storage;

/// <summary>How every table store reads ranges and what it refuses; run by a class per adapter.</summary>
public abstract class TableReadContract : IAsyncLifetime, IAsyncDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    protected ITableStore Store { get; private set; } = null!;

    public static TheoryData<string> BadKeys => ["", "a/b", "a b", "a'b", "ü", "a\\b", "a#b", "a\u007f", "a\nb", new string('k', TableLimits.MaxKeyLength + 1)];

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
    public async Task Rows_come_in_ordinal_key_order_whatever_the_order_of_writing()
    {
        string[] keys = ["b", "a", "B", "a|x", "a.x", "a-x", "a:x", "a~x", "a_x", "a0", "aa", "-", "~", "10", "9"];
        await InsertAsync("p", keys);
        Assert.Equal(keys.Order(StringComparer.Ordinal), await KeysAsync(new TableRange("p")));
    }

    [Fact]
    public async Task A_range_holds_its_start_and_not_its_end()
    {
        await InsertAsync("p", ["a", "b", "c", "d"]);
        Assert.Equal(["b", "c"], await KeysAsync(new TableRange("p", "b", "d")));
        Assert.Equal(["c", "d"], await KeysAsync(new TableRange("p", "bb")));
        Assert.Equal(["a"], await KeysAsync(new TableRange("p", To: "b")));
        Assert.Empty(await KeysAsync(new TableRange("p", "c", "c")));
        Assert.Empty(await KeysAsync(new TableRange("p", "d", "a")));
        Assert.Empty(await KeysAsync(new TableRange("absent")));
    }

    [Fact]
    public async Task A_prefix_holds_every_key_that_starts_with_it()
    {
        await InsertAsync("p", ["a", "a|", "a|1", "a|~~", "a|z", "a~", "b|1"]);
        Assert.Equal(["a|", "a|1", "a|z", "a|~~"], await KeysAsync(TableRange.Prefix("p", "a|")));
        Assert.Equal(7, (await KeysAsync(TableRange.Prefix("p", ""))).Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(1200)]
    public async Task A_limit_cuts_off_the_first_rows(int limit)
    {
        var keys = Enumerable.Range(0, 1100).Select(i => $"k{i:D5}").ToList();
        await InsertAsync("p", keys);
        Assert.Equal(keys.Take(limit), await KeysAsync(new TableRange("p", Limit: limit)));
    }

    [Fact]
    public async Task A_limit_of_none_gives_none_and_a_negative_one_is_refused()
    {
        await InsertAsync("p", ["a"]);
        Assert.Empty(await KeysAsync(new TableRange("p", Limit: 0)));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await KeysAsync(new TableRange("p", Limit: -1)));
    }

    [Fact]
    public async Task Rows_may_be_written_and_removed_while_a_query_is_consumed()
    {
        var keys = Enumerable.Range(0, 1000).Select(i => $"k{i:D5}").ToList();
        await InsertAsync("p", keys);
        var seen = new List<string>();
        await foreach (var row in Store.QueryAsync(new TableRange("p"), None))
        {
            seen.Add(row.Key);
            await Store.WriteAsync("p", [TableWrite.Delete(row.Key), TableWrite.Upsert("a" + row.Key, 1, default)], None);
        }

        Assert.Equal(keys, seen);
        Assert.Equal(keys.Select(key => "a" + key), await KeysAsync(new TableRange("p")));
    }

    [Fact]
    public async Task Rows_of_the_largest_size_are_read_page_by_page()
    {
        foreach (var key in (string[])["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"])
        {
            await Store.WriteAsync("p", [TableWrite.Insert(key, 1, new byte[TableLimits.MaxRowBytes])], None);
        }

        Assert.Equal(11, (await KeysAsync(new TableRange("p"))).Count);
    }

    [Fact]
    public async Task Many_keys_are_read_at_once_and_absent_ones_are_left_out()
    {
        var keys = Enumerable.Range(0, TableLimits.MaxKeysPerGet).Select(i => $"k{i:D5}").ToList();
        await InsertAsync("p", keys.Where((_, i) => i % 2 == 0));
        var rows = await Store.GetManyAsync("p", keys, None);
        Assert.Equal(keys.Where((_, i) => i % 2 == 0), rows.Select(row => row.Key).Order(StringComparer.Ordinal));
        Assert.All(rows, row => Assert.Equal(row.Key, Encoding.UTF8.GetString(row.Data.Span)));
        Assert.Empty(await Store.GetManyAsync("p", [], None));
        Assert.Empty(await Store.GetManyAsync("absent", ["k"], None));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Store.GetManyAsync("p", [.. keys, "more"], None));
    }

    [Fact]
    public async Task Escaped_texts_are_keys_and_stay_apart()
    {
        string[] texts = ["a/b", "a b", "a|b", "a~b", "ü", "株", "🚀", "a_b", "%", "a\0b", new string('é', 300), new string('é', 301)];
        await InsertAsync("p", texts.Select(TableLimits.Escape));
        var rows = await Store.GetManyAsync("p", [.. texts.Select(TableLimits.Escape)], None);
        Assert.Equal(texts.Length, rows.Count);
        foreach (var text in texts)
        {
            Assert.NotNull(await Store.GetAsync("p", TableLimits.Escape(text), None));
        }
    }

    [Fact]
    public async Task The_longest_keys_are_kept()
    {
        var longest = new string('k', TableLimits.MaxKeyLength);
        await InsertAsync(longest, [longest]);
        Assert.NotNull(await Store.GetAsync(longest, longest, None));
        Assert.Equal([longest], await KeysAsync(new TableRange(longest)));
    }

    [Theory]
    [MemberData(nameof(BadKeys))]
    public async Task Bad_keys_and_partitions_are_refused(string bad)
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await InsertAsync("p", [bad]));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await InsertAsync(bad, ["k"]));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Store.GetAsync("p", bad, None));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Store.GetAsync(bad, "k", None));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Store.GetManyAsync("p", [bad], None));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await KeysAsync(new TableRange(bad)));
    }

    [Fact]
    public async Task Writes_past_the_limits_are_refused_and_change_nothing()
    {
        var row = new byte[TableLimits.MaxRowBytes];
        await RefusedAsync([]);
        await RefusedAsync([.. Enumerable.Range(0, 101).Select(i => TableWrite.Insert($"k{i}", 1, default))]);
        await RefusedAsync([TableWrite.Insert("k", 1, default), TableWrite.Delete("k")]);
        await RefusedAsync([TableWrite.Insert("k", 1, new byte[TableLimits.MaxRowBytes + 1])]);
        await RefusedAsync([.. Enumerable.Range(0, 6).Select(i => TableWrite.Insert($"k{i}", 1, row))]);
        Assert.Empty(await KeysAsync(new TableRange("p")));
        await Store.WriteAsync("p", [.. Enumerable.Range(0, 5).Select(i => TableWrite.Insert($"k{i}", 1, row))], None);
        Assert.Equal(TableLimits.MaxRowBytes, (await Store.GetAsync("p", "k4", None))!.Data.Length);
    }

    protected async Task InsertAsync(string partition, IEnumerable<string> keys)
    {
        foreach (var batch in keys.Chunk(TableLimits.MaxRowsPerWrite))
        {
            await Store.WriteAsync(partition, [.. batch.Select(key => TableWrite.Insert(key, 1, Encoding.UTF8.GetBytes(key)))], None);
        }
    }

    private async Task RefusedAsync(TableWrite[] writes) =>
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Store.WriteAsync("p", writes, None));

    private async Task<List<string>> KeysAsync(TableRange range)
    {
        var keys = new List<string>();
        await foreach (var row in Store.QueryAsync(range, None))
        {
            keys.Add(row.Key);
        }

        return keys;
    }
}
