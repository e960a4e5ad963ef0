using System.Globalization;
using Microsoft.Data.Sqlite;
using Sentiment.Domain.Storage;

namespace Sentiment.Adapters.Sqlite;

/// <summary>Opens the file, makes it on first use and refuses what is not its own.</summary>
internal sealed class SqliteFile(SqliteOptions options)
{
    private const long SchemaVersion = 1;

    // Marks the file as this program's, so that no other program's SQLite file is written into by mistake.
    private const long ApplicationId = 0x53_4e_54_4d;

    private const string Schema = """
        CREATE TABLE partitions(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
        CREATE TABLE rows(part INTEGER NOT NULL, key TEXT NOT NULL, v INTEGER NOT NULL, data BLOB NOT NULL, etag INTEGER NOT NULL,
            PRIMARY KEY(part, key)) WITHOUT ROWID;
        CREATE TABLE sequence(next INTEGER NOT NULL);
        INSERT INTO sequence VALUES(1);
        """;

    public string Path { get; } = System.IO.Path.GetFullPath(options.Path);

    /// <summary>A connection that may write, to a file that has its tables.</summary>
    public SqliteConnection OpenForWriting()
    {
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DataFolderException(Path, "has a folder that cannot be created", "Choose another folder or check its permissions.", exception);
        }

        return Open(SqliteOpenMode.ReadWriteCreate, connection =>
        {
            IsNew(connection);

            // It counts only before the first table. A row with a hashed key costs a whole page in the log, so pages are
            // small and the log is folded into the file seldom (every 64 MB), when many rows share their pages.
            Run(connection, "PRAGMA page_size=4096");
            if (Text(connection, "PRAGMA journal_mode=WAL") != "wal")
            {
                throw new DataFolderException(Path, "cannot use a write-ahead log", "Put the data folder on a local disk.");
            }

            Run(connection, $"""
                PRAGMA synchronous={(options.Durability == SqliteDurability.PowerLoss ? "FULL" : "NORMAL")};
                PRAGMA cache_size=-65536;
                PRAGMA wal_autocheckpoint=16000;
                PRAGMA journal_size_limit=134217728;
                PRAGMA temp_store=MEMORY;
                BEGIN IMMEDIATE;
                """);

            // Asked again under the write lock: another process may just have made the tables.
            if (IsNew(connection))
            {
                Run(connection, $"{Schema}PRAGMA application_id={ApplicationId};PRAGMA user_version={SchemaVersion};");
            }

            Run(connection, "COMMIT");
            return true;
        })!;
    }

    /// <summary>A connection that reads; null while the file or its tables do not exist yet.</summary>
    public SqliteConnection? OpenForReading()
    {
        if (!File.Exists(Path))
        {
            return null;
        }

        return Open(SqliteOpenMode.ReadOnly, connection =>
        {
            // What other reads left in the system's memory is read where it lies; 2 GiB is the most that SQLite maps.
            Run(connection, "PRAGMA cache_size=-16384;PRAGMA mmap_size=2147418112;PRAGMA temp_store=MEMORY;");
            return !IsNew(connection);
        });
    }

    private SqliteConnection? Open(SqliteOpenMode mode, Func<SqliteConnection, bool> prepare)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = Path,
            Mode = mode,
            Pooling = false,
            DefaultTimeout = (int)Math.Ceiling(options.BusyTimeout.TotalSeconds),
        }.ToString());
        var usable = false;
        try
        {
            connection.Open();
            Run(connection, $"PRAGMA busy_timeout={(long)options.BusyTimeout.TotalMilliseconds}");
            usable = prepare(connection);
            return usable ? connection : null;
        }
        catch (SqliteException exception)
        {
            throw SqliteFault.From(Path, exception);
        }
        finally
        {
            if (!usable)
            {
                connection.Dispose();
            }
        }
    }

    private bool IsNew(SqliteConnection connection)
    {
        // One statement sees one moment: another process may be making the tables between two.
        using var command = connection.CreateCommand();
        command.CommandText = """
            SELECT (SELECT user_version FROM pragma_user_version), (SELECT application_id FROM pragma_application_id), count(*) FROM sqlite_master
            """;
        using var reader = command.ExecuteReader();
        reader.Read();
        var (version, application, tables) = (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
        if (version == 0 && application == 0 && tables == 0)
        {
            return true;
        }

        if (application != ApplicationId)
        {
            throw new DataFolderException(Path, "is another program's SQLite file", "Move it away or choose another data folder.");
        }

        if (version > SchemaVersion)
        {
            throw new DataFolderException(
                Path, $"was written by a newer version of this program (schema {version}; this one knows {SchemaVersion})", "Use the newer version, or another data folder.");
        }

        return false;
    }

    private static void Run(SqliteConnection connection, string sql) => Scalar(connection, sql);

    private static string? Text(SqliteConnection connection, string sql) => Convert.ToString(Scalar(connection, sql), CultureInfo.InvariantCulture);

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Every caller passes constants of this file and numbers.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }
}
