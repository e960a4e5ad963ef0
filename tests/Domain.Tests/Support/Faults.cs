using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Tests.Support;

/// <summary>Stands for the end of the process.</summary>
public sealed class CrashException : Exception
{
    public CrashException()
        : base("The process ended here.")
    {
    }
}

/// <summary>Counts writes; from the chosen one on, nothing is written any more.</summary>
public sealed class Faults
{
    private int _writes;
    private volatile bool _down;

    public int Writes => _writes;

    /// <summary>The write at which the process ends, from 1; none by default.</summary>
    public int CrashAt { get; set; } = int.MaxValue;

    /// <summary>Whether that write still happens.</summary>
    public bool Afterwards { get; set; }

    /// <summary>Called before every write with its partition or blob name and keys.</summary>
    public Func<string, IReadOnlyList<TableWrite>, Task> Before { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>A new process, which never crashes.</summary>
    public void Reset()
    {
        _down = false;
        _writes = 0;
        CrashAt = int.MaxValue;
        Before = (_, _) => Task.CompletedTask;
    }

    public async Task<T> PassAsync<T>(string name, IReadOnlyList<TableWrite> writes, Func<Task<T>> write)
    {
        await Before(name, writes);
        var isChosen = Interlocked.Increment(ref _writes) == CrashAt;
        if (_down || (isChosen && !Afterwards))
        {
            _down = true;
            throw new CrashException();
        }

        if (!isChosen)
        {
            return await write();
        }

        try
        {
            await write();
        }
        catch (TableConflictException)
        {
            // Nobody lives to learn of it.
        }

        _down = true;
        throw new CrashException();
    }
}

/// <summary>Tables whose writes may fail.</summary>
public sealed class FaultyTables(ITableStore inner, Faults faults) : ITableStore
{
    public Task<TableRow?> GetAsync(string partition, string key, CancellationToken cancellationToken) => inner.GetAsync(partition, key, cancellationToken);

    public Task<IReadOnlyList<TableRow>> GetManyAsync(string partition, IReadOnlyCollection<string> keys, CancellationToken cancellationToken) =>
        inner.GetManyAsync(partition, keys, cancellationToken);

    public IAsyncEnumerable<TableRow> QueryAsync(TableRange range, CancellationToken cancellationToken) => inner.QueryAsync(range, cancellationToken);

    public Task<IReadOnlyList<string>> WriteAsync(string partition, IReadOnlyList<TableWrite> writes, CancellationToken cancellationToken) =>
        faults.PassAsync(partition, writes, () => inner.WriteAsync(partition, writes, cancellationToken));
}

/// <summary>Blobs whose writes may fail.</summary>
public sealed class FaultyBlobs(IBlobStore inner, Faults faults) : IBlobStore
{
    public Task PutAsync(string name, ReadOnlyMemory<byte> data, CancellationToken cancellationToken) => faults.PassAsync(name, [], async () =>
    {
        await inner.PutAsync(name, data, cancellationToken);
        return true;
    });

    public Task<ReadOnlyMemory<byte>?> GetAsync(string name, CancellationToken cancellationToken) => inner.GetAsync(name, cancellationToken);

    public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellationToken) => inner.ListAsync(prefix, cancellationToken);

    public Task DeleteAsync(string name, CancellationToken cancellationToken) => faults.PassAsync(name, [], async () =>
    {
        await inner.DeleteAsync(name, cancellationToken);
        return true;
    });
}
