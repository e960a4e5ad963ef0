using Microsoft.Data.Sqlite;

namespace Sentiment.Engine.Store;

/// <summary>
/// The writes, on the writer's connection and inside its transaction. Nothing here remembers anything outside the
/// database, so a transaction that is rolled back can be run again.
/// </summary>
internal sealed class StoreSession : IDisposable
{
    private const string Active = "status < 3";

    private readonly Statement _insert;
    private readonly Statement _find;
    private readonly Statement _update;
    private readonly Statement _continue;
    private readonly Statement _append;
    private readonly Statement _clear;
    private readonly Statement _family;
    private readonly Statement _terminate;
    private readonly Statement _purge;

    /// <summary>Prepares the statements.</summary>
    public StoreSession(SqliteConnection connection)
    {
        _insert = new(connection,
            "INSERT INTO instances(id, name, status, created, updated, generation, parent, input) "
            + "VALUES($0, $1, 0, $2, $2, 0, $3, $4) ON CONFLICT(id) DO NOTHING", 5);
        _find = new(connection, $"SELECT {InstanceColumns.All} FROM instances WHERE id = $0", 1);
        _update = new(connection,
            "UPDATE instances SET status = $1, updated = $2, custom = $3, output = $4, failure_type = $5, "
            + $"failure_message = $6, failure_final = $7 WHERE key = $0 AND {Active}", 8);
        _continue = new(connection, "UPDATE instances SET generation = $1, input = $2 WHERE key = $0", 3);
        _append = new(connection, "INSERT INTO history(instance, events) VALUES($0, $1)", 2);
        _clear = new(connection, "DELETE FROM history WHERE instance = $0", 1);
        _family = new(connection,
            "WITH RECURSIVE family(id) AS (SELECT $0 UNION SELECT i.id FROM instances i JOIN family f ON i.parent = f.id) "
            + $"SELECT {InstanceColumns.All} FROM instances WHERE id IN family", 1);
        _terminate = new(connection,
            "UPDATE instances SET status = 5, updated = $1, failure_type = 'Terminated', failure_message = $2, "
            + $"failure_final = 1 WHERE key = $0 AND {Active}", 3);

        // The end of a child stays until its parent, which may yet have to be told of it, has ended too.
        const string Told = "NOT EXISTS (SELECT 1 FROM instances p WHERE p.id = instances.parent AND p.status < 3)";
        _purge = new(connection,
            $"UPDATE instances SET purged = 1, input = NULL, custom = NULL, output = IIF({Told}, NULL, output), "
            + $"failure_message = IIF({Told}, '', failure_message) WHERE key = $0", 1);
    }

    /// <summary>Makes an instance unless its id is known; returns the row and whether it is new.</summary>
    public (InstanceRow Row, bool IsNew) Insert(string id, string name, string? input, string? parentId, DateTimeOffset now)
    {
        var isNew = _insert.Run(id, name, now.UtcTicks, parentId, input) == 1;
        return (Find(id)!, isNew);
    }

    /// <summary>An instance's row, tombstones included.</summary>
    public InstanceRow? Find(string id)
    {
        var rows = _find.Read(InstanceColumns.Read, id);
        return rows.Count == 0 ? null : rows[0];
    }

    /// <summary>Writes one turn.</summary>
    public TurnResult Commit(TurnCommit turn)
    {
        var accepted = _update.Run(
            turn.Key, (int)turn.Status, turn.Time.UtcTicks, turn.CustomStatus, turn.Output,
            turn.Failure?.ErrorType, turn.Failure?.Message, turn.Failure is { } f ? (f.IsNonRetryable ? 1 : 0) : null) == 1;
        if (!accepted) return TurnResult.Refused;

        if (turn.NextGeneration is { } generation)
        {
            _clear.Run(turn.Key);
            _continue.Run(turn.Key, generation, turn.NextInput);
        }

        if (turn.Events is { } events) _append.Run(turn.Key, events);
        if (turn.Children.Count == 0) return TurnResult.Accepted;

        var children = new List<(InstanceRow, bool)>(turn.Children.Count);
        foreach (var child in turn.Children)
        {
            children.Add(Insert(child.Id, child.Name, child.Input, turn.Id, turn.Time));
        }

        return new(true, children);
    }

    /// <summary>Ends an instance and its descendants; returns the rows that it ended, the instance's own first.</summary>
    public IReadOnlyList<InstanceRow> Terminate(string id, string reason, DateTimeOffset now)
    {
        if (Find(id) is not { HasEnded: false } root) return [];

        var ended = new List<InstanceRow> { root };
        ended.AddRange(_family.Read(InstanceColumns.Read, id).Where(row => !row.HasEnded && row.Key != root.Key));
        foreach (var row in ended)
        {
            _terminate.Run(row.Key, now.UtcTicks, row.Key == root.Key ? reason : $"Its parent '{root.Id}' was terminated: {reason}");
        }

        return ended;
    }

    /// <summary>Forgets an ended instance and its ended descendants; false if it is unknown or has not ended.</summary>
    public bool Purge(string id)
    {
        if (Find(id) is not { HasEnded: true, IsPurged: false }) return false;

        foreach (var row in _family.Read(InstanceColumns.Read, id).Where(row => row.HasEnded))
        {
            _clear.Run(row.Key);
            _purge.Run(row.Key);
        }

        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var statement in new[] { _insert, _find, _update, _continue, _append, _clear, _family, _terminate, _purge })
        {
            statement.Dispose();
        }
    }
}
