using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Sentiment.Adapters.Sqlite;

/// <summary>
/// A prepared statement used over and over by one thread at a time. It goes below <see cref="SqliteCommand"/>, which
/// looks parameters up by name and copies each blob on every execution: most of the time of a small write.
/// </summary>
internal sealed class SqliteStatement : IDisposable
{
    private const int StackBytes = 1024;
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;
    private readonly string _path;

    public SqliteStatement(SqliteConnection connection, string path, string sql)
    {
        _database = connection.Handle!;
        _path = path;
        Check(raw.sqlite3_prepare_v2(_database, sql, out _statement));
    }

    public void Bind(int index, long value) => Check(raw.sqlite3_bind_int64(_statement, index, value));

    public void Bind(int index, string value)
    {
        if (value.Length == 0)
        {
            // An empty span has no address, which SQLite takes for NULL.
            Check(raw.sqlite3_bind_text(_statement, index, ""));
            return;
        }

        var most = Encoding.UTF8.GetMaxByteCount(value.Length);
        Span<byte> bytes = most <= StackBytes ? stackalloc byte[StackBytes] : new byte[most];
        var length = Encoding.UTF8.GetBytes(value, bytes);
        Check(raw.sqlite3_bind_text(_statement, index, bytes[..length]));
    }

    public void Bind(int index, ReadOnlySpan<byte> value) => Check(value.IsEmpty
        ? raw.sqlite3_bind_zeroblob(_statement, index, 0)
        : raw.sqlite3_bind_blob(_statement, index, value));

    /// <summary>Goes on to the next row; false at the end. Without a reset after it, the read transaction stays open.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(_statement);
        if (code is raw.SQLITE_ROW or raw.SQLITE_DONE)
        {
            return code == raw.SQLITE_ROW;
        }

        var fault = SqliteFault.From(_path, raw.sqlite3_extended_errcode(_database), raw.sqlite3_errmsg(_database).utf8_to_string());
        Reset();
        throw fault;
    }

    /// <summary>Carries the statement out and returns how many rows it changed.</summary>
    public int Run()
    {
        while (Step())
        {
        }

        var changes = raw.sqlite3_changes(_database);
        Reset();
        return changes;
    }

    /// <summary>The first column of the only row, or null.</summary>
    public long? Number()
    {
        long? number = Step() ? Integer(0) : null;
        Reset();
        return number;
    }

    public long Integer(int column) => raw.sqlite3_column_int64(_statement, column);

    public string Text(int column) => raw.sqlite3_column_text(_statement, column).utf8_to_string();

    public byte[] Blob(int column) => raw.sqlite3_column_blob(_statement, column).ToArray();

    public void Reset() => raw.sqlite3_reset(_statement);

    public void Dispose() => _statement?.Dispose();

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
        {
            throw SqliteFault.From(_path, code, raw.sqlite3_errmsg(_database).utf8_to_string());
        }
    }
}
