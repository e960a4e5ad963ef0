using System.Runtime.CompilerServices;
using Sentiment.Adapters.Sqlite;
using Sentiment.Domain.Storage;

namespace Sentiment.ReadBench;

/// <summary>The product's tables, with what is read of them counted.</summary>
internal sealed class CountedTables(SqliteTableStore inner) : ITableStore
{
    private long _reads;
    private long _rows;

    /// <summary>Reads so far: a point read, a look at several keys, or a range.</summary>
    public long Reads => Interlocked.Read(ref _reads);

    /// <summary>Rows that they handed out.</summary>
    public long Rows => Interlocked.Read(ref _rows);

    public async Task<TableRow?> GetAsync(string partition, string key, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _reads);
        var row = await inner.GetAsync(partition, key, cancellationToken);
        Interlocked.Add(ref _rows, row is null ? 0 : 1);
        return row;
    }

    public async Task<IReadOnlyList<TableRow>> GetManyAsync(string partition, IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _reads);
        var rows = await inner.GetManyAsync(partition, keys, cancellationToken);
        Interlocked.Add(ref _rows, rows.Count);
        return rows;
    }

    public async IAsyncEnumerable<TableRow> QueryAsync(TableRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _reads);
        await foreach (var row in inner.QueryAsync(range, cancellationToken))
        {
            Interlocked.Increment(ref _rows);
            yield return row;
        }
    }

    public Task<IReadOnlyList<string>> WriteAsync(string partition, IReadOnlyList<TableWrite> writes, CancellationToken cancellationToken) =>
        inner.WriteAsync(partition, writes, cancellationToken);
}
