using Sentiment.Adapters.Sqlite;
using Sentiment.Domain.Storage;

namespace Sentiment.Adapters.Tests.Sqlite;

public sealed class SqliteSnapshotTests : IAsyncLifetime, IAsyncDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly SqliteFolder _folder = new();

    public Task InitializeAsync() => Task.CompletedTask;

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_snapshot_sees_what_was_committed_before_it_and_nothing_later(bool byReader)
    {
        var store = _folder.Open();
        await WriteAsync(store, "p", 600);
        await using var snapshot = await (byReader ? _folder.Open(readOnly: true) : store).OpenSnapshotAsync(None);
        await store.WriteAsync("p", [TableWrite.Delete("k00001"), TableWrite.Upsert("k00002", 2, default), TableWrite.Insert("later", 1, default)], None);
        await WriteAsync(store, "q", 1);

        Assert.NotNull(await snapshot.GetAsync("p", "k00001", None));
        Assert.Null(await snapshot.GetAsync("p", "later", None));
        Assert.Equal([1, 1], (await snapshot.GetManyAsync("p", ["k00001", "k00002", "later"], None)).Select(row => row.Version));
        Assert.Equal(600, await snapshot.QueryAsync(new TableRange("p"), None).CountAsync());
        Assert.Equal(["p"], await snapshot.PartitionsAsync("", None).ToListAsync());
        Assert.Equal(2, (await store.GetAsync("p", "k00002", None))!.Version);
    }

    [Fact]
    public async Task Sums_over_several_partitions_hold_in_a_snapshot_while_writers_go_on()
    {
        var store = _folder.Open();
        using var stop = new CancellationTokenSource();
        await WriteAsync(store, "a", 1);
        await WriteAsync(store, "b", 1);
        var writing = Task.Run(async () =>
        {
            // Each row of a comes before its twin in b.
            for (var i = 1; !stop.IsCancellationRequested; i++)
            {
                await store.WriteAsync("a", [TableWrite.Insert($"k{i:D5}", 1, default)], None);
                await store.WriteAsync("b", [TableWrite.Insert($"k{i:D5}", 1, default)], None);
            }
        });
        for (var round = 0; round < 50; round++)
        {
            await using var snapshot = await store.OpenSnapshotAsync(None);
            var b = await snapshot.QueryAsync(new TableRange("b"), None).CountAsync();
            var a = await snapshot.QueryAsync(new TableRange("a"), None).CountAsync();
            Assert.InRange(a - b, 0, 1);
        }

        await stop.CancelAsync();
        await writing;
    }

    [Fact]
    public async Task Partitions_with_rows_are_listed_by_prefix_in_ordinal_order()
    {
        var store = _folder.Open();
        var names = Enumerable.Range(0, 600).Select(i => $"t|{i:D4}").ToList();
        foreach (var name in names.AsEnumerable().Reverse().Append("s").Append("u|1").Append("t").Append("t~"))
        {
            await WriteAsync(store, name, 1);
        }

        await store.WriteAsync("t|0007", [TableWrite.Delete("k00000")], None);
        await using var snapshot = await store.OpenSnapshotAsync(None);
        Assert.Equal(names.Where(name => name != "t|0007"), await snapshot.PartitionsAsync("t|", None).ToListAsync());
        Assert.Equal(603, await snapshot.PartitionsAsync("", None).CountAsync());
        Assert.Empty(await snapshot.PartitionsAsync("x", None).ToListAsync());
    }

    [Fact]
    public async Task A_snapshot_is_read_by_several_at_once()
    {
        var store = _folder.Open();
        await WriteAsync(store, "p", 1000);
        await using var snapshot = await store.OpenSnapshotAsync(None);
        var counts = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(
            async () => await snapshot.QueryAsync(new TableRange("p"), None).CountAsync())));
        Assert.All(counts, count => Assert.Equal(1000, count));
    }

    [Fact]
    public async Task A_closed_snapshot_refuses_reads()
    {
        var store = _folder.Open();
        var snapshot = await store.OpenSnapshotAsync(None);
        await snapshot.DisposeAsync();
        await snapshot.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await snapshot.GetAsync("p", "k", None));
    }

    private static async Task WriteAsync(SqliteTableStore store, string partition, int rows)
    {
        foreach (var batch in Enumerable.Range(0, rows).Chunk(TableLimits.MaxRowsPerWrite))
        {
            await store.WriteAsync(partition, [.. batch.Select(i => TableWrite.Insert($"k{i:D5}", 1, default))], None);
        }
    }
}
