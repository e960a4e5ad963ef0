using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Sentiment.Engine.Store;

/// <summary>
/// The one writer of the file. Whatever has queued while a transaction was being committed shares the next one, so
/// the busier the engine the fewer commits each write costs.
/// </summary>
internal sealed class StoreWriter : IAsyncDisposable
{
    private readonly EngineFile _file;
    private readonly SqliteConnection _connection;
    private readonly StoreSession _session;
    private readonly SqliteTransactions _transactions;
    private readonly Channel<StoreOperation> _queue;
    private readonly int _maxGroup;
    private readonly Task _loop;
    private volatile bool _abandoned;

    /// <summary>Opens the writer's connection and begins to write.</summary>
    public StoreWriter(EngineFile file, EngineOptions options)
    {
        _file = file;
        _maxGroup = options.MaxGroupCommit;
        _connection = file.Connect();

        // A long log is cheaper than copying it into the file often: the same pages are written again and again.
        EngineFile.Run(_connection, "PRAGMA wal_autocheckpoint=16384;");
        _session = new(_connection);
        _transactions = new(_connection, options.Durability);
        _queue = Channel.CreateBounded<StoreOperation>(
            new BoundedChannelOptions(options.MaxQueuedWrites) { SingleReader = true });
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Queues a write, waiting while the queue is full, and completes once it is committed.</summary>
    /// <exception cref="EngineStoreException">It could not be written.</exception>
    /// <exception cref="ChannelClosedException">The engine has stopped.</exception>
    public async Task<T> WriteAsync<T>(
        Func<StoreSession, T> write, bool isAcknowledged, CancellationToken cancellationToken = default)
    {
        var operation = new StoreOperation<T>(write, isAcknowledged);
        if (!_queue.Writer.TryWrite(operation))
        {
            await _queue.Writer.WriteAsync(operation, cancellationToken).ConfigureAwait(false);
        }

        // Once queued it will be written whatever the caller does, so only the wait can be given up.
        return await operation.Done.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Drops what is queued and under way, as the end of the process would.</summary>
    public void Abandon()
    {
        _abandoned = true;
        _queue.Writer.TryComplete();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop.ConfigureAwait(false);
        _transactions.Dispose();
        _session.Dispose();
        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        var group = new List<StoreOperation>(_maxGroup);
        while (await _queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (group.Count < _maxGroup && _queue.Reader.TryRead(out var operation))
            {
                group.Add(operation);
            }

            if (!TryWrite(group, out var failure))
            {
                // One bad write must not fail its neighbours: each gets a transaction of its own.
                if (group.Count == 1) group[0].Fail(failure);
                else group.ForEach(WriteAlone);
            }

            group.Clear();
        }
    }

    private void WriteAlone(StoreOperation operation)
    {
        if (!TryWrite([operation], out var failure)) operation.Fail(failure);
    }

    private bool TryWrite(List<StoreOperation> group, out Exception failure)
    {
        failure = null!;
        try
        {
            if (_abandoned) throw new ChannelClosedException();
            _transactions.Begin(group.Exists(operation => operation.IsAcknowledged));
            foreach (var operation in group)
            {
                operation.Execute(_session);
            }

            if (_abandoned) throw new ChannelClosedException();
            _transactions.Commit();
        }
        catch (Exception exception)
        {
            _transactions.TryRollback();
            failure = exception is SqliteException sqlite ? _file.Explain(sqlite) : exception;
            return false;
        }

        group.ForEach(operation => operation.Complete());
        return true;
    }
}
