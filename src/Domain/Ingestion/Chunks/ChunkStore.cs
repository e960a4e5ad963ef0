using System.Collections.Concurrent;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Live;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Ingestion.Chunks;

/// <summary>Chunks and their pinned pages, by run, tenant and table.</summary>
public sealed class ChunkStore(ITableStore tables, ILiveSignals? live = null)
{
    private const int MaxRemembered = 10_000;

    // Pages that chunks are known to have committed: every run meets the stamps of those before it.
    private readonly ConcurrentDictionary<string, int> _committed = new(StringComparer.Ordinal);

    /// <summary>The chunk, or null.</summary>
    public async Task<Stored<ChunkRow>?> GetAsync(ChunkId id, CancellationToken cancellationToken) =>
        await tables.GetAsync(RunStore.RunPartition(id.Run), Key(id), cancellationToken).ConfigureAwait(false) is { } row
            ? new(Rows.Read(row, RowJson.Default.ChunkRow), row.ETag) : null;

    /// <summary>Chunks of a run in order of tenant, table and number.</summary>
    /// <param name="reader">Where to read.</param>
    /// <param name="run">The run.</param>
    /// <param name="tenant">Only this tenant's; null: all.</param>
    /// <param name="table">Only this table's; needs a tenant.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    public static async IAsyncEnumerable<ChunkRow> ListAsync(
        ITableReader reader, string run, string? tenant, string? table,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var row in reader.QueryAsync(TableRange.Prefix(RunStore.RunPartition(run), Prefix(tenant, table)), cancellationToken).ConfigureAwait(false))
        {
            yield return Rows.Read(row, RowJson.Default.ChunkRow);
        }
    }

    /// <summary>A page of the chunks of a run, in the same order.</summary>
    /// <param name="reader">Where to read.</param>
    /// <param name="run">The run.</param>
    /// <param name="tenant">Only this tenant's; null: all.</param>
    /// <param name="table">Only this table's; needs a tenant.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="after">The key of the last one of the page before; null for the first page.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    /// <exception cref="ArgumentException"><paramref name="after"/> is no key of such a list.</exception>
    public static async Task<IReadOnlyList<(string Key, ChunkRow Chunk)>> PageAsync(
        ITableReader reader, string run, string? tenant, string? table, int limit, string? after, CancellationToken cancellationToken)
    {
        var range = TableRange.Prefix(RunStore.RunPartition(run), Prefix(tenant, table), limit);
        if (after?.StartsWith(range.From, StringComparison.Ordinal) == false)
        {
            throw new ArgumentException("Not a key of such a list.", nameof(after));
        }

        var found = new List<(string, ChunkRow)>();
        await foreach (var row in reader.QueryAsync(after is null ? range : range with { From = Rows.After(after) }, cancellationToken).ConfigureAwait(false))
        {
            found.Add((row.Key, Rows.Read(row, RowJson.Default.ChunkRow)));
        }

        return found;
    }

    /// <inheritdoc cref="ListAsync(ITableReader, string, string?, string?, CancellationToken)"/>
    public IAsyncEnumerable<ChunkRow> ListAsync(string run, string? tenant, string? table, CancellationToken cancellationToken) =>
        ListAsync(tables, run, tenant, table, cancellationToken);

    /// <summary>Adds chunks; those that exist are left as they are, so that planning can be repeated.</summary>
    public async Task PlanAsync(IReadOnlyList<ChunkRow> chunks, CancellationToken cancellationToken)
    {
        foreach (var group in chunks.Chunk(TableLimits.MaxKeysPerGet))
        {
            var partition = RunStore.RunPartition(group[0].Run);
            await tables.InsertAbsentAsync(partition, [.. group
                .Select(c => TableWrite.Insert(Key(c.Id), Rows.Version, Rows.Write(c, RowJson.Default.ChunkRow)))], cancellationToken).ConfigureAwait(false);
            live?.RunsChanged(group[0].Tenant);
        }
    }

    /// <summary>Writes the chunk under its ETag.</summary>
    /// <exception cref="ChunkSupersededException">Another holder wrote it: stop.</exception>
    public async Task<Stored<ChunkRow>> SaveAsync(ChunkRow row, string etag, CancellationToken cancellationToken)
    {
        try
        {
            var etags = await tables.WriteAsync(RunStore.RunPartition(row.Run),
                [TableWrite.IfMatch(Key(row.Id), Rows.Version, Rows.Write(row, RowJson.Default.ChunkRow), etag)], cancellationToken).ConfigureAwait(false);
            Remember(row);
            live?.RunsChanged(row.Tenant);
            return new(row, etags[0]);
        }
        catch (TableConflictException exception)
        {
            throw new ChunkSupersededException(row.Id, exception);
        }
    }

    /// <summary>Checks that the chunk is still as this holder wrote it.</summary>
    /// <exception cref="ChunkSupersededException">Another holder wrote it: stop.</exception>
    public async Task CheckAsync(Stored<ChunkRow> held, CancellationToken cancellationToken)
    {
        if (await GetAsync(held.Row.Id, cancellationToken).ConfigureAwait(false) is not { } now || now.ETag != held.ETag)
        {
            throw new ChunkSupersededException(held.Row.Id, null);
        }
    }

    /// <summary>Whether a page is committed; a chunk that retention has removed was committed long ago.</summary>
    public async Task<bool> IsCommittedAsync(Stamp stamp, CancellationToken cancellationToken)
    {
        if (IsRemembered(stamp))
        {
            return true;
        }

        if (await FindAsync(stamp.Chunk, cancellationToken).ConfigureAwait(false) is not { } chunk)
        {
            return true;
        }

        Remember(chunk);
        return stamp.Page <= chunk.Page;
    }

    /// <summary>Those of some pages that are committed; chunks that are not known yet are read side by side, those of a run at once.</summary>
    public async ValueTask<IReadOnlySet<Stamp>> CommittedAsync(IReadOnlyCollection<Stamp> pages, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pages);
        var open = pages.Where(p => !IsRemembered(p)).ToHashSet();
        var found = new Dictionary<string, int>(StringComparer.Ordinal);
        var runs = open.Select(p => p.Chunk).Distinct(StringComparer.Ordinal).GroupBy(RunOf, StringComparer.Ordinal);
        foreach (var rows in await Task.WhenAll(runs.Select(run => tables.GetAllAsync(RunStore.RunPartition(run.Key), run.Select(KeyOf), cancellationToken))).ConfigureAwait(false))
        {
            foreach (var chunk in rows.Values.Select(r => Rows.Read(r, RowJson.Default.ChunkRow)))
            {
                Remember(chunk);
                found[chunk.Id.ToString()] = chunk.Page;
            }
        }

        // A chunk that retention has removed was committed long ago.
        return pages.Where(p => !open.Contains(p) || !found.TryGetValue(p.Chunk, out var page) || p.Page <= page).ToHashSet();
    }

    /// <summary>The chunk of the id in a stamp; null if it is gone.</summary>
    internal async Task<ChunkRow?> FindAsync(string chunk, CancellationToken cancellationToken)
    {
        var row = await tables.GetAsync(RunStore.RunPartition(RunOf(chunk)), KeyOf(chunk), cancellationToken).ConfigureAwait(false);
        return row is null ? null : Rows.Read(row, RowJson.Default.ChunkRow);
    }

    /// <summary>A pinned page, or null.</summary>
    public static async Task<PageRow?> PageAsync(ITableReader reader, ChunkId id, int page, CancellationToken cancellationToken) =>
        await reader.GetAsync(PagePartition(id), "p|" + Rows.Number(page), cancellationToken).ConfigureAwait(false) is { } row
            ? Rows.Read(row, RowJson.Default.PageRow) : null;

    /// <inheritdoc cref="PageAsync(ITableReader, ChunkId, int, CancellationToken)"/>
    public Task<PageRow?> PageAsync(ChunkId id, int page, CancellationToken cancellationToken) => PageAsync(tables, id, page, cancellationToken);

    /// <summary>Pins a page unless it is pinned; returns what is pinned.</summary>
    public async Task<PageRow> PinAsync(ChunkId id, int page, PageRow row, CancellationToken cancellationToken)
    {
        try
        {
            await tables.WriteAsync(PagePartition(id),
                [TableWrite.Insert("p|" + Rows.Number(page), Rows.Version, Rows.Write(row, RowJson.Default.PageRow))], cancellationToken).ConfigureAwait(false);
            return row;
        }
        catch (TableConflictException)
        {
            return await PageAsync(id, page, cancellationToken).ConfigureAwait(false)
                ?? throw new InvalidDataException($"Page {page} of {id} was pinned and is gone.");
        }
    }

    // What is committed stays so.
    private bool IsRemembered(Stamp stamp) => _committed.TryGetValue(stamp.Chunk, out var pages) && stamp.Page <= pages;

    private void Remember(ChunkRow chunk)
    {
        if (_committed.Count >= MaxRemembered)
        {
            _committed.Clear();
        }

        _committed[chunk.Id.ToString()] = chunk.Page;
    }

    private static string RunOf(string chunk) => chunk[..chunk.IndexOf('|', StringComparison.Ordinal)];

    private static string KeyOf(string chunk) => "c" + chunk[chunk.IndexOf('|', StringComparison.Ordinal)..];

    private static string Prefix(string? tenant, string? table) =>
        tenant is null ? "c|" : table is null ? $"c|{TableLimits.Escape(tenant)}|" : $"c|{TableLimits.Escape(tenant)}|{TableLimits.Escape(table)}|";

    internal static string Key(ChunkId id) => $"c|{id.Tenant}|{TableLimits.Escape(id.Table)}|{Rows.Number(id.Number)}";

    internal static string PagePartition(ChunkId id) => $"pages|{id}";

    /// <summary>What the partitions of pages of a tenant in a run begin with.</summary>
    internal static string PagesOf(string run, string tenant) => $"pages|{run}|{tenant}|";
}

/// <summary>Another holder has taken a chunk over; this one must not write any more.</summary>
public sealed class ChunkSupersededException(ChunkId chunk, Exception? inner) : Exception($"Chunk {chunk} has another holder.", inner);
