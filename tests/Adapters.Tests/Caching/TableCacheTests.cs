using Microsoft.Extensions.Time.Testing;
using Sentiment.Adapters.Caching;
using Sentiment.Adapters.Tests.AzureTables;
using Sentiment.Adapters.Tests.Sqlite;
using Sentiment.Domain.Storage;

namespace Sentiment.Adapters.Tests.Caching;

public sealed class SqliteTableCacheTests : TableCacheTests, IAsyncDisposable
{
    private readonly SqliteFolder _folder = new();

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    protected override Task<ITableStore> OpenAsync() => Task.FromResult<ITableStore>(_folder.Open());
}

public sealed class AzureTableCacheTests : TableCacheTests
{
    protected override async Task<ITableStore> OpenAsync() => await FreshTable.OpenAsync();
}

public abstract class TableCacheTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 25, 18, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Life = TimeSpan.FromHours(24);

    private readonly FakeTimeProvider _time = new(Start);

    protected abstract Task<ITableStore> OpenAsync();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(524_279)]
    [InlineData(524_280)]
    [InlineData(2_000_000)]
    public async Task A_value_of_any_length_is_read_back_by_another_process(int length)
    {
        var tables = await OpenAsync();
        var value = Value(length);
        await Open(tables).SetAsync("v2:key", value, new());
        Assert.Equal(length == 0 ? null : value, await Open(tables).GetAsync("v2:key"));
        Assert.Null(await Open(tables).GetAsync("v2:ke"));
    }

    [Fact]
    public async Task A_shorter_value_takes_the_place_of_a_longer_one()
    {
        var cache = Open(await OpenAsync());
        await cache.SetAsync("key", Value(1_200_000), new());
        await cache.SetAsync("key", Value(10), new());
        Assert.Equal(Value(10), await cache.GetAsync("key"));
    }

    [Fact]
    public async Task Parts_of_two_values_are_none()
    {
        var tables = await OpenAsync();
        var cache = Open(tables);
        await cache.SetAsync("key", Value(600_000), new());
        var second = (await tables.GetAsync("responses|20261125", "key|1", default))!;
        await cache.SetAsync("key", [.. Value(600_000).Reverse()], new());
        await tables.WriteAsync("responses|20261125", [TableWrite.Upsert("key|1", second.Version, second.Data)], default);
        Assert.Null(await cache.GetAsync("key"));
    }

    [Fact]
    public async Task A_value_too_long_for_one_write_is_not_kept()
    {
        var cache = Open(await OpenAsync());
        await cache.SetAsync("key", Value(3_000_000), new());
        Assert.Null(await cache.GetAsync("key"));
    }

    [Fact]
    public async Task A_value_is_found_on_the_next_day_and_removed_with_its_day_after_that()
    {
        var tables = await OpenAsync();
        var cache = Open(tables);
        for (var i = 0; i < 150; i++)
        {
            await cache.SetAsync($"key-{i}", Value(10), new());
        }

        _time.Advance(TimeSpan.FromDays(1));
        await cache.SetAsync("later", Value(20), new());
        Assert.Equal(Value(10), await cache.GetAsync("key-0"));

        _time.Advance(TimeSpan.FromDays(1));
        Assert.Null(await cache.GetAsync("key-0"));
        await Open(tables).SetAsync("last", Value(30), new());
        Assert.Empty(await KeysAsync(tables, "responses|20261125"));
        Assert.Equal(["20261126", "20261127"], await KeysAsync(tables, "responses"));
        Assert.Equal(Value(20), await cache.GetAsync("later"));
    }

    [Fact]
    public async Task A_removed_value_is_gone()
    {
        var cache = Open(await OpenAsync());
        await cache.SetAsync("key", Value(600_000), new());
        await cache.RemoveAsync("key");
        Assert.Null(await cache.GetAsync("key"));
    }

    private TableCache Open(ITableStore tables) => new(tables, Life, _time);

    private static byte[] Value(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(i * 7 >> 3))];

    private static async Task<List<string>> KeysAsync(ITableStore tables, string partition)
    {
        var keys = new List<string>();
        await foreach (var row in tables.QueryAsync(new(partition), default))
        {
            keys.Add(row.Key);
        }

        return keys;
    }
}
