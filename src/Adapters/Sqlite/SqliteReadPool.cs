using System.Collections.Concurrent;

namespace Sentiment.Adapters.Sqlite;

/// <summary>A bounded number of connections that read, opened as needed and kept.</summary>
internal sealed class SqliteReadPool(SqliteFile file, int connections) : ISqliteSessions, IDisposable
{
    private readonly SemaphoreSlim _free = new(connections);
    private readonly ConcurrentStack<SqliteReadSession> _idle = new();
    private volatile bool _disposed;

    public async ValueTask<SqliteReadSession?> RentAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(SqliteTableStore));
        await _free.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(SqliteTableStore));
            return _idle.TryPop(out var session) ? session : SqliteReadSession.Open(file);
        }
        catch
        {
            _free.Release();
            throw;
        }
    }

    public void Return(SqliteReadSession? session)
    {
        if (session is not null)
        {
            _idle.Push(session);
        }

        _free.Release();
        if (_disposed)
        {
            CloseIdle();
        }
    }

    public void Dispose()
    {
        // Who still reads closes the connection on its return; the semaphore has no handle to free.
        _disposed = true;
        CloseIdle();
    }

    private void CloseIdle()
    {
        while (_idle.TryPop(out var session))
        {
            session.Dispose();
        }
    }
}
