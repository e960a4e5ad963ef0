using Microsoft.Data.Sqlite;

namespace Sentiment.Engine.Store;

/// <summary>Opens the engine's file, makes its tables, and holds it against other engines.</summary>
internal sealed class EngineFile : IDisposable
{
    private const int SchemaVersion = 1;
    private const int SqliteCorrupt = 11;
    private const int SqliteNotADatabase = 26;

    private const string Schema = """
        CREATE TABLE instances(
            key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, status INTEGER NOT NULL,
            created INTEGER NOT NULL, updated INTEGER NOT NULL, generation INTEGER NOT NULL, parent TEXT,
            purged INTEGER NOT NULL DEFAULT 0, input TEXT, output TEXT, custom TEXT,
            failure_type TEXT, failure_message TEXT, failure_final INTEGER);
        CREATE INDEX instances_parent ON instances(parent) WHERE parent IS NOT NULL;
        CREATE INDEX instances_active ON instances(status) WHERE status < 3;
        CREATE TABLE history(position INTEGER PRIMARY KEY, instance INTEGER NOT NULL, events BLOB NOT NULL);
        CREATE INDEX history_instance ON history(instance);
        """;

    private readonly string _path;
    private readonly FileStream _lock;

    private EngineFile(string path, FileStream fileLock) => (_path, _lock) = (path, fileLock);

    /// <summary>Takes the file; the lock ends with the process, however that ends.</summary>
    /// <exception cref="EngineStoreException">The file is damaged, newer than this program or in use.</exception>
    public static EngineFile Open(EngineOptions options)
    {
        var path = Path.GetFullPath(options.Path);
        FileStream fileLock;
        try
        {
            fileLock = new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new EngineStoreException(
                $"The engine's file '{path}' cannot be taken: {exception.Message} "
                + "Stop the other process that uses it, or check that the folder exists and may be written.", exception);
        }

        var file = new EngineFile(path, fileLock);
        try
        {
            file.Prepare(options.CheckFileAtStart);
            return file;
        }
        catch (SqliteException exception)
        {
            file.Dispose();
            throw Explain(path, exception);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Opens one more connection.</summary>
    public SqliteConnection Connect()
    {
        // No pooling: a pooled connection would keep the file open after the engine has stopped.
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = _path,
            Pooling = false,
            DefaultTimeout = 30,
        }.ToString());
        try
        {
            connection.Open();
            Run(connection, "PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Says what a SQLite error means for whoever runs the engine.</summary>
    public EngineStoreException Explain(SqliteException exception) => Explain(_path, exception);

    /// <summary>Runs statements that return nothing of interest.</summary>
    public static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private static EngineStoreException Explain(string path, SqliteException exception) =>
        exception.SqliteErrorCode is SqliteCorrupt or SqliteNotADatabase
            ? Damaged(path, exception.Message, exception)
            : new($"The engine's file '{path}' cannot be read or written: {exception.Message} "
                + "Check that the disk has room and that the folder may be written.", exception);

    private static EngineStoreException Damaged(string path, string detail, Exception? inner = null) => new(
        $"The engine's file '{path}' is damaged: {detail} Stop the program, move the file and its '-wal' and '-shm' "
        + "companions away, and put back a copy from a backup; without one, start with no file, which forgets all instances.",
        inner);

    private void Prepare(bool check)
    {
        using var connection = Connect();
        Run(connection, "PRAGMA journal_mode=WAL;");
        var version = Number(connection, "PRAGMA user_version;");
        if (version > SchemaVersion)
        {
            throw new EngineStoreException(
                $"The engine's file '{_path}' was written by a newer version (schema {version}, this is {SchemaVersion}). "
                + "Run that version.");
        }

        if (version == 0)
        {
            if (Number(connection, "SELECT count(*) FROM sqlite_schema;") != 0)
            {
                throw new EngineStoreException(
                    $"'{_path}' is a SQLite file of something else; name another path for the engine's file.");
            }

            // One transaction with the version: a crash in between leaves an empty file, not half a schema.
            Run(connection, $"BEGIN IMMEDIATE; {Schema} PRAGMA user_version={SchemaVersion}; COMMIT;");
        }
        else if (check)
        {
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA quick_check(1);";
            var result = (string)command.ExecuteScalar()!;
            if (result != "ok") throw Damaged(_path, result.ReplaceLineEndings(" ") + ".");
        }
    }

    private static long Number(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }
}
