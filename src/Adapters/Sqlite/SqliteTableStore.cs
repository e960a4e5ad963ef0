using Microsoft.Extensions.Logging;
using Sentiment.Domain.Storage;

namespace Sentiment.Adapters.Sqlite;

/// <summary>
/// Tables in one SQLite file with a write-ahead log. One process writes it at a time as a rule; any number read it
/// meanwhile. What was acknowledged survives the abrupt end of the process.
/// </summary>
public sealed partial class SqliteTableStore : ITableStore, ITableSnapshots, IAsyncDisposable
{
    private readonly SqliteFile _file;
    private readonly SqliteWriter? _writer;
    private readonly SqliteReadPool _pool;
    private readonly SqliteReads _reads;
    private volatile bool _disposed;

    /// <summary>Opens the file, and makes it unless it is only read.</summary>
    /// <param name="options">Where the file lies and how it is used.</param>
    /// <param name="logger">Hears of failed commits.</param>
    /// <exception cref="ArgumentException">The options name no file, or a bound is not positive.</exception>
    /// <exception cref="DataFolderException">The file is damaged, not this program's or of a newer version.</exception>
    public SqliteTableStore(SqliteOptions options, ILogger<SqliteTableStore> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrWhiteSpace(options.Path, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ReadConnections, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.QueuedWrites, 1, nameof(options));
        _file = new SqliteFile(options);
        if (options.ReadOnly)
        {
            // Says at once what is wrong with the file, not at the first read.
            _file.OpenForReading()?.Dispose();
        }
        else
        {
            _writer = new SqliteWriter(_file, options.QueuedWrites, logger);
        }

        _pool = new SqliteReadPool(_file, options.ReadConnections);
        _reads = new SqliteReads(_pool);
        LogOpened(logger, _file.Path, options.ReadOnly ? "reading" : "writing");
    }

    /// <inheritdoc/>
    public Task<TableRow?> GetAsync(string partition, string key, CancellationToken cancellationToken) =>
        _reads.GetAsync(partition, key, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<TableRow>> GetManyAsync(string partition, IReadOnlyCollection<string> keys, CancellationToken cancellationToken) =>
        _reads.GetManyAsync(partition, keys, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<TableRow> QueryAsync(TableRange range, CancellationToken cancellationToken) =>
        _reads.QueryAsync(range, cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The store was opened only to read.</exception>
    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    /// <exception cref="DataFolderException">The file cannot be written.</exception>
    public Task<IReadOnlyList<string>> WriteAsync(string partition, IReadOnlyList<TableWrite> writes, CancellationToken cancellationToken)
    {
        TableLimits.CheckWrite(partition, writes);
        return _writer is { } writer
            ? writer.WriteAsync(partition, writes, cancellationToken)
            : throw new InvalidOperationException($"'{_file.Path}' is open only to read; nothing was written.");
    }

    /// <inheritdoc/>
    public Task<ITableSnapshot> OpenSnapshotAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();

        // Besides the pool: snapshots are held long, and reads must not wait for them.
        return Task.FromResult<ITableSnapshot>(new SqliteSnapshot(SqliteReadSession.Open(_file)));
    }

    /// <summary>Carries out the writes that were accepted, refuses new ones and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        _pool.Dispose();
        if (_writer is not null)
        {
            await _writer.DisposeAsync().ConfigureAwait(false);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Opened {Path} for {Use}")]
    private static partial void LogOpened(ILogger logger, string path, string use);
}
