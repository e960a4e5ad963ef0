using System.Runtime.CompilerServices;
using Sentiment.Domain.Storage;

namespace Sentiment.Adapters.Sqlite;

/// <summary>Lends connections that read.</summary>
internal interface ISqliteSessions
{
    /// <summary>A connection for one read, or null while there is nothing to read; give back even the null.</summary>
    ValueTask<SqliteReadSession?> RentAsync(CancellationToken cancellationToken);

    void Return(SqliteReadSession? session);
}

/// <summary>
/// The reads of a store or of a snapshot. A query gives its connection back between pages, so that a slow consumer
/// neither keeps others from reading nor keeps the log from being folded into the file.
/// </summary>
internal sealed class SqliteReads(ISqliteSessions sessions) : ITableReader
{
    public Task<TableRow?> GetAsync(string partition, string key, CancellationToken cancellationToken)
    {
        TableLimits.CheckKey(partition);
        TableLimits.CheckKey(key);
        return ReadAsync(session => session?.Get(partition, key), cancellationToken);
    }

    public Task<IReadOnlyList<TableRow>> GetManyAsync(string partition, IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        TableLimits.CheckGet(partition, keys);
        return ReadAsync<IReadOnlyList<TableRow>>(session => session is null || keys.Count == 0 ? [] : session.GetMany(partition, keys), cancellationToken);
    }

    public IAsyncEnumerable<TableRow> QueryAsync(TableRange range, CancellationToken cancellationToken)
    {
        TableLimits.CheckRange(range);
        return PagesAsync(range, cancellationToken);
    }

    public async IAsyncEnumerable<string> PartitionsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? after = null;
        while (true)
        {
            var last = after;
            var names = await ReadAsync(session => session?.Partitions(prefix, last) ?? [], cancellationToken).ConfigureAwait(false);
            foreach (var name in names)
            {
                yield return name;
            }

            if (names.Count < SqliteReadSession.PageRows)
            {
                yield break;
            }

            after = names[^1];
        }
    }

    private async IAsyncEnumerable<TableRow> PagesAsync(TableRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? after = null;
        var left = range.Limit ?? int.MaxValue;
        while (left > 0)
        {
            var (last, limit) = (after, left);
            var (rows, hasMore) = await ReadAsync(session => session?.Page(range, last, limit) ?? ([], false), cancellationToken).ConfigureAwait(false);
            foreach (var row in rows)
            {
                yield return row;
            }

            if (!hasMore)
            {
                yield break;
            }

            after = rows[^1].Key;
            left -= rows.Count;
        }
    }

    private async Task<T> ReadAsync<T>(Func<SqliteReadSession?, T> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var session = await sessions.RentAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return read(session);
        }
        finally
        {
            sessions.Return(session);
        }
    }
}
