using System.Collections.Concurrent;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Live;

/// <summary>A table of a tenant's part in a run.</summary>
/// <param name="Table">Its name.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Reason">Why it was stopped, failed or skipped.</param>
/// <param name="Chunks">Its chunks.</param>
/// <param name="Records">Its committed records.</param>
public sealed record TenantTable(string Table, WorkStatus Status, string? Reason, Tally Chunks, Ledger Records);

/// <summary>A tenant's part in a run, as its rows say it: without a new row it stays the same, whatever the clock says.</summary>
/// <param name="Run">The run.</param>
/// <param name="Status">Where the tenant's part stands.</param>
/// <param name="Reason">Why it failed.</param>
/// <param name="Tables">Its tables that have begun.</param>
/// <param name="At">When the last of it happened.</param>
public sealed record TenantRun(RunRow Run, WorkStatus Status, string? Reason, IReadOnlyList<TenantTable> Tables, DateTimeOffset At)
{
    /// <summary>How much of it is done: 0 to 1.</summary>
    public double Fraction => Status is WorkStatus.Completed or WorkStatus.Failed ? 1
        : Tables.Sum(t => t.Chunks.Total) is var total and > 0 ? Tables.Sum(t => t.Chunks.Completed + t.Chunks.Failed + t.Chunks.Deferred) / (double)total : 0;

    /// <summary>All committed records.</summary>
    public Ledger Records => Tables.Aggregate(Ledger.Empty, (sum, t) => sum + t.Records);
}

/// <summary>Reads what a group of runs tells: a tenant's part in its newest runs, their tables, and the newest one's chunks.</summary>
internal sealed class LiveRuns(ITableReader reader, ILiveDocuments documents)
{
    /// <summary>Runs told.</summary>
    public const int MaxRuns = 5;

    /// <summary>Chunks told.</summary>
    public const int MaxChunks = 1000;

    // Most runs are about all tenants; one that none of so many was about has no recent runs.
    private const int MaxSeen = 25;
    private const int MaxKept = 2000;

    // What has ended stays as it is until somebody tries it again, which is another attempt; whether a run is about a tenant is pinned.
    private readonly ConcurrentDictionary<(string Tenant, string Run, int Attempt), Part?> _ended = new();

    /// <summary>All entries: of each run, newest first, the run and its tables; at the end the newest one's chunks.</summary>
    public async Task<IReadOnlyList<LiveEntry>> AllAsync(string tenant, CancellationToken cancellationToken)
    {
        var entries = new List<LiveEntry>();
        IReadOnlyList<LiveEntry>? newest = null;
        var told = 0;
        foreach (var (_, run) in await RunStore.ListAsync(reader, null, MaxSeen, null, cancellationToken).ConfigureAwait(false))
        {
            if (await PartAsync(tenant, run, newest is null, cancellationToken).ConfigureAwait(false) is not { } part)
            {
                continue;
            }

            newest ??= part.Chunks!;
            entries.AddRange(part.Entries);
            if (++told == MaxRuns)
            {
                break;
            }
        }

        return [.. entries, .. newest ?? []];
    }

    private async Task<Part?> PartAsync(string tenant, RunRow run, bool isNewest, CancellationToken cancellationToken)
    {
        var key = (tenant, run.Id, run.Attempt);
        if (_ended.TryGetValue(key, out var kept) && (kept is null || (run.EndedAt is not null && (kept.Chunks is not null || !isNewest))))
        {
            return kept;
        }

        var part = await ReadAsync(tenant, run, isNewest, cancellationToken).ConfigureAwait(false);
        if (part is null || run.EndedAt is not null)
        {
            if (_ended.Count >= MaxKept)
            {
                _ended.Clear();
            }

            _ended[key] = part;
        }

        return part;
    }

    private async Task<Part?> ReadAsync(string tenant, RunRow run, bool isNewest, CancellationToken cancellationToken)
    {
        if (await RunStore.TenantAsync(reader, run.Id, tenant, cancellationToken).ConfigureAwait(false) is not { } row)
        {
            return null;
        }

        // A table that has ended says what came of its chunks; of one under way they are counted.
        var at = run.EndedAt ?? run.StartedAt;
        var sums = new Dictionary<string, (Tally Chunks, Ledger Records)>(StringComparer.Ordinal);
        var chunks = isNewest ? new List<LiveEntry>() : null;
        if (isNewest || run.EndedAt is null)
        {
            await foreach (var chunk in ChunkStore.ListAsync(reader, run.Id, tenant, null, cancellationToken).ConfigureAwait(false))
            {
                var (tally, records) = sums.GetValueOrDefault(chunk.Table, (new(0, 0, 0), Ledger.Empty));
                sums[chunk.Table] = (tally.With(chunk), records + chunk.Ledger);
                at = Later(at, Later(chunk.LastFetchedAt ?? at, chunk.EndedAt ?? at));
                if (chunks?.Count < MaxChunks)
                {
                    chunks.Add(LiveEntry.Of($"{run.Id}|{chunk.Table}|{chunk.Number}", documents.Chunk(chunk)));
                }
            }
        }

        var tables = (await RunStore.TablesAsync(reader, run.Id, tenant, cancellationToken).ConfigureAwait(false)).Select(t => Of(t, sums)).ToList();
        var part = new TenantRun(run, row.Status, row.Reason, tables, run.EndedAt ?? at);
        return new(
            [LiveEntry.Of(run.Id, documents.Run(part)), .. tables.Select(t => LiveEntry.Of($"{run.Id}|{t.Table}", documents.Table(t)))], chunks);
    }

    private static TenantTable Of(RunTableRow table, Dictionary<string, (Tally Chunks, Ledger Records)> sums)
    {
        var (chunks, records) = table.Status is WorkStatus.Pending or WorkStatus.Running && sums.TryGetValue(table.Table, out var sum) ? sum
            : (new Tally(table.Chunks, table.ChunksCompleted, table.ChunksFailed, table.Status is WorkStatus.Completed or WorkStatus.Failed ? table.Chunks - table.ChunksCompleted - table.ChunksFailed : 0), table.Ledger);
        return new(table.Table, table.Status, table.Reason, chunks, records);
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a < b ? b : a;

    private sealed record Part(IReadOnlyList<LiveEntry> Entries, IReadOnlyList<LiveEntry>? Chunks);
}
