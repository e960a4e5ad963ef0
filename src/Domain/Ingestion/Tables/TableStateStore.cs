using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Ingestion.Tables;

/// <summary>Claims, watermarks and coverage of each tenant's tables.</summary>
public sealed class TableStateStore(ITableStore tables)
{
    private const string ClaimKey = "claim";
    private const string WatermarkKey = "watermark";

    /// <summary>The watermark, or null before the first finished run.</summary>
    public static async Task<Stored<Watermark>?> WatermarkAsync(ITableReader reader, string tenant, string table, CancellationToken cancellationToken) =>
        await reader.GetAsync(Partition(tenant, table), WatermarkKey, cancellationToken).ConfigureAwait(false) is { } row
            ? new(Rows.Read(row, RowJson.Default.Watermark), row.ETag) : null;

    /// <inheritdoc cref="WatermarkAsync(ITableReader, string, string, CancellationToken)"/>
    public Task<Stored<Watermark>?> WatermarkAsync(string tenant, string table, CancellationToken cancellationToken) =>
        WatermarkAsync(tables, tenant, table, cancellationToken);

    /// <summary>Moves the watermark forward under its ETag; never back.</summary>
    /// <exception cref="TableConflictException">Somebody else moved it.</exception>
    public Task MoveWatermarkAsync(
        string tenant, string table, Watermark next, Stored<Watermark>? current, CancellationToken cancellationToken)
    {
        if (current is not null && next.At < current.Row.At)
        {
            throw new InvalidOperationException($"The watermark of {tenant} {table} would go back from {current.Row.At:O} to {next.At:O}.");
        }

        var data = Rows.Write(next, RowJson.Default.Watermark);
        return tables.WriteAsync(Partition(tenant, table),
            [current is null ? TableWrite.Insert(WatermarkKey, Rows.Version, data) : TableWrite.IfMatch(WatermarkKey, Rows.Version, data, current.ETag)],
            cancellationToken);
    }

    /// <summary>The claim, or null if no run is at the table.</summary>
    public async Task<Stored<Claim>?> ClaimAsync(string tenant, string table, CancellationToken cancellationToken) =>
        await tables.GetAsync(Partition(tenant, table), ClaimKey, cancellationToken).ConfigureAwait(false) is { } row
            ? new(Rows.Read(row, RowJson.Default.Claim), row.ETag) : null;

    /// <summary>Claims the table for a run; a claim given must still be there and is taken over.</summary>
    /// <exception cref="TableConflictException">Another run was quicker.</exception>
    public Task TakeClaimAsync(string tenant, string table, string run, Stored<Claim>? from, CancellationToken cancellationToken)
    {
        var data = Rows.Write(new Claim(run), RowJson.Default.Claim);
        return tables.WriteAsync(Partition(tenant, table),
            [from is null ? TableWrite.Insert(ClaimKey, Rows.Version, data) : TableWrite.IfMatch(ClaimKey, Rows.Version, data, from.ETag)],
            cancellationToken);
    }

    /// <summary>Gives a run's claim back; another run's is left alone.</summary>
    public async Task ReleaseClaimAsync(string tenant, string table, string run, CancellationToken cancellationToken)
    {
        if (await ClaimAsync(tenant, table, cancellationToken).ConfigureAwait(false) is { } claim && claim.Row.Run == run)
        {
            try
            {
                await tables.WriteAsync(Partition(tenant, table), [TableWrite.Delete(ClaimKey, claim.ETag)], cancellationToken).ConfigureAwait(false);
            }
            catch (TableConflictException)
            {
                // Taken over in between: it is not this run's any more, which is what was wanted.
            }
        }
    }

    /// <summary>Records what the completed ones of a table's chunks cover, none of which is of a replay; idempotent.</summary>
    public Task CoverAsync(string tenant, string table, IEnumerable<ChunkRow> chunks, CancellationToken cancellationToken) => tables.WriteAllAsync(
        Partition(tenant, table),
        [.. chunks.Where(c => c is { Status: WorkStatus.Completed, Replayed: null }).Select(c => TableWrite.Upsert(CoverageKey(c), Rows.Version, Rows.Write(CoverageOf(c), RowJson.Default.Coverage)))],
        cancellationToken);

    /// <summary>Forgets what a chunk covers; one that covered nothing is fine.</summary>
    internal Task UncoverAsync(ChunkRow chunk, CancellationToken cancellationToken) =>
        tables.WriteAsync(Partition(chunk.Tenant, chunk.Table), [TableWrite.Delete(CoverageKey(chunk))], cancellationToken);

    /// <summary>Whether a finished chunk's coverage is recorded.</summary>
    public static async Task<bool> IsCoveredAsync(ITableReader tables, ChunkRow chunk, CancellationToken cancellationToken) =>
        await tables.GetAsync(Partition(chunk.Tenant, chunk.Table), CoverageKey(chunk), cancellationToken).ConfigureAwait(false) is not null;

    /// <summary>What was fetched of a tenant's table, by start.</summary>
    public static async IAsyncEnumerable<Coverage> CoverageAsync(
        ITableReader reader, string tenant, string table, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var row in reader.QueryAsync(TableRange.Prefix(Partition(tenant, table), "c|"), cancellationToken).ConfigureAwait(false))
        {
            yield return Rows.Read(row, RowJson.Default.Coverage);
        }
    }

    private static Coverage CoverageOf(ChunkRow chunk) => new(
        chunk.Symbols, chunk.From, chunk.FetchedAt is { } fetched && fetched < chunk.To ? fetched : chunk.To, chunk.Window, chunk.Id.ToString());

    private static string CoverageKey(ChunkRow chunk) => $"c|{chunk.From.UtcTicks:D19}|{chunk.Id}";

    private static string Partition(string tenant, string table) => $"table|{tenant}|{TableLimits.Escape(table)}";
}
