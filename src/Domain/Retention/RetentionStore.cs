using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;

namespace Sentiment.Domain.Retention;

/// <summary>A tenant that has, or had, data; one that left the tenants file keeps its last settings.</summary>
/// <param name="Tenant">Its id.</param>
/// <param name="Kept">Its days, every number set.</param>
/// <param name="Since">A day before which nothing of it was fetched.</param>
internal sealed record RetainedTenant(string Tenant, TenantRetention Kept, string Since);

/// <summary>
/// Days before which a tenant's data are removed or being removed. They are written before anything is removed and only
/// move forward, so that a recount knows what may be missing.
/// </summary>
/// <param name="Items">Items, by publication.</param>
/// <param name="Bars">Bars.</param>
/// <param name="Quarantine">Invalid records, by fetch.</param>
/// <param name="Bodies">Vendors' answers, by fetch.</param>
/// <param name="BodiesDone">Bodies of earlier days are gone.</param>
internal sealed record RetentionMarks(string? Items = null, string? Bars = null, string? Quarantine = null, string? Bodies = null, string? BodiesDone = null);

/// <summary>Runs started before a time may be removed.</summary>
/// <param name="Before">The time; it only moves forward.</param>
internal sealed record RunsMark(DateTimeOffset Before);

/// <summary>What retention must know from day to day: tenants, how far it has come, runs that it is removing.</summary>
internal sealed class RetentionStore(ITableStore tables)
{
    private const string Partition = "retention";
    private const string RunsKey = "runs";

    /// <summary>Makes tenants known with their days; a run does it before it can write anything of theirs.</summary>
    public async Task RegisterAsync(IReadOnlyList<Tenant> tenants, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // An answer may come from a cache: nothing older than a day is taken for fresh.
        var since = Rows.Day(now.AddDays(-1));
        var known = await tables.GetAllAsync(Partition, tenants.Select(t => TenantKey(t.Id)), cancellationToken).ConfigureAwait(false);
        var writes = new List<TableWrite>();
        foreach (var tenant in tenants)
        {
            var standing = known.TryGetValue(TenantKey(tenant.Id), out var row) ? Rows.Read(row, RowJson.Default.RetainedTenant) : null;
            var wanted = new RetainedTenant(tenant.Id, tenant.Retention!, standing?.Since ?? since);
            if (wanted != standing)
            {
                writes.Add(TableWrite.Upsert(TenantKey(tenant.Id), Rows.Version, Rows.Write(wanted, RowJson.Default.RetainedTenant)));
            }
        }

        await tables.WriteAllAsync(Partition, writes, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A known tenant, or null.</summary>
    public async Task<RetainedTenant?> TenantAsync(string tenant, CancellationToken cancellationToken) =>
        await tables.GetAsync(Partition, TenantKey(tenant), cancellationToken).ConfigureAwait(false) is { } row
            ? Rows.Read(row, RowJson.Default.RetainedTenant) : null;

    /// <summary>Known tenants by id, after the given one.</summary>
    public async Task<IReadOnlyList<string>> TenantsAsync(string? after, int limit, CancellationToken cancellationToken)
    {
        var range = TableRange.Prefix(Partition, "t|", limit);
        var found = new List<string>();
        await foreach (var row in tables.QueryAsync(after is null ? range : range with { From = Rows.After(TenantKey(after)) }, cancellationToken).ConfigureAwait(false))
        {
            found.Add(row.Key[2..]);
        }

        return found;
    }

    /// <summary>How far a tenant's data are removed.</summary>
    public static async Task<RetentionMarks> MarksAsync(ITableReader reader, string tenant, CancellationToken cancellationToken) =>
        await reader.GetAsync(Partition, MarksKey(tenant), cancellationToken).ConfigureAwait(false) is { } row
            ? Rows.Read(row, RowJson.Default.RetentionMarks) : new();

    /// <summary>Moves a tenant's marks on; returns them as they then are.</summary>
    public async Task<RetentionMarks> MoveAsync(string tenant, Func<RetentionMarks, RetentionMarks> move, CancellationToken cancellationToken)
    {
        while (true)
        {
            var row = await tables.GetAsync(Partition, MarksKey(tenant), cancellationToken).ConfigureAwait(false);
            var current = row is null ? new() : Rows.Read(row, RowJson.Default.RetentionMarks);
            var next = move(current);
            if (next == current)
            {
                return current;
            }

            try
            {
                var data = Rows.Write(next, RowJson.Default.RetentionMarks);
                await tables.WriteAsync(Partition, [row is null ? TableWrite.Insert(MarksKey(tenant), Rows.Version, data)
                    : TableWrite.IfMatch(MarksKey(tenant), Rows.Version, data, row.ETag)], cancellationToken).ConfigureAwait(false);
                return next;
            }
            catch (TableConflictException)
            {
                // Moved by an overtaken try in between: read again.
            }
        }
    }

    /// <summary>The time before which started runs may be removed; null before the first removal.</summary>
    public static async Task<DateTimeOffset?> RunsBeforeAsync(ITableReader reader, CancellationToken cancellationToken) =>
        await reader.GetAsync(Partition, RunsKey, cancellationToken).ConfigureAwait(false) is { } row
            ? Rows.Read(row, RowJson.Default.RunsMark).Before : null;

    /// <summary>Says that runs started before a time may be removed from now on.</summary>
    public async Task MoveRunsAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        if (!(await RunsBeforeAsync(tables, cancellationToken).ConfigureAwait(false) >= before))
        {
            await tables.WriteAsync(Partition,
                [TableWrite.Upsert(RunsKey, Rows.Version, Rows.Write(new RunsMark(before), RowJson.Default.RunsMark))], cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Notes that a run is being removed, so that a crash does not leave its other rows behind.</summary>
    public Task BeginRemovalAsync(string run, CancellationToken cancellationToken) =>
        tables.WriteAsync(Partition, [TableWrite.Upsert(RemovalKey(run), Rows.Version, Rows.Write(run, RowJson.Default.String))], cancellationToken);

    /// <summary>Notes that nothing is left of a run.</summary>
    public Task EndRemovalAsync(string run, CancellationToken cancellationToken) =>
        tables.WriteAsync(Partition, [TableWrite.Delete(RemovalKey(run))], cancellationToken);

    /// <summary>Runs whose removal has begun.</summary>
    public async Task<IReadOnlyList<string>> RemovalsAsync(int limit, CancellationToken cancellationToken)
    {
        var found = new List<string>();
        await foreach (var row in tables.QueryAsync(TableRange.Prefix(Partition, "x|", limit), cancellationToken).ConfigureAwait(false))
        {
            found.Add(row.Key[2..]);
        }

        return found;
    }

    private static string TenantKey(string tenant) => "t|" + tenant;

    private static string MarksKey(string tenant) => "w|" + tenant;

    private static string RemovalKey(string run) => "x|" + run;
}
