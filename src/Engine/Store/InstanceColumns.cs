using Microsoft.Data.Sqlite;
using Sentiment.Domain.Workflows;

namespace Sentiment.Engine.Store;

/// <summary>How an instance's row is read.</summary>
internal static class InstanceColumns
{
    /// <summary>The columns, in the order that <see cref="Read"/> expects.</summary>
    public const string All =
        "key, id, name, status, created, updated, generation, parent, purged, input, output, custom, "
        + "failure_type, failure_message, failure_final";

    /// <summary>Reads the row under the reader.</summary>
    public static InstanceRow Read(SqliteDataReader reader) => new(
        reader.GetInt64(0), reader.GetString(1), reader.GetString(2), (WorkflowStatus)reader.GetInt32(3),
        Time(reader.GetInt64(4)), Time(reader.GetInt64(5)), reader.GetInt32(6), Text(reader, 7), reader.GetInt32(8) != 0,
        Text(reader, 9), Text(reader, 10), Text(reader, 11),
        Text(reader, 12) is { } type ? new(type, reader.GetString(13), reader.GetInt32(14) != 0) : null);

    private static DateTimeOffset Time(long ticks) => new(ticks, TimeSpan.Zero);

    private static string? Text(SqliteDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetString(column);
}
