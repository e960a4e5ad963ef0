using Microsoft.Data.Sqlite;

namespace Sentiment.Engine.Store;

/// <summary>Transactions by prepared statements, each synced to the disk as far as the chosen durability asks.</summary>
internal sealed class SqliteTransactions : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly EngineDurability _durability;
    private readonly SqliteCommand _begin;
    private readonly SqliteCommand _commit;
    private bool? _isFull;

    /// <summary>Prepares the statements.</summary>
    public SqliteTransactions(SqliteConnection connection, EngineDurability durability)
    {
        (_connection, _durability) = (connection, durability);
        _begin = connection.CreateCommand();
        _begin.CommandText = "BEGIN IMMEDIATE";
        _commit = connection.CreateCommand();
        _commit.CommandText = "COMMIT";
    }

    /// <summary>Begins a transaction.</summary>
    public void Begin(bool isAcknowledged)
    {
        var full = _durability == EngineDurability.PowerLoss
            || (_durability == EngineDurability.Acknowledged && isAcknowledged);
        if (_isFull != full)
        {
            // Syncing the log syncs all that is in it, so one full commit also saves those before it.
            EngineFile.Run(_connection, full ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
            _isFull = full;
        }

        _begin.ExecuteNonQuery();
    }

    /// <summary>Commits.</summary>
    public void Commit() => _commit.ExecuteNonQuery();

    /// <summary>Rolls back what there is to roll back.</summary>
    public void TryRollback()
    {
        try
        {
            EngineFile.Run(_connection, "ROLLBACK");
        }
        catch (SqliteException)
        {
            // SQLite rolls some failures back by itself; then there is nothing left to undo.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _begin.Dispose();
        _commit.Dispose();
    }
}
