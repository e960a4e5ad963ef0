using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Sentiment.Domain.Storage;

namespace Sentiment.Adapters.Sqlite;

/// <summary>
/// Gathers the writes of all callers into common transactions: the cost of a commit is shared, and each caller is
/// answered only after the commit that holds its rows.
/// </summary>
internal sealed partial class SqliteWriter : IAsyncDisposable
{
    private const int MaxGroupRows = 8192;
    private const int MaxGroupBytes = 16 * 1024 * 1024;
    private readonly Channel<Pending> _queue;
    private readonly SqliteWriteSession _session;
    private readonly Task _loop;
    private readonly string _path;
    private readonly ILogger _logger;

    public SqliteWriter(SqliteFile file, int queuedWrites, ILogger logger)
    {
        _path = file.Path;
        _logger = logger;
        _queue = Channel.CreateBounded<Pending>(new BoundedChannelOptions(queuedWrites) { SingleReader = true });
        _session = new SqliteWriteSession(file);
        _loop = Task.Run(RunAsync);
    }

    public async Task<IReadOnlyList<string>> WriteAsync(string partition, IReadOnlyList<TableWrite> writes, CancellationToken cancellationToken)
    {
        var pending = new Pending(partition, writes, cancellationToken);
        try
        {
            await _queue.Writer.WriteAsync(pending, cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(typeof(SqliteTableStore).FullName);
        }

        return await pending.Done.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Carries out what is queued and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_queue.Writer.TryComplete())
        {
            await _loop.ConfigureAwait(false);
            _session.Dispose();
        }
        else
        {
            await _loop.ConfigureAwait(false);
        }
    }

    private async Task RunAsync()
    {
        var group = new List<Pending>();
        while (await _queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            var rows = 0;
            long bytes = 0;
            while (rows < MaxGroupRows && bytes < MaxGroupBytes && _queue.Reader.TryRead(out var pending))
            {
                if (pending.CancellationToken.IsCancellationRequested)
                {
                    pending.Done.TrySetCanceled(pending.CancellationToken);
                    continue;
                }

                group.Add(pending);
                rows += pending.Writes.Count;
                bytes += pending.Writes.Sum(write => (long)write.Data.Length);
            }

            if (group.Count > 0)
            {
                Carry(group);
                group.Clear();
            }
        }
    }

    private void Carry(List<Pending> group)
    {
        try
        {
            _session.Begin();
            foreach (var pending in group)
            {
                (pending.ETags, pending.Conflict) = _session.Apply(pending.Partition, pending.Writes);
            }

            _session.Commit();
        }
        catch (Exception exception)
        {
            // Whatever it is, the callers must hear of it and the loop must serve the next ones.
            LogFailed(_logger, group.Count, _path, exception);
            Undo();
            group.ForEach(pending => pending.Done.TrySetException(exception));
            return;
        }

        foreach (var pending in group)
        {
            if (pending.Conflict is { } conflict)
            {
                pending.Done.TrySetException(conflict);
            }
            else
            {
                pending.Done.TrySetResult(pending.ETags!);
            }
        }
    }

    private void Undo()
    {
        try
        {
            _session.Rollback();
        }
        catch (DataFolderException exception)
        {
            LogFailed(_logger, 0, _path, exception);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Count} writes to {Path} failed together and are undone")]
    private static partial void LogFailed(ILogger logger, int count, string path, Exception exception);

    private sealed class Pending(string partition, IReadOnlyList<TableWrite> writes, CancellationToken cancellationToken)
    {
        public string Partition { get; } = partition;

        public IReadOnlyList<TableWrite> Writes { get; } = writes;

        public CancellationToken CancellationToken { get; } = cancellationToken;

        // The loop must not run its callers' code.
        public TaskCompletionSource<IReadOnlyList<string>> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string[]? ETags { get; set; }

        public TableConflictException? Conflict { get; set; }
    }
}
