using System.Globalization;
using Microsoft.Data.Sqlite;
using Sentiment.Domain.Storage;
using SQLitePCL;

namespace Sentiment.Adapters.Sqlite;

/// <summary>The only connection that writes: applies writes one after another inside a transaction that its caller ends.</summary>
internal sealed class SqliteWriteSession : IDisposable
{
    private const int CachedPartitions = 65_536;

    // No partition has this number, so that conditions on a partition without rows fail as on one without the row.
    private const long NoPartition = -1;

    private readonly SqliteConnection _connection;
    private readonly List<SqliteStatement> _statements = [];
    private readonly SqliteStatement _begin, _commit, _rollback, _savepoint, _release, _rollbackTo;
    private readonly SqliteStatement _next, _setNext, _findPartition, _addPartition;
    private readonly SqliteStatement _insert, _upsert, _update, _delete, _deleteMatching;

    private readonly Dictionary<string, long> _partitions = new(StringComparer.Ordinal);
    private readonly List<string> _uncommittedPartitions = [];
    private long _nextETag;

    public SqliteWriteSession(SqliteFile file)
    {
        _connection = file.OpenForWriting();
        SqliteStatement Prepare(string sql)
        {
            var statement = new SqliteStatement(_connection, file.Path, sql);
            _statements.Add(statement);
            return statement;
        }

        try
        {
            _begin = Prepare("BEGIN IMMEDIATE");
            _commit = Prepare("COMMIT");
            _rollback = Prepare("ROLLBACK");
            _savepoint = Prepare("SAVEPOINT one_write");
            _release = Prepare("RELEASE one_write");
            _rollbackTo = Prepare("ROLLBACK TO one_write");
            _next = Prepare("SELECT next FROM sequence");
            _setNext = Prepare("UPDATE sequence SET next=?1");
            _findPartition = Prepare("SELECT id FROM partitions WHERE name=?1");
            _addPartition = Prepare("INSERT INTO partitions(name) VALUES(?1)");
            _insert = Prepare("INSERT INTO rows(part,key,v,data,etag) VALUES(?1,?2,?3,?4,?5) ON CONFLICT DO NOTHING");
            _upsert = Prepare("INSERT INTO rows(part,key,v,data,etag) VALUES(?1,?2,?3,?4,?5) ON CONFLICT(part,key) DO UPDATE SET v=?3,data=?4,etag=?5");
            _update = Prepare("UPDATE rows SET v=?3,data=?4,etag=?5 WHERE part=?1 AND key=?2 AND etag=?6");
            _delete = Prepare("DELETE FROM rows WHERE part=?1 AND key=?2");
            _deleteMatching = Prepare("DELETE FROM rows WHERE part=?1 AND key=?2 AND etag=?3");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public void Begin()
    {
        _uncommittedPartitions.Clear();
        _begin.Run();

        // Read each time, for another process may have written in between; an ETag never comes twice.
        _nextETag = _next.Number() ?? 1;
    }

    /// <summary>Applies all writes and returns their ETags, or applies none and returns the conflict.</summary>
    public (string[]? ETags, TableConflictException? Conflict) Apply(string partition, IReadOnlyList<TableWrite> writes)
    {
        _savepoint.Run();
        var id = Intern(partition, writes);
        var etags = new string[writes.Count];
        for (var i = 0; i < writes.Count; i++)
        {
            if (!Apply(id, writes[i], out etags[i]))
            {
                _rollbackTo.Run();
                _release.Run();

                // The number may have been given out by what was just undone.
                _partitions.Remove(partition);
                return (null, new TableConflictException(partition, writes[i].Key, writes[i].Condition));
            }
        }

        _release.Run();
        return (etags, null);
    }

    public void Commit()
    {
        _setNext.Bind(1, _nextETag);
        _setNext.Run();
        _commit.Run();
        _uncommittedPartitions.Clear();
    }

    public void Rollback()
    {
        // Some errors, like a full disk, have ended the transaction already.
        if (raw.sqlite3_get_autocommit(_connection.Handle) == 0)
        {
            _rollback.Run();
        }

        foreach (var partition in _uncommittedPartitions)
        {
            _partitions.Remove(partition);
        }

        _uncommittedPartitions.Clear();
    }

    public void Dispose()
    {
        _statements.ForEach(statement => statement.Dispose());
        _connection.Dispose();
    }

    private bool Apply(long partition, TableWrite write, out string etag)
    {
        etag = "";
        if (write.Condition == TableCondition.Delete)
        {
            var delete = write.ETag is null ? _delete : _deleteMatching;
            delete.Bind(1, partition);
            delete.Bind(2, write.Key);
            if (write.ETag is null)
            {
                delete.Run();
                return true;
            }

            delete.Bind(3, Parse(write.ETag));
            return delete.Run() == 1;
        }

        var statement = write.Condition switch
        {
            TableCondition.Insert => _insert,
            TableCondition.IfMatch => _update,
            _ => _upsert,
        };
        var number = _nextETag++;
        statement.Bind(1, partition);
        statement.Bind(2, write.Key);
        statement.Bind(3, write.Version);
        statement.Bind(4, write.Data.Span);
        statement.Bind(5, number);
        if (write.Condition == TableCondition.IfMatch)
        {
            statement.Bind(6, Parse(write.ETag));
        }

        etag = number.ToString(CultureInfo.InvariantCulture);
        return statement.Run() == 1;
    }

    // ETags start at 1, so that what was never one matches no row.
    private static long Parse(string? etag) =>
        long.TryParse(etag, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private long Intern(string partition, IReadOnlyList<TableWrite> writes)
    {
        if (_partitions.TryGetValue(partition, out var known))
        {
            return known;
        }

        _findPartition.Bind(1, partition);
        var id = _findPartition.Number();
        if (id is null)
        {
            if (!writes.Any(write => write.Condition is TableCondition.Insert or TableCondition.Upsert))
            {
                return NoPartition;
            }

            _addPartition.Bind(1, partition);
            _addPartition.Run();
            id = raw.sqlite3_last_insert_rowid(_connection.Handle);
            _uncommittedPartitions.Add(partition);
        }

        if (_partitions.Count >= CachedPartitions)
        {
            _partitions.Clear();
        }

        _partitions.Add(partition, id.Value);
        return id.Value;
    }
}
