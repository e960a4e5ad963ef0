using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using Sentiment.Domain.Storage;

namespace Sentiment.Adapters.Sqlite;

/// <summary>A connection that reads, used by one caller at a time. No read leaves a transaction open behind it.</summary>
internal sealed class SqliteReadSession : IDisposable
{
    public const int PageRows = 256;
    private const int PageBytes = 4 * 1024 * 1024;

    // Above and below every character that a key may have.
    private const string AfterAnyKey = "\u007f";
    private const string JustAfter = "\u0001";

    private readonly SqliteConnection _connection;
    private readonly List<SqliteStatement> _statements = [];
    private readonly SqliteStatement _get, _getMany, _page, _partitions, _begin, _pin;

    private SqliteReadSession(SqliteConnection connection, string path)
    {
        const string Columns = "SELECT key,v,data,etag FROM rows WHERE part=(SELECT id FROM partitions WHERE name=?1) AND ";
        _connection = connection;
        SqliteStatement Prepare(string sql)
        {
            var statement = new SqliteStatement(connection, path, sql);
            _statements.Add(statement);
            return statement;
        }

        try
        {
            _get = Prepare(Columns + "key=?2");
            _getMany = Prepare(Columns + "key IN (SELECT value FROM json_each(?2))");
            _page = Prepare(Columns + "key>=?2 AND key<?3 ORDER BY key LIMIT ?4");
            _partitions = Prepare("""
                SELECT name FROM partitions WHERE name>=?1 AND name<?2 AND EXISTS(SELECT 1 FROM rows WHERE part=partitions.id)
                ORDER BY name LIMIT ?3
                """);
            _begin = Prepare("BEGIN");
            _pin = Prepare("SELECT next FROM sequence");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Opens a connection; null while there is nothing to read yet.</summary>
    public static SqliteReadSession? Open(SqliteFile file) =>
        file.OpenForReading() is { } connection ? new SqliteReadSession(connection, file.Path) : null;

    /// <summary>From here on every read sees what is committed now.</summary>
    public void Freeze()
    {
        // A transaction that has read nothing yet has not chosen its moment.
        _begin.Run();
        _pin.Number();
    }

    public TableRow? Get(string partition, string key)
    {
        _get.Bind(1, partition);
        _get.Bind(2, key);
        return Rows(_get, partition).FirstOrDefault();
    }

    public List<TableRow> GetMany(string partition, IReadOnlyCollection<string> keys)
    {
        // Keys have no character that JSON would escape.
        var json = new StringBuilder("[");
        foreach (var key in keys)
        {
            json.Append(json.Length == 1 ? "\"" : ",\"").Append(key).Append('"');
        }

        _getMany.Bind(1, partition);
        _getMany.Bind(2, json.Append(']').ToString());
        return Rows(_getMany, partition);
    }

    /// <summary>Some rows from a key on, and whether there may be more behind them.</summary>
    public (List<TableRow> Rows, bool HasMore) Page(TableRange range, string? after, int limit)
    {
        var most = Math.Min(limit, PageRows);
        _page.Bind(1, range.Partition);
        _page.Bind(2, after is null ? range.From : after + JustAfter);
        _page.Bind(3, range.To ?? AfterAnyKey);
        _page.Bind(4, most);
        var rows = Rows(_page, range.Partition, PageBytes);
        return (rows, rows.Count == most || rows.Sum(r => (long)r.Data.Length) >= PageBytes);
    }

    /// <summary>Some names with the prefix; none only if there are none.</summary>
    public List<string> Partitions(string prefix, string? after)
    {
        _partitions.Bind(1, after is null ? prefix : after + JustAfter);
        _partitions.Bind(2, prefix + AfterAnyKey);
        _partitions.Bind(3, PageRows);
        var names = new List<string>();
        try
        {
            while (_partitions.Step())
            {
                names.Add(_partitions.Text(0));
            }
        }
        finally
        {
            _partitions.Reset();
        }

        return names;
    }

    public void Dispose()
    {
        _statements.ForEach(statement => statement.Dispose());
        _connection.Dispose();
    }

    private static List<TableRow> Rows(SqliteStatement statement, string partition, long maxBytes = long.MaxValue)
    {
        var rows = new List<TableRow>();
        try
        {
            for (long bytes = 0; bytes < maxBytes && statement.Step();)
            {
                var data = statement.Blob(2);
                bytes += data.Length;
                rows.Add(new TableRow(
                    partition, statement.Text(0), (int)statement.Integer(1), data, statement.Integer(3).ToString(CultureInfo.InvariantCulture)));
            }
        }
        finally
        {
            statement.Reset();
        }

        return rows;
    }
}
