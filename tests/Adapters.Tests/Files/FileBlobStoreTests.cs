using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Sentiment.Adapters.Files;
using Sentiment.Adapters.Tests.Storage;
using Sentiment.Domain.Storage;

namespace Sentiment.Adapters.Tests.Files;

public sealed class FileBlobStoreContractTests : BlobStoreContract
{
    private readonly TemporaryFolder _folder = new();

    protected override Task<IBlobStore> OpenAsync() => Task.FromResult<IBlobStore>(new FileBlobStore(
        new FileBlobOptions { Root = _folder.Of("blobs") }, TimeProvider.System, NullLogger<FileBlobStore>.Instance));

    protected override ValueTask CloseAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}

public sealed class FileBlobStoreTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_blob_is_a_file_at_its_name_and_nothing_else_stays()
    {
        await Open().PutAsync("raw/x/a.json", "{}"u8.ToArray(), None);
        Assert.Equal("{}", await File.ReadAllTextAsync(_folder.Of("raw/x/a.json")));
        Assert.Single(Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Leftovers_are_not_listed_and_are_removed_when_they_are_older_than_an_hour()
    {
        var now = new DateTimeOffset(2024, 5, 1, 12, 0, 0, TimeSpan.Zero);
        await Open().PutAsync("a", default, None);
        var (old, young) = (_folder.Of("+incoming/old"), _folder.Of("+incoming/young"));
        await File.WriteAllTextAsync(old, "half");
        await File.WriteAllTextAsync(young, "half");
        File.SetLastWriteTimeUtc(old, now.UtcDateTime.AddMinutes(-61));
        File.SetLastWriteTimeUtc(young, now.UtcDateTime.AddMinutes(-59));

        var store = Open(now);
        Assert.Equal(["a"], await store.ListAsync("", None).ToListAsync());
        Assert.False(File.Exists(old));
        Assert.True(File.Exists(young));
    }

    [Fact]
    public async Task A_store_open_only_to_read_creates_nothing_and_refuses_writes()
    {
        var root = _folder.Of("absent");
        var store = new FileBlobStore(new FileBlobOptions { Root = root, ReadOnly = true }, TimeProvider.System, NullLogger<FileBlobStore>.Instance);
        Assert.Null(await store.GetAsync("a", None));
        Assert.Empty(await store.ListAsync("", None).ToListAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(() => store.PutAsync("a", default, None));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await store.DeleteAsync("a", None));
        Assert.False(Directory.Exists(root));
    }

    [Fact]
    public async Task A_file_in_place_of_the_folder_is_named()
    {
        var root = _folder.Of("file");
        await File.WriteAllTextAsync(root, "");
        var exception = Assert.Throws<DataFolderException>(() =>
            new FileBlobStore(new FileBlobOptions { Root = root }, TimeProvider.System, NullLogger<FileBlobStore>.Instance));
        Assert.Contains(root, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_blob_where_a_folder_must_be_is_named()
    {
        var store = Open();
        await store.PutAsync("a", default, None);
        var exception = await Assert.ThrowsAsync<DataFolderException>(() => store.PutAsync("a/b", default, None));
        Assert.Contains(_folder.Of("a"), exception.Message, StringComparison.Ordinal);
        Assert.Equal(["a"], await store.ListAsync("", None).ToListAsync());
    }

    [Fact]
    public async Task Services_get_one_store()
    {
        await using var services = new ServiceCollection().AddFileBlobs(options => options.Root = _folder.Path).BuildServiceProvider();
        await services.GetRequiredService<IBlobStore>().PutAsync("a", default, None);
        Assert.NotNull(await services.GetRequiredService<FileBlobStore>().GetAsync("a", None));
    }

    private FileBlobStore Open(DateTimeOffset? now = null) => new(
        new FileBlobOptions { Root = _folder.Path, FlushToDisk = false },
        now is { } time ? new FakeTimeProvider(time) : TimeProvider.System,
        NullLogger<FileBlobStore>.Instance);
}
