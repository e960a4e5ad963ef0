using System.Text.Json.Serialization;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Ingestion.Runs;

/// <summary>How much of something there is, and how it went.</summary>
/// <param name="Total">All.</param>
/// <param name="Completed">Of them ended well.</param>
/// <param name="Failed">Of them failed.</param>
/// <param name="Deferred">Of them left for a later run; written where there are any.</param>
public sealed record Tally(int Total, int Completed, int Failed, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int Deferred = 0)
{
    /// <summary>With one more chunk.</summary>
    internal Tally With(ChunkRow chunk) => new(
        Total + 1, Completed + (chunk.Status == WorkStatus.Completed ? 1 : 0), Failed + (chunk.Status == WorkStatus.Failed ? 1 : 0), Deferred + (chunk.Status == WorkStatus.Deferred ? 1 : 0));
}

/// <summary>Vendor calls of a run or a table: what was planned against what was done.</summary>
/// <param name="Planned">What the chunks were planned to take.</param>
/// <param name="Made">Pages that were fetched and committed.</param>
/// <param name="Deferred">Of the planned ones left for a later run.</param>
/// <param name="DeferredUntil">When the vendor permits the last of those chunks its call; null: none was left.</param>
public sealed record CallTally(long Planned, long Made, long Deferred, DateTimeOffset? DeferredUntil)
{
    /// <summary>None yet.</summary>
    public static CallTally Empty { get; } = new(0, 0, 0, null);

    /// <summary>The sum of two.</summary>
    public static CallTally operator +(CallTally a, CallTally b) => new(
        a.Planned + b.Planned, a.Made + b.Made, a.Deferred + b.Deferred, a.DeferredUntil is null || b.DeferredUntil > a.DeferredUntil ? b.DeferredUntil : a.DeferredUntil);

    /// <summary>The sum of two.</summary>
    public static CallTally Add(CallTally left, CallTally right) => left + right;

    internal static CallTally Of(ChunkRow chunk) => chunk.Replayed is not null ? Empty : new(
        chunk.PlannedCalls, chunk.Page, chunk.Status == WorkStatus.Deferred ? Math.Max(0, chunk.PlannedCalls - chunk.Page) : 0,
        chunk.Status == WorkStatus.Deferred ? chunk.WaitingUntil : null);
}

/// <summary>A table in a report.</summary>
/// <param name="Table">Its name.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Reason">Why it was stopped, failed or skipped.</param>
/// <param name="Chunks">Its chunks.</param>
/// <param name="Records">Its committed records.</param>
/// <param name="Quarantined">The quarantined ones by the field that was wrong.</param>
/// <param name="Calls">Its calls.</param>
/// <param name="Holes">What it leaves unfetched, counted in chunks: those that failed or were left, and those that a backfill had no room for.</param>
public sealed record TableReport(
    string Table, WorkStatus Status, string? Reason, Tally Chunks, Ledger Records, IReadOnlyDictionary<string, long> Quarantined, CallTally Calls,
    int Holes);

/// <summary>A tenant in a report.</summary>
/// <param name="Tenant">Its id.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Reason">Why it failed.</param>
/// <param name="Tables">Its tables that have begun.</param>
public sealed record TenantReport(string Tenant, WorkStatus Status, string? Reason, IReadOnlyList<TableReport> Tables);

/// <summary>A run at a moment, counted from its rows.</summary>
/// <param name="Run">The run.</param>
/// <param name="Tenants">Its tenants by id.</param>
public sealed record RunReport(RunRow Run, IReadOnlyList<TenantReport> Tenants)
{
    private static readonly IReadOnlyDictionary<string, long> None = new Dictionary<string, long>();

    /// <summary>How the tenants are doing.</summary>
    public Tally TenantTally => new(Tenants.Count, Tenants.Count(t => t.Status == WorkStatus.Completed), Tenants.Count(t => t.Status == WorkStatus.Failed));

    /// <summary>How the chunks planned so far are doing.</summary>
    public Tally ChunkTally => AllTables.Aggregate(new Tally(0, 0, 0), (sum, t) =>
        new(sum.Total + t.Chunks.Total, sum.Completed + t.Chunks.Completed, sum.Failed + t.Chunks.Failed, sum.Deferred + t.Chunks.Deferred));

    /// <summary>All vendor calls.</summary>
    public CallTally Calls => AllTables.Aggregate(CallTally.Empty, (sum, t) => sum + t.Calls);

    /// <summary>All committed records.</summary>
    public Ledger Records => AllTables.Aggregate(Ledger.Empty, (sum, t) => sum + t.Records);

    /// <summary>How much of it is done: 0 to 1, weighing tenants alike.</summary>
    public double Fraction => Tenants.Count == 0 ? Run.EndedAt is null ? 0 : 1 : Tenants.Average(t =>
        t.Status is WorkStatus.Completed or WorkStatus.Failed ? 1
        : t.Tables.Sum(x => x.Chunks.Total) is var total and > 0 ? t.Tables.Sum(x => x.Chunks.Completed + x.Chunks.Failed + x.Chunks.Deferred) / (double)total : 0);

    /// <summary>What it leaves unfetched, counted in chunks.</summary>
    public int Holes => AllTables.Sum(t => t.Holes);

    private IEnumerable<TableReport> AllTables => Tenants.SelectMany(t => t.Tables);

    /// <summary>Reads the report of a run, or null if there is none of that id.</summary>
    public static async Task<RunReport?> ReadAsync(ITableReader reader, string id, CancellationToken cancellationToken)
    {
        if (await RunStore.GetAsync(reader, id, cancellationToken).ConfigureAwait(false) is not { } stored)
        {
            return null;
        }

        var sums = new Dictionary<(string Tenant, string Table), (Tally Chunks, Ledger Records, CallTally Calls)>();
        var reasons = new Dictionary<(string Tenant, string Table), SortedDictionary<string, long>>();
        await foreach (var chunk in ChunkStore.ListAsync(reader, id, null, null, cancellationToken).ConfigureAwait(false))
        {
            var (chunks, records, calls) = sums.GetValueOrDefault((chunk.Tenant, chunk.Table), (new(0, 0, 0), Ledger.Empty, CallTally.Empty));
            sums[(chunk.Tenant, chunk.Table)] = (chunks.With(chunk), records + chunk.Ledger, calls + CallTally.Of(chunk));
            foreach (var (field, count) in chunk.Reasons ?? None)
            {
                var counts = reasons.TryGetValue((chunk.Tenant, chunk.Table), out var known) ? known : reasons[(chunk.Tenant, chunk.Table)] = new(StringComparer.Ordinal);
                counts[field] = counts.GetValueOrDefault(field) + count;
            }
        }

        var tables = (await RunStore.TablesAsync(reader, id, null, cancellationToken).ConfigureAwait(false)).ToLookup(t => t.Tenant, StringComparer.Ordinal);
        var tenants = await RunStore.TenantsAsync(reader, id, cancellationToken).ConfigureAwait(false);
        var run = stored.Row;
        return new(run, [.. tenants.Select(t => new TenantReport(t.Tenant.Id, t.Status, t.Reason, [.. tables[t.Tenant.Id].Select(w =>
        {
            var (chunks, records, calls) = sums.GetValueOrDefault((w.Tenant, w.Table), (new(0, 0, 0), Ledger.Empty, CallTally.Empty));
            return new TableReport(w.Table, w.Status, w.Reason, chunks, records, reasons.TryGetValue((w.Tenant, w.Table), out var counts) ? counts : None, calls,
                run.Arguments.Replay is null ? chunks.Failed + chunks.Deferred + w.HolesLeft : 0);
        })]))]);
    }
}
