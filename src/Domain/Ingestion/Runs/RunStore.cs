using System.Collections.Concurrent;
using Sentiment.Domain.Live;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Workflows;

namespace Sentiment.Domain.Ingestion.Runs;

/// <summary>Runs by id, by time, by status and by arguments; their tenants and tables.</summary>
/// <remarks>All rows about runs share one partition, so that a change of status moves its index rows in one atomic write.</remarks>
public sealed class RunStore(ITableStore tables, ILiveSignals? live = null)
{
    private const string Partition = "runs";
    private const int MaxPinned = 1000;

    private readonly ConcurrentDictionary<(string Run, string Tenant), Tenant> _pinned = new();

    /// <summary>The run, or null.</summary>
    public static async Task<Stored<RunRow>?> GetAsync(ITableReader tables, string run, CancellationToken cancellationToken) =>
        TableIsKey(run) && await tables.GetAsync(Partition, "r|" + run, cancellationToken).ConfigureAwait(false) is { } row
            ? new(Rows.Read(row, RowJson.Default.RunRow), row.ETag) : null;

    /// <inheritdoc cref="GetAsync(ITableReader, string, CancellationToken)"/>
    public Task<Stored<RunRow>?> GetAsync(string run, CancellationToken cancellationToken) => GetAsync(tables, run, cancellationToken);

    /// <summary>The run, for a workflow that is about to begin some of it; a cancelled run's last messages may still do so.</summary>
    /// <exception cref="NonRetryableException">There is no such run, or it has ended.</exception>
    public async Task<RunRow> UnfinishedRunAsync(string run, CancellationToken cancellationToken) =>
        await GetAsync(run, cancellationToken).ConfigureAwait(false) is not { } stored ? throw new NonRetryableException($"No run '{run}'.")
        : stored.Row.EndedAt is null ? stored.Row : throw new NonRetryableException($"Run '{run}' has ended.");

    /// <summary>Runs newest first.</summary>
    /// <param name="reader">Where to read.</param>
    /// <param name="status">Only these; null: any.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="after">The key of the last one of the page before; null for the first page.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    /// <exception cref="ArgumentException"><paramref name="after"/> is no key of such a list.</exception>
    public static async Task<IReadOnlyList<(string Key, RunRow Run)>> ListAsync(
        ITableReader reader, WorkStatus? status, int limit, string? after, CancellationToken cancellationToken)
    {
        var prefix = status is { } s ? $"s|{s}|" : "t|";
        if (after?.StartsWith(prefix, StringComparison.Ordinal) == false)
        {
            throw new ArgumentException("Not a key of such a list.", nameof(after));
        }

        var range = new TableRange(Partition, after is null ? prefix : Rows.After(after), prefix + "\u007f", limit);
        var listed = new List<(string Key, string Run)>();
        await foreach (var row in reader.QueryAsync(range, cancellationToken).ConfigureAwait(false))
        {
            listed.Add((row.Key, "r|" + Rows.Read(row, RowJson.Default.String)));
        }

        var runs = await reader.GetAllAsync(Partition, listed.Select(l => l.Run), cancellationToken).ConfigureAwait(false);
        return [.. listed.Where(l => runs.ContainsKey(l.Run)).Select(l => (l.Key, Rows.Read(runs[l.Run], RowJson.Default.RunRow)))];
    }

    /// <summary>Every run of a status, newest first.</summary>
    public async IAsyncEnumerable<RunRow> OfStatusAsync(
        WorkStatus status, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (string? after = null; ;)
        {
            var page = await ListAsync(tables, status, 100, after, cancellationToken).ConfigureAwait(false);
            foreach (var (key, run) in page)
            {
                after = key;
                yield return run;
            }

            if (page.Count < 100)
            {
                yield break;
            }
        }
    }

