using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Sentiment.Bench.Engine;

/// <summary>What the engine's turns cost SQLite alone: an update of the instance and a row of history for each.</summary>
internal static class BareSqlite
{
    /// <summary>Turns a second, each in a transaction of its own, each with the history of so many activities.</summary>
    public static double TurnsPerSecond(string folder, int turns, int activitiesPerTurn, bool full, TimeProvider time)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, $"bare-{full}-{activitiesPerTurn}.db")};Pooling=False");
        connection.Open();
        Run(connection, $"""
            PRAGMA journal_mode=WAL; PRAGMA synchronous={(full ? "FULL" : "NORMAL")}; PRAGMA wal_autocheckpoint=16384;
            CREATE TABLE instances(key INTEGER PRIMARY KEY, status INTEGER, updated INTEGER);
            CREATE TABLE history(position INTEGER PRIMARY KEY, instance INTEGER NOT NULL, events BLOB NOT NULL);
            CREATE INDEX history_instance ON history(instance);
            INSERT INTO instances VALUES(1, 1, 0);
            """);
        using var begin = Command(connection, "BEGIN IMMEDIATE");
        using var update = Command(connection, "UPDATE instances SET updated = $0 WHERE key = 1 AND status < 3");
        using var append = Command(connection, "INSERT INTO history(instance, events) VALUES(1, $0)");
        using var commit = Command(connection, "COMMIT");
        update.Parameters.Add(new SqliteParameter("$0", 0L));
        append.Parameters.Add(new SqliteParameter("$0", new byte[activitiesPerTurn * 28]));

        var started = time.GetTimestamp();
        for (var i = 0; i < turns; i++)
        {
            begin.ExecuteNonQuery();
            update.Parameters[0].Value = (long)i;
            update.ExecuteNonQuery();
            append.ExecuteNonQuery();
            commit.ExecuteNonQuery();
        }

        return turns / time.GetElapsedTime(started).TotalSeconds;
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = Command(connection, sql.ToString(CultureInfo.InvariantCulture));
        command.ExecuteNonQuery();
    }
}
