using Sentiment.Domain.Storage;

namespace Sentiment.Adapters.Sqlite;

/// <summary>One connection inside one read transaction. It may outlive its store, and keeps the log from shrinking meanwhile.</summary>
internal sealed class SqliteSnapshot : ITableSnapshot, ISqliteSessions
{
    private readonly SqliteReadSession? _session;
    private readonly SqliteReads _reads;
    private readonly SemaphoreSlim _turn = new(1);
    private bool _disposed;

    /// <summary>Takes over the session, null where there was nothing to read, and freezes it.</summary>
    public SqliteSnapshot(SqliteReadSession? session)
    {
        _session = session;
        _reads = new SqliteReads(this);
        try
        {
            session?.Freeze();
        }
        catch
        {
            session?.Dispose();
            throw;
        }
    }

    public Task<TableRow?> GetAsync(string partition, string key, CancellationToken cancellationToken) =>
        _reads.GetAsync(partition, key, cancellationToken);

    public Task<IReadOnlyList<TableRow>> GetManyAsync(string partition, IReadOnlyCollection<string> keys, CancellationToken cancellationToken) =>
        _reads.GetManyAsync(partition, keys, cancellationToken);

    public IAsyncEnumerable<TableRow> QueryAsync(TableRange range, CancellationToken cancellationToken) =>
        _reads.QueryAsync(range, cancellationToken);

    public IAsyncEnumerable<string> PartitionsAsync(string prefix, CancellationToken cancellationToken) =>
        _reads.PartitionsAsync(prefix, cancellationToken);

    public async ValueTask<SqliteReadSession?> RentAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (_disposed)
        {
            _turn.Release();
            throw new ObjectDisposedException(nameof(SqliteSnapshot));
        }

        return _session;
    }

    public void Return(SqliteReadSession? session) => _turn.Release();

    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            if (!_disposed)
            {
                _disposed = true;
                _session?.Dispose();
            }
        }
        finally
        {
            _turn.Release();
        }
    }
}