    /// <summary>Every run, by id.</summary>
    public static async IAsyncEnumerable<RunRow> AllAsync(
        ITableReader reader, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var row in reader.QueryAsync(TableRange.Prefix(Partition, "r|"), cancellationToken).ConfigureAwait(false))
        {
            yield return Rows.Read(row, RowJson.Default.RunRow);
        }
    }

    /// <summary>A page of runs by id.</summary>
    internal static async Task<IReadOnlyList<RunRow>> PageAsync(ITableReader reader, string? after, int limit, CancellationToken cancellationToken)
    {
        var range = TableRange.Prefix(Partition, "r|", limit);
        return await reader.QueryAsync(string.IsNullOrEmpty(after) ? range : range with { From = Rows.After("r|" + after) }, cancellationToken)
            .Select(row => Rows.Read(row, RowJson.Default.RunRow)).ToListAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The unfinished run of the same arguments, or null.</summary>
    public async Task<RunRow?> UnfinishedAsync(string argumentsHash, CancellationToken cancellationToken) =>
        await tables.GetAsync(Partition, "a|" + argumentsHash, cancellationToken).ConfigureAwait(false) is { } row
        && await GetAsync(Rows.Read(row, RowJson.Default.String), cancellationToken).ConfigureAwait(false) is { Row.EndedAt: null } run
            ? run.Row : null;

    /// <summary>
    /// Pins the tenants, then makes the run known, unless one of the same arguments is unfinished or one of that id is
    /// known; the run does not exist before all of it is written.
    /// </summary>
    /// <returns>Whether it was made known.</returns>
    public async Task<bool> TryCreateAsync(RunRow run, string argumentsHash, IReadOnlyList<Tenant> tenants, CancellationToken cancellationToken)
    {
        // Under its ETag, so that of two callers who ask for the same at once one makes the run and the other finds it.
        var last = await tables.GetAsync(Partition, "a|" + argumentsHash, cancellationToken).ConfigureAwait(false);
        if (last is not null && await GetAsync(Rows.Read(last, RowJson.Default.String), cancellationToken).ConfigureAwait(false) is { Row.EndedAt: null })
        {
            return false;
        }

        await tables.WriteAllAsync(RunPartition(run.Id), tenants
            .Select(t => TableWrite.Upsert("t|" + t.Id, Rows.Version,
                Rows.Write(new RunTenantRow(t, WorkStatus.Pending, null), RowJson.Default.RunTenantRow))).ToList(), cancellationToken).ConfigureAwait(false);
        var id = Rows.Write(run.Id, RowJson.Default.String);
        try
        {
            await tables.WriteAsync(Partition,
            [
                TableWrite.Insert("r|" + run.Id, Rows.Version, Rows.Write(run, RowJson.Default.RunRow)),
                TableWrite.Upsert($"t|{TimeKey(run)}", Rows.Version, id),
                TableWrite.Upsert($"s|{run.Status}|{TimeKey(run)}", Rows.Version, id),
                last is null ? TableWrite.Insert("a|" + argumentsHash, Rows.Version, id)
                    : TableWrite.IfMatch("a|" + argumentsHash, Rows.Version, id, last.ETag),
            ], cancellationToken).ConfigureAwait(false);
            live?.RunChanged(run.Id);
            return true;
        }
        catch (TableConflictException)
        {
            return false;
        }
    }

    /// <summary>Changes a run's status and its place in the index in one write.</summary>
    public async Task SetStatusAsync(string run, WorkStatus status, DateTimeOffset? endedAt, CancellationToken cancellationToken) =>
        await SetStatusAsync(
            await GetAsync(run, cancellationToken).ConfigureAwait(false) ?? throw new KeyNotFoundException($"No run '{run}'."), status, endedAt, cancellationToken).ConfigureAwait(false);

    /// <summary>Changes the status of a run that was just read.</summary>
    internal async Task SetStatusAsync(Stored<RunRow> stored, WorkStatus status, DateTimeOffset? endedAt, CancellationToken cancellationToken)
    {
        for (; ; stored = await GetAsync(stored.Row.Id, cancellationToken).ConfigureAwait(false) ?? throw new KeyNotFoundException($"No run '{stored.Row.Id}'."))
        {
            if (stored.Row.Status == status || await TryMoveAsync(stored, stored.Row with { Status = status, EndedAt = endedAt }, [], cancellationToken).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    /// <summary>Notes whether an unfinished run is held; false if somebody changed the run at the same moment.</summary>
    internal Task<bool> TryHoldAsync(Stored<RunRow> stored, bool isHeld, CancellationToken cancellationToken) =>
        stored.Row.IsSuspended == isHeld ? Task.FromResult(true) : TryMoveAsync(stored, stored.Row with { IsSuspended = isHeld }, [], cancellationToken);

    /// <summary>Makes an ended run unfinished again, as its next attempt; null if somebody changed the run at the same moment.</summary>
    /// <exception cref="RunStateException">Another run of the same arguments is unfinished.</exception>
    internal async Task<RunRow?> TryReopenAsync(Stored<RunRow> stored, string argumentsHash, CancellationToken cancellationToken)
    {
        var key = "a|" + argumentsHash;
        var last = await tables.GetAsync(Partition, key, cancellationToken).ConfigureAwait(false);
        if (last is not null && await GetAsync(Rows.Read(last, RowJson.Default.String), cancellationToken).ConfigureAwait(false) is { Row: { EndedAt: null } other })
        {
            throw new RunStateException($"run '{other.Id}' of the same arguments is unfinished: wait for its end, or cancel it");
        }

        var next = stored.Row with { Status = WorkStatus.Pending, EndedAt = null, Attempt = stored.Row.Attempt + 1, IsSuspended = false };
        var id = Rows.Write(next.Id, RowJson.Default.String);
        var index = last is null ? TableWrite.Insert(key, Rows.Version, id) : TableWrite.IfMatch(key, Rows.Version, id, last.ETag);
        return await TryMoveAsync(stored, next, [index], cancellationToken).ConfigureAwait(false) ? next : null;
    }

    private async Task<bool> TryMoveAsync(Stored<RunRow> stored, RunRow next, IEnumerable<TableWrite> besides, CancellationToken cancellationToken)
    {
        var writes = new List<TableWrite>(besides) { TableWrite.IfMatch("r|" + next.Id, Rows.Version, Rows.Write(next, RowJson.Default.RunRow), stored.ETag) };
        if (next.Status != stored.Row.Status)
        {
            writes.Add(TableWrite.Delete($"s|{stored.Row.Status}|{TimeKey(next)}"));
            writes.Add(TableWrite.Upsert($"s|{next.Status}|{TimeKey(next)}", Rows.Version, Rows.Write(next.Id, RowJson.Default.String)));
        }

        try
        {
            await tables.WriteAsync(Partition, writes, cancellationToken).ConfigureAwait(false);
            live?.RunChanged(next.Id);
            return true;
        }
        catch (TableConflictException)
        {
            return false;
        }
    }

    /// <summary>Runs started before a time, newest of them first.</summary>
    /// <param name="before">The time.</param>
    /// <param name="after">The key of the last one of the page before; null for the first page.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    internal async Task<IReadOnlyList<(string Key, string Run)>> StartedBeforeAsync(
        DateTimeOffset before, string? after, int limit, CancellationToken cancellationToken)
    {
        var found = new List<(string, string)>();
        var from = after is null ? $"t|{Rows.NewestFirst(before.AddTicks(-1))}" : Rows.After(after);
        await foreach (var row in tables.QueryAsync(new(Partition, from, "t|\u007f", limit), cancellationToken).ConfigureAwait(false))
        {
            found.Add((row.Key, Rows.Read(row, RowJson.Default.String)));
        }

        return found;
    }

    /// <summary>Takes a run out of every list in one write; what it planned stays until it is removed in turn.</summary>
    internal async Task ForgetAsync(RunRow run, CancellationToken cancellationToken)
    {
        var writes = new List<TableWrite>
        {
            TableWrite.Delete("r|" + run.Id), TableWrite.Delete($"t|{TimeKey(run)}"), TableWrite.Delete($"s|{run.Status}|{TimeKey(run)}"),
        };
        var arguments = "a|" + RunStarter.HashOf(run.Arguments);
        if (await tables.GetAsync(Partition, arguments, cancellationToken).ConfigureAwait(false) is { } row && Rows.Read(row, RowJson.Default.String) == run.Id)
        {
            writes.Add(TableWrite.Delete(arguments, row.ETag));
        }

        await tables.WriteAsync(Partition, writes, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes a tenant out of what a run was asked for; a run that was asked for about nobody else is forgotten with all its rows.</summary>
    internal async Task ForgetTenantAsync(string run, string tenant, CancellationToken cancellationToken)
    {
        while (await GetAsync(run, cancellationToken).ConfigureAwait(false) is { } stored && stored.Row.Arguments.Tenants.Contains(tenant, StringComparer.Ordinal))
        {
            var arguments = stored.Row.Arguments with { Tenants = [.. stored.Row.Arguments.Tenants.Where(t => t != tenant)] };
            if (arguments.Tenants.Count == 0)
            {
                await ForgetAsync(stored.Row, cancellationToken).ConfigureAwait(false);
                return;
            }

            // What led to the run by its arguments leads nowhere else: the id alone stands there.
            var before = await tables.GetAsync(Partition, "a|" + RunStarter.HashOf(stored.Row.Arguments), cancellationToken).ConfigureAwait(false);
            TableWrite[] index = before is not null && Rows.Read(before, RowJson.Default.String) == run ? [TableWrite.Delete(before.Key, before.ETag)] : [];
            if (await TryMoveAsync(stored, stored.Row with { Arguments = arguments }, index, cancellationToken).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    /// <summary>The run's tenants by id.</summary>
    public static async Task<IReadOnlyList<RunTenantRow>> TenantsAsync(ITableReader reader, string run, CancellationToken cancellationToken)
    {
        var found = new List<RunTenantRow>();
        await foreach (var row in reader.QueryAsync(TableRange.Prefix(RunPartition(run), "t|"), cancellationToken).ConfigureAwait(false))
        {
            found.Add(Rows.Read(row, RowJson.Default.RunTenantRow));
        }

        return found;
    }

    /// <summary>One tenant of a run, as pinned; null: the run is not about it.</summary>
    internal static async Task<RunTenantRow?> TenantAsync(ITableReader reader, string run, string tenant, CancellationToken cancellationToken) =>
        await reader.GetAsync(RunPartition(run), "t|" + tenant, cancellationToken).ConfigureAwait(false) is { } row
            ? Rows.Read(row, RowJson.Default.RunTenantRow) : null;

    /// <summary>One tenant of the run, as pinned.</summary>
    public async Task<RunTenantRow> TenantAsync(string run, string tenant, CancellationToken cancellationToken)
    {
        var row = await TenantAsync(tables, run, tenant, cancellationToken).ConfigureAwait(false)
            ?? throw new KeyNotFoundException($"No tenant '{tenant}' in run '{run}'.");
        if (_pinned.Count >= MaxPinned)
        {
            _pinned.Clear();
        }

        _pinned[(run, tenant)] = row.Tenant;
        return row;
    }

    /// <summary>The settings of one tenant of the run: pinned at its start, so they are remembered.</summary>
    public async Task<Tenant> PinnedTenantAsync(string run, string tenant, CancellationToken cancellationToken) =>
        _pinned.TryGetValue((run, tenant), out var pinned) ? pinned : (await TenantAsync(run, tenant, cancellationToken).ConfigureAwait(false)).Tenant;

    /// <summary>The ids of the run's tenants, in ordinal order.</summary>
    /// <param name="run">The run.</param>
    /// <param name="after">After this one; null: from the first.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    public async Task<IReadOnlyList<string>> TenantIdsAsync(string run, string? after, int limit, CancellationToken cancellationToken)
    {
        var found = new List<string>();
        var range = TableRange.Prefix(RunPartition(run), "t|", limit);
        range = after is null ? range : range with { From = Rows.After($"t|{after}") };
        await foreach (var row in tables.QueryAsync(range, cancellationToken).ConfigureAwait(false))
        {
            found.Add(row.Key[2..]);
        }

        return found;
    }

    /// <summary>Writes a tenant's row.</summary>
    public async Task PutTenantAsync(string run, RunTenantRow row, CancellationToken cancellationToken)
    {
        await tables.WriteAsync(RunPartition(run),
            [TableWrite.Upsert("t|" + row.Tenant.Id, Rows.Version, Rows.Write(row, RowJson.Default.RunTenantRow))], cancellationToken).ConfigureAwait(false);
        live?.RunsChanged(row.Tenant.Id);
    }

    /// <summary>The run's tables, of one tenant or of all.</summary>
    public static async Task<IReadOnlyList<RunTableRow>> TablesAsync(
        ITableReader reader, string run, string? tenant, CancellationToken cancellationToken)
    {
        var found = new List<RunTableRow>();
        var prefix = tenant is null ? "w|" : $"w|{tenant}|";
        await foreach (var row in reader.QueryAsync(TableRange.Prefix(RunPartition(run), prefix), cancellationToken).ConfigureAwait(false))
        {
            found.Add(Rows.Read(row, RowJson.Default.RunTableRow));
        }

        return found;
    }

    /// <inheritdoc cref="TablesAsync(ITableReader, string, string?, CancellationToken)"/>
    public Task<IReadOnlyList<RunTableRow>> TablesAsync(string run, string? tenant, CancellationToken cancellationToken) =>
        TablesAsync(tables, run, tenant, cancellationToken);

    /// <summary>One table of the run, or null before its plan.</summary>
    public async Task<RunTableRow?> TableAsync(string run, string tenant, string table, CancellationToken cancellationToken) =>
        await tables.GetAsync(RunPartition(run), $"w|{tenant}|{TableLimits.Escape(table)}", cancellationToken).ConfigureAwait(false) is { } row
            ? Rows.Read(row, RowJson.Default.RunTableRow) : null;

    /// <summary>Writes a table's row.</summary>
    public async Task PutTableAsync(string run, RunTableRow row, CancellationToken cancellationToken)
    {
        await tables.WriteAsync(RunPartition(run),
            [TableWrite.Upsert($"w|{row.Tenant}|{TableLimits.Escape(row.Table)}", Rows.Version, Rows.Write(row, RowJson.Default.RunTableRow))], cancellationToken).ConfigureAwait(false);
        live?.RunsChanged(row.Tenant);
    }

    internal static string RunPartition(string run) => "run|" + run;

    private static string TimeKey(RunRow run) => $"{Rows.NewestFirst(run.StartedAt)}|{run.Id}";

    private static bool TableIsKey(string run) => run.Length is > 0 and < 200 && TableLimits.Escape(run) == run;
}
