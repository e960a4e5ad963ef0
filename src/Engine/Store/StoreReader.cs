using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using Sentiment.Domain.Workflows;
using Sentiment.Engine.History;

namespace Sentiment.Engine.Store;

/// <summary>Reads beside the writer; a reader sees every write whose caller has been told of it.</summary>
internal sealed class StoreReader : IDisposable
{
    private readonly EngineFile _file;
    private readonly Lock _gate = new();
    private readonly SqliteConnection _connection;
    private readonly Statement _find;
    private readonly Statement _active;
    private readonly Statement _history;

    /// <summary>Opens the reader's connection.</summary>
    public StoreReader(EngineFile file)
    {
        _file = file;
        _connection = file.Connect();
        EngineFile.Run(_connection, "PRAGMA query_only=1;");
        _find = new(_connection, $"SELECT {InstanceColumns.All} FROM instances WHERE id = $0", 1);
        _active = new(_connection, $"SELECT {InstanceColumns.All} FROM instances WHERE status < 3", 0);
        _history = new(_connection, "SELECT events FROM history WHERE instance = $0 ORDER BY position", 1);
    }

    /// <summary>An instance's row, tombstones included.</summary>
    public InstanceRow? Find(string id) => Guard(() => _find.Read(InstanceColumns.Read, id).FirstOrDefault());

    /// <summary>Every instance that has not ended.</summary>
    public IReadOnlyList<InstanceRow> Active() => Guard(() => _active.Read(InstanceColumns.Read));

    /// <summary>The turns of an instance's current generation, oldest first.</summary>
    public IReadOnlyList<HistoryTurn> History(long key) =>
        Guard(() => _history.Read(reader => HistoryCodec.Read((byte[])reader.GetValue(0)), key));

    /// <summary>A page of instances in the order of their ids, at most one more than asked for.</summary>
    public IReadOnlyList<InstanceRow> Query(WorkflowQuery query)
    {
        var sql = new StringBuilder($"SELECT {InstanceColumns.All} FROM instances WHERE purged = 0");
        var values = new List<object?>();
        string Next(object value)
        {
            values.Add(value);
            return string.Create(CultureInfo.InvariantCulture, $"${values.Count - 1}");
        }

        if (query.Statuses.Count > 0) sql.Append(" AND status IN (").AppendJoin(',', query.Statuses.Select(s => (int)s)).Append(')');
        if (query.InstanceIdPrefix is { Length: > 0 } prefix)
        {
            // The lower bound lets the index find the first; what follows the prefix sorts before its greatest extension.
            sql.Append(" AND id >= ").Append(Next(prefix)).Append(" AND id < ").Append(Next(prefix + "\U0010FFFF"));
        }

        if (query.CreatedFrom is { } from) sql.Append(" AND created >= ").Append(Next(from.UtcTicks));
        if (query.CreatedTo is { } to) sql.Append(" AND created < ").Append(Next(to.UtcTicks));
        if (query.Continuation is { } last) sql.Append(" AND id > ").Append(Next(last));
        sql.Append(" ORDER BY id LIMIT ").Append(Next(query.Limit + 1));

        return Guard(() =>
        {
            using var statement = new Statement(_connection, sql.ToString(), values.Count);
            return statement.Read(InstanceColumns.Read, [.. values]);
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _find.Dispose();
            _active.Dispose();
            _history.Dispose();
            _connection.Dispose();
        }
    }

    private T Guard<T>(Func<T> read)
    {
        lock (_gate)
        {
            try
            {
                return read();
            }
            catch (SqliteException exception)
            {
                throw _file.Explain(exception);
            }
        }
    }
}
