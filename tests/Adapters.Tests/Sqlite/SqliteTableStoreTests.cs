using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Sentiment.Adapters.Sqlite;
using Sentiment.Domain.Storage;

namespace Sentiment.Adapters.Tests.Sqlite;

public sealed class SqliteTableStoreTests : IAsyncLifetime, IAsyncDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly SqliteFolder _folder = new();

    public Task InitializeAsync() => Task.CompletedTask;

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    [Fact]
    public async Task Rows_are_there_after_closing_and_opening_again_and_ETags_go_on()
    {
        var store = _folder.Open();
        var old = Assert.Single(await store.WriteAsync("p", [Insert("k", "1")], None));
        await store.WriteAsync("p", [TableWrite.Delete("k")], None);
        await store.WriteAsync("p", [Insert("other", "1")], None);
        await store.WriteAsync("p", [TableWrite.Delete("other")], None);
        await store.DisposeAsync();

        store = _folder.Open();
        var etag = Assert.Single(await store.WriteAsync("p", [Insert("k", "2")], None));
        Assert.True(long.Parse(etag) > long.Parse(old) + 1);
        Assert.Equal("2", Encoding.UTF8.GetString((await store.GetAsync("p", "k", None))!.Data.Span));
    }

    [Fact]
    public async Task A_conflict_among_good_writes_of_a_common_commit_is_alone()
    {
        var store = _folder.Open();
        await store.WriteAsync("p", [Insert("taken", "1")], None);
        var writes = Enumerable.Range(0, 400).Select(i => Task.Run(async () =>
        {
            var bad = i % 10 == 3;
            var partition = bad ? $"bad{i}" : $"good{i % 7}";
            try
            {
                await store.WriteAsync(
                    partition, [Insert($"k{i}", "1"), bad ? TableWrite.IfMatch("absent", 1, default, "1") : Insert($"m{i}", "1")], None);
                return bad ? "wrongly accepted" : "";
            }
            catch (TableConflictException)
            {
                return bad ? "" : "wrongly refused";
            }
        }));
        Assert.All(await Task.WhenAll(writes), wrong => Assert.Equal("", wrong));

        await using var snapshot = await store.OpenSnapshotAsync(None);
        Assert.Equal([.. Enumerable.Range(0, 7).Select(i => $"good{i}"), "p"], await snapshot.PartitionsAsync("", None).ToListAsync());
        var rows = 0;
        for (var i = 0; i < 7; i++)
        {
            rows += await snapshot.QueryAsync(new TableRange($"good{i}"), None).CountAsync();
        }

        Assert.Equal(360 * 2, rows);
    }

    [Fact]
    public async Task A_second_instance_that_only_reads_sees_each_commit()
    {
        var writer = _folder.Open();
        var reader = _folder.Open(readOnly: true);
        for (var i = 0; i < 20; i++)
        {
            await writer.WriteAsync("p", [Insert($"k{i}", "1")], None);
            Assert.NotNull(await reader.GetAsync("p", $"k{i}", None));
        }

        await writer.DisposeAsync();
        Assert.Equal(20, await reader.QueryAsync(new TableRange("p"), None).CountAsync());
    }

    [Fact]
    public async Task Two_writing_instances_neither_lose_rows_nor_share_ETags()
    {
        var stores = new[] { _folder.Open(), _folder.Open() };
        var etags = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Task.Run(
            async () => (await stores[i % 2].WriteAsync($"p{i % 5}", [Insert($"k{i}", "1")], None))[0])));
        Assert.Equal(100, etags.Distinct().Count());
        Assert.Equal(20, await stores[0].QueryAsync(new TableRange("p3"), None).CountAsync());
    }

    [Fact]
    public async Task A_missing_file_opened_only_to_read_is_an_empty_store_until_it_is_made()
    {
        var reader = _folder.Open(readOnly: true);
        Assert.Null(await reader.GetAsync("p", "k", None));
        Assert.Empty(await reader.GetManyAsync("p", ["k"], None));
        Assert.Empty(await reader.QueryAsync(new TableRange("p"), None).ToListAsync());
        await using (var snapshot = await reader.OpenSnapshotAsync(None))
        {
            Assert.Empty(await snapshot.PartitionsAsync("", None).ToListAsync());
            Assert.Null(await snapshot.GetAsync("p", "k", None));
        }

        Assert.False(Directory.Exists(Path.GetDirectoryName(_folder.File)));
        await _folder.Open().WriteAsync("p", [Insert("k", "1")], None);
        Assert.NotNull(await reader.GetAsync("p", "k", None));
    }

    [Fact]
    public async Task A_store_open_only_to_read_refuses_writes()
    {
        var reader = _folder.Open(readOnly: true);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await reader.WriteAsync("p", [Insert("k", "1")], None));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_file_that_is_no_SQLite_file_is_named_with_what_to_do(bool readOnly)
    {
        var file = _folder.Of("text.db");
        File.WriteAllText(file, string.Concat(Enumerable.Repeat("This is no database. ", 500)));
        Refused(file, "is not an SQLite file", readOnly);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_of_a_newer_version_is_refused_and_left_alone(bool readOnly)
    {
        await _folder.Open().DisposeAsync();
        Execute(_folder.File, "PRAGMA user_version=2");
        var before = await File.ReadAllBytesAsync(_folder.File);
        Refused(_folder.File, "newer version", readOnly);
        Assert.Equal(before, await File.ReadAllBytesAsync(_folder.File));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_file_of_another_program_is_refused(bool readOnly)
    {
        var file = _folder.Of("other.db");
        Execute(file, "CREATE TABLE theirs(a)");
        Refused(file, "another program", readOnly);
    }

    [Fact]
    public async Task A_file_may_be_opened_to_read_at_any_moment_of_its_making()
    {
        for (var i = 0; i < 200; i++)
        {
            var file = _folder.Of($"made{i}.db");
            using var made = new CancellationTokenSource();
            var looks = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
            {
                while (!made.IsCancellationRequested)
                {
                    new SqliteFile(new SqliteOptions { Path = file }).OpenForReading()?.Dispose();
                }
            })).ToList();
            new SqliteFile(new SqliteOptions { Path = file }).OpenForWriting().Dispose();
            await made.CancelAsync();
            await Task.WhenAll(looks);
        }
    }

    [Fact]
    public async Task A_damaged_file_is_named_when_the_damage_is_met()
    {
        var store = _folder.Open();
        for (var i = 0; i < 50; i++)
        {
            await store.WriteAsync("p", [.. Enumerable.Range(0, 100).Select(j => Insert($"k{i:D3}{j:D3}", new string('x', 100)))], None);
        }

        await store.DisposeAsync();
        var bytes = await File.ReadAllBytesAsync(_folder.File);
        bytes.AsSpan(4096 * 8).Fill(0xa5);
        await File.WriteAllBytesAsync(_folder.File, bytes);

        store = _folder.Open(readOnly: true);
        var exception = await Assert.ThrowsAsync<DataFolderException>(async () => await store.QueryAsync(new TableRange("p"), None).CountAsync());
        Assert.Contains($"'{_folder.File}' is damaged", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_in_place_of_the_file_is_named()
    {
        Directory.CreateDirectory(_folder.File);
        var exception = Assert.Throws<DataFolderException>(() => _folder.Open());
        Assert.Contains(_folder.File, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Closing_carries_out_accepted_writes_and_refuses_later_ones()
    {
        var store = _folder.Open();
        var accepted = Enumerable.Range(0, 100).Select(i => store.WriteAsync("p", [Insert($"k{i}", "1")], None)).ToList();
        await store.DisposeAsync();
        await store.DisposeAsync();
        await Task.WhenAll(accepted);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.WriteAsync("p", [Insert("late", "1")], None));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.GetAsync("p", "k1", None));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.OpenSnapshotAsync(None));
        Assert.Equal(100, await _folder.Open().QueryAsync(new TableRange("p"), None).CountAsync());
    }

    [Fact]
    public async Task A_waiting_write_is_given_up_and_does_not_happen_later()
    {
        var store = _folder.Open();
        await store.WriteAsync("p", [Insert("k", "1")], None);
        using var held = new SqliteConnection($"Data Source={_folder.File};Pooling=False");
        held.Open();
        var transaction = held.BeginTransaction();
        var first = store.WriteAsync("p", [Insert("first", "1")], None);
        using var cancellation = new CancellationTokenSource();
        var second = store.WriteAsync("p", [Insert("second", "1")], cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await second);
        await transaction.DisposeAsync();
        await first;
    }

    [Fact]
    public async Task A_file_held_by_another_writer_is_named_and_later_writes_go_on()
    {
        var store = _folder.Open(configure: options => options.BusyTimeout = TimeSpan.FromMilliseconds(1));
        using var held = new SqliteConnection($"Data Source={_folder.File};Pooling=False");
        held.Open();
        var transaction = held.BeginTransaction();
        var exception = await Assert.ThrowsAsync<DataFolderException>(async () => await store.WriteAsync("new", [Insert("k", "1")], None));
        Assert.Contains("held by another process", exception.Message, StringComparison.Ordinal);
        await transaction.DisposeAsync();
        await store.WriteAsync("new", [Insert("k", "1")], None);
        Assert.NotNull(await store.GetAsync("new", "k", None));
    }

    [Fact]
    public async Task Services_get_one_store_under_all_its_ports()
    {
        await using var services = new ServiceCollection().AddSqliteTables(options => options.Path = _folder.File).BuildServiceProvider();
        var store = services.GetRequiredService<SqliteTableStore>();
        Assert.Same(store, services.GetRequiredService<ITableStore>());
        Assert.Same(store, services.GetRequiredService<ITableReader>());
        Assert.Same(store, services.GetRequiredService<ITableSnapshots>());
    }

    private static TableWrite Insert(string key, string text) => TableWrite.Insert(key, 1, Encoding.UTF8.GetBytes(text));

    private static void Execute(string file, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this class.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private void Refused(string file, string problem, bool readOnly)
    {
        var exception = Assert.Throws<DataFolderException>(() => _folder.Open(readOnly, file));
        Assert.Equal(file, exception.Path);
        Assert.StartsWith($"'{file}' ", exception.Message, StringComparison.Ordinal);
        Assert.Contains(problem, exception.Message, StringComparison.Ordinal);
    }
}
