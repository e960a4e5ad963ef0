using System.Diagnostics;
using Sentiment.Domain.Storage;

namespace Sentiment.FaultHost;

/// <summary>Counts the writes of all stores, and ends the process at the chosen one.</summary>
internal sealed class WriteCount(int exitAt, bool afterwards)
{
    private int _writes;

    public int Writes => _writes;

    /// <summary>Carries a write out; the process ends before or after the chosen one, as a kill would.</summary>
    public async Task<T> PassAsync<T>(Func<Task<T>> write)
    {
        var isChosen = Interlocked.Increment(ref _writes) == exitAt;
        if (isChosen && !afterwards)
        {
            End();
        }

        try
        {
            return await write();
        }
        finally
        {
            // A write that was refused is over as well.
            if (isChosen)
            {
                End();
            }
        }
    }

    private static void End()
    {
        Process.GetCurrentProcess().Kill();
        Process.GetCurrentProcess().WaitForExit();
    }
}

/// <summary>Tables whose writes may end the process.</summary>
internal sealed class ExitingTables(ITableStore inner, WriteCount count) : ITableStore
{
    public Task<TableRow?> GetAsync(string partition, string key, CancellationToken cancellationToken) => inner.GetAsync(partition, key, cancellationToken);

    public Task<IReadOnlyList<TableRow>> GetManyAsync(string partition, IReadOnlyCollection<string> keys, CancellationToken cancellationToken) =>
        inner.GetManyAsync(partition, keys, cancellationToken);

    public IAsyncEnumerable<TableRow> QueryAsync(TableRange range, CancellationToken cancellationToken) => inner.QueryAsync(range, cancellationToken);

    public Task<IReadOnlyList<string>> WriteAsync(string partition, IReadOnlyList<TableWrite> writes, CancellationToken cancellationToken) =>
        count.PassAsync(() => inner.WriteAsync(partition, writes, cancellationToken));
}

/// <summary>Blobs whose writes may end the process.</summary>
internal sealed class ExitingBlobs(IBlobStore inner, WriteCount count) : IBlobStore
{
    public Task PutAsync(string name, ReadOnlyMemory<byte> data, CancellationToken cancellationToken) => count.PassAsync(async () =>
    {
        await inner.PutAsync(name, data, cancellationToken);
        return true;
    });

    public Task<ReadOnlyMemory<byte>?> GetAsync(string name, CancellationToken cancellationToken) => inner.GetAsync(name, cancellationToken);

    public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellationToken) => inner.ListAsync(prefix, cancellationToken);

    public Task DeleteAsync(string name, CancellationToken cancellationToken) => inner.DeleteAsync(name, cancellationToken);
}
