using Sentiment.Domain.Alerts;

namespace Sentiment.Adapters.Outbox;

/// <summary>Mail kept in a folder, a tenant's in a folder of its own.</summary>
/// <param name="folder">The folder of all.</param>
internal sealed class FileOutbox(string folder) : IOutbox
{
    /// <summary>A tenant's folder.</summary>
    public static string FolderOf(string folder, string tenant) => Path.Combine(folder, tenant);

    /// <inheritdoc/>
    public Task<long> CountAsync(string tenant, CancellationToken cancellationToken) => Task.FromResult(Files(tenant).LongCount());

    /// <inheritdoc/>
    public Task<int> RemoveAsync(string tenant, int most, CancellationToken cancellationToken)
    {
        var files = Files(tenant).Take(most).ToList();
        files.ForEach(File.Delete);
        if (files.Count < most && Directory.Exists(FolderOf(folder, tenant)))
        {
            Directory.Delete(FolderOf(folder, tenant));
        }

        return Task.FromResult(files.Count);
    }

    private IEnumerable<string> Files(string tenant) => Directory.Exists(FolderOf(folder, tenant)) ? Directory.EnumerateFiles(FolderOf(folder, tenant)) : [];
}
