using System.Globalization;
using Microsoft.Data.Sqlite;
using Sentiment.Domain.Storage;

namespace Sentiment.ReadBench;

/// <summary>Puts many rows into a file of tables that nobody else has open, without a log.</summary>
internal sealed class BulkRows : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _partition;
    private readonly SqliteCommand _row;

    public BulkRows(string path)
    {
        _connection = new(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        _connection.Open();
        Run("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE; PRAGMA cache_size=-524288");
        _partition = Command("INSERT INTO partitions(name) VALUES($1) ON CONFLICT DO UPDATE SET name=name RETURNING id", 1);
        _row = Command("INSERT OR REPLACE INTO rows(part,key,v,data,etag) VALUES($1,$2,$3,$4,$5)", 5);
    }

    /// <summary>Puts rows, each of one partition, over those that stand.</summary>
    public void Put(IEnumerable<IReadOnlyList<TableRow>> partitions)
    {
        using var transaction = _connection.BeginTransaction();
        _partition.Transaction = _row.Transaction = transaction;
        foreach (var rows in partitions)
        {
            _partition.Parameters[0].Value = rows[0].Partition;
            _row.Parameters[0].Value = _partition.ExecuteScalar();
            foreach (var row in rows)
            {
                _row.Parameters[1].Value = row.Key;
                _row.Parameters[2].Value = row.Version;
                _row.Parameters[3].Value = row.Data.ToArray();
                _row.Parameters[4].Value = long.Parse(row.ETag, CultureInfo.InvariantCulture);
                _row.ExecuteNonQuery();
            }
        }

        transaction.Commit();
    }

    /// <summary>Lets later writes go on with ETags that were not given, and the file be opened by others.</summary>
    public void Dispose()
    {
        Run("UPDATE sequence SET next = (SELECT coalesce(max(etag), 0) + 1 FROM rows); PRAGMA locking_mode=NORMAL; PRAGMA journal_mode=WAL; PRAGMA wal_checkpoint(TRUNCATE)");
        _partition.Dispose();
        _row.Dispose();
        _connection.Dispose();
    }

    private SqliteCommand Command(string sql, int parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        for (var p = 1; p <= parameters; p++)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = string.Create(CultureInfo.InvariantCulture, $"${p}") });
        }

        return command;
    }

    private void Run(string sql)
    {
        using var command = _connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this file.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
