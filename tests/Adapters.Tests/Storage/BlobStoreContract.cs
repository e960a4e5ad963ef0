using Sentiment.Domain.Storage;

namespace Sentiment.Adapters.Tests.Storage;

/// <summary>What every blob store does; run by a class per adapter.</summary>
public abstract class BlobStoreContract : IAsyncLifetime, IAsyncDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    protected IBlobStore Store { get; private set; } = null!;

    public static TheoryData<string> BadNames =>
        ["", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/./b", "a b", "a\\b", "ü", "a+b", "a:b", "a\0b", new string('a', 256), string.Join('/', Enumerable.Repeat("part", 200))];

    public async Task InitializeAsync() => Store = await OpenAsync();

    Task IAsyncLifetime.DisposeAsync() => CloseAsync().AsTask();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return CloseAsync();
    }

    protected abstract Task<IBlobStore> OpenAsync();

    protected abstract ValueTask CloseAsync();

    [Theory]
    [InlineData("a")]
    [InlineData("raw/2024/..a/A-b_c~d.json")]
    public async Task A_stored_blob_is_read_back_as_it_was(string name)
    {
        var bytes = Enumerable.Range(0, 100_000).Select(i => (byte)(i * 31)).ToArray();
        await Store.PutAsync(name, bytes, None);
        Assert.Equal(bytes, (await Store.GetAsync(name, None))!.Value.ToArray());
    }

    [Fact]
    public async Task An_empty_blob_is_not_an_absent_one()
    {
        await Store.PutAsync("a", default, None);
        Assert.Equal(0, (await Store.GetAsync("a", None))!.Value.Length);
        Assert.Null(await Store.GetAsync("b", None));
        Assert.Null(await Store.GetAsync("b/c", None));
    }

    [Fact]
    public async Task The_start_of_a_name_is_no_blob()
    {
        await Store.PutAsync("a/b", new byte[] { 1 }, None);
        Assert.Null(await Store.GetAsync("a", None));
    }

    [Fact]
    public async Task A_blob_never_changes()
    {
        await Store.PutAsync("a", new byte[] { 1 }, None);
        await Store.PutAsync("a", new byte[] { 2, 3 }, None);
        Assert.Equal([1], (await Store.GetAsync("a", None))!.Value.ToArray());
    }

    [Fact]
    public async Task Concurrent_writers_of_a_name_leave_one_whole_blob()
    {
        for (var round = 0; round < 10; round++)
        {
            var name = $"r/{round}/blob";
            await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(
                () => Store.PutAsync(name, Enumerable.Repeat((byte)writer, 50_000).ToArray(), None))));
            var bytes = (await Store.GetAsync(name, None))!.Value.ToArray();
            Assert.Equal(50_000, bytes.Length);
            Assert.Single(bytes.Distinct());
        }

        Assert.Equal(10, (await ListAsync("")).Count);
    }

    [Fact]
    public async Task Names_with_a_prefix_come_in_ordinal_order()
    {
        string[] names = ["b", "a/b", "a-b", "a.b", "a0", "a/b-c/d", "a/c/d", "a/c.d", "A", "ab/c", "~", "a/b0"];
        foreach (var name in names)
        {
            // 'a/b' is a blob here, so nothing lies below it.
            await Store.PutAsync(name, default, None);
        }

        foreach (var prefix in (string[])["", "a", "a/", "a/b", "a/b-", "a/c/", "ab/c", "x", "a/x/y", "../", "a//", "/"])
        {
            Assert.Equal(names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal), await ListAsync(prefix));
        }
    }

    [Fact]
    public async Task A_deleted_blob_is_gone_and_can_be_stored_anew()
    {
        await Store.PutAsync("a/b", new byte[] { 1 }, None);
        await Store.DeleteAsync("a/b", None);
        Assert.Null(await Store.GetAsync("a/b", None));
        Assert.Empty(await ListAsync(""));
        await Store.PutAsync("a/b", new byte[] { 2 }, None);
        Assert.Equal([2], (await Store.GetAsync("a/b", None))!.Value.ToArray());
    }

    [Fact]
    public async Task Deleting_what_is_absent_is_fine()
    {
        await Store.DeleteAsync("a", None);
        await Store.DeleteAsync("a/b/c", None);
    }

    [Theory]
    [MemberData(nameof(BadNames))]
    public async Task Bad_names_are_refused(string bad)
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Store.PutAsync(bad, default, None));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Store.GetAsync(bad, None));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Store.DeleteAsync(bad, None));
        Assert.Empty(await ListAsync(""));
    }

    [Fact]
    public async Task A_cancelled_write_leaves_nothing()
    {
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.PutAsync("a", new byte[] { 1 }, cancelled));
        Assert.Null(await Store.GetAsync("a", None));
        Assert.Empty(await ListAsync(""));
    }

    protected async Task<List<string>> ListAsync(string prefix)
    {
        var names = new List<string>();
        await foreach (var name in Store.ListAsync(prefix, None))
        {
            names.Add(name);
        }

        return names;
    }
}
