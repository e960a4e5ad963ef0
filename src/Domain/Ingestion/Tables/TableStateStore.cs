using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Ingestion.Tables;

/// <summary>Claims, watermarks and coverage of each tenant's tables.</summary>
public sealed class TableStateStore(ITableStore tables)
{
    private const string ClaimKey = "claim";
    private const string WantedKey = "wanted";
    private const string BackfillKey = "backfill";
    private const string LongestKey = "longest";
    private const string SpanPrefix = "c|";
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

    /// <summary>The run whose backfill has chunks here, whether it has the claim or has given it away for a while; null: none.</summary>
    internal Task<Claim?> BackfillAsync(string tenant, string table, CancellationToken cancellationToken) => NamedAsync(tenant, table, BackfillKey, cancellationToken);

    /// <summary>The run that waits for a backfill to give the claim away; null: none.</summary>
    internal Task<Claim?> WantedAsync(string tenant, string table, CancellationToken cancellationToken) => NamedAsync(tenant, table, WantedKey, cancellationToken);

    /// <summary>Notes that a run's backfill has chunks here.</summary>
    internal Task PutBackfillAsync(string tenant, string table, string run, CancellationToken cancellationToken) => PutNameAsync(tenant, table, BackfillKey, run, cancellationToken);

    /// <summary>Notes that a run waits for a backfill to give the claim away.</summary>
    internal Task PutWantedAsync(string tenant, string table, string run, CancellationToken cancellationToken) => PutNameAsync(tenant, table, WantedKey, run, cancellationToken);

    /// <summary>Gives a run's claim back, and whatever else names it; another run's is left alone.</summary>
    public Task ReleaseClaimAsync(string tenant, string table, string run, CancellationToken cancellationToken) =>
        ReleaseAsync(tenant, table, run, [ClaimKey, WantedKey, BackfillKey], cancellationToken);

    /// <summary>Gives a backfill's claim away for a while.</summary>
    internal Task YieldClaimAsync(string tenant, string table, string run, CancellationToken cancellationToken) =>
        ReleaseAsync(tenant, table, run, [ClaimKey], cancellationToken);

    /// <summary>Records what came of a table's chunks, but for those of a replay; idempotent. A chunk tried again replaces what it left.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="table">The table.</param>
    /// <param name="chunks">Chunks that have ended; others are passed over.</param>
    /// <param name="isExplicit">Whether their run did not go on from the watermark.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task CoverAsync(string tenant, string table, IEnumerable<ChunkRow> chunks, bool isExplicit, CancellationToken cancellationToken)
    {
        var rows = chunks.Where(c => c is { HasEnded: true, Replayed: null }).Select(c => (Key: CoverageKey(c), Row: Coverage.Of(c, isExplicit)!)).ToList();
        if (rows.Count == 0)
        {
            return;
        }

        await WidenAsync(tenant, table, rows.Max(r => r.Row.To - r.Row.From), cancellationToken).ConfigureAwait(false);
        await tables.WriteAllAsync(
            Partition(tenant, table), rows.ConvertAll(r => TableWrite.Upsert(r.Key, Rows.Version, Rows.Write(r.Row, RowJson.Default.Coverage))), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Forgets what came of a chunk; one of which nothing is recorded is fine.</summary>
    internal Task UncoverAsync(ChunkRow chunk, CancellationToken cancellationToken) =>
        tables.WriteAsync(Partition(chunk.Tenant, chunk.Table), [TableWrite.Delete(CoverageKey(chunk))], cancellationToken);

    /// <summary>What is recorded of an ended chunk; null: nothing.</summary>
    public static async Task<Coverage?> RecordedAsync(ITableReader reader, ChunkRow chunk, CancellationToken cancellationToken) =>
        await reader.GetAsync(Partition(chunk.Tenant, chunk.Table), CoverageKey(chunk), cancellationToken).ConfigureAwait(false) is { } row
            ? Rows.Read(row, RowJson.Default.Coverage) : null;

    /// <summary>What came of a tenant's table, by start; one range, that of the window and the longest span before it.</summary>
    /// <param name="reader">Where to read.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="table">The table.</param>
    /// <param name="from">Leaves out some of what ends before it; null: nothing.</param>
    /// <param name="before">Only what starts before it; null: all.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    public static async IAsyncEnumerable<Coverage> CoverageAsync(
        ITableReader reader, string tenant, string table, DateTimeOffset? from, DateTimeOffset? before,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var range = TableRange.Prefix(Partition(tenant, table), SpanPrefix);
        range = before is { } end ? range with { To = $"{SpanPrefix}{end.UtcTicks:D19}" } : range;
        if (from is { } start && await reader.GetAsync(Partition(tenant, table), LongestKey, cancellationToken).ConfigureAwait(false) is { } row)
        {
            var longest = Rows.Read(row, RowJson.Default.LongestSpan).Span;
            range = range with { From = $"{SpanPrefix}{Math.Max(0, start.UtcTicks - longest.Ticks):D19}" };
        }

        await foreach (var found in reader.QueryAsync(range, cancellationToken).ConfigureAwait(false))
        {
            yield return Rows.Read(found, RowJson.Default.Coverage);
        }
    }

    /// <summary>The runs that are at a table, or say so.</summary>
    internal static async Task<IReadOnlyList<string>> RunsAtAsync(ITableReader reader, string tenant, string table, CancellationToken cancellationToken)
    {
        var rows = await reader.GetManyAsync(Partition(tenant, table), [ClaimKey, BackfillKey], cancellationToken).ConfigureAwait(false);
        return [.. rows.Select(r => Rows.Read(r, RowJson.Default.Claim).Run).Distinct(StringComparer.Ordinal)];
    }

    // Before the spans themselves, so that none is longer than what is noted. The first note looks at what is there.
    private async Task WidenAsync(string tenant, string table, TimeSpan span, CancellationToken cancellationToken)
    {
        while (true)
        {
            var row = await tables.GetAsync(Partition(tenant, table), LongestKey, cancellationToken).ConfigureAwait(false);
            if (row is not null && Rows.Read(row, RowJson.Default.LongestSpan).Span >= span)
            {
                return;
            }

            var known = row is not null ? TimeSpan.Zero : await CoverageAsync(tables, tenant, table, null, null, cancellationToken)
                .Select(c => c.To - c.From).DefaultIfEmpty(TimeSpan.Zero).MaxAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
            var data = Rows.Write(new LongestSpan(known > span ? known : span), RowJson.Default.LongestSpan);
            try
            {
                await tables.WriteAsync(
                    Partition(tenant, table),
                    [row is null ? TableWrite.Insert(LongestKey, Rows.Version, data) : TableWrite.IfMatch(LongestKey, Rows.Version, data, row.ETag)],
                    cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (TableConflictException)
            {
                // Another run noted its own in between: read again.
            }
        }
    }

    private async Task<Claim?> NamedAsync(string tenant, string table, string key, CancellationToken cancellationToken) =>
        await tables.GetAsync(Partition(tenant, table), key, cancellationToken).ConfigureAwait(false) is { } row ? Rows.Read(row, RowJson.Default.Claim) : null;

    private async Task PutNameAsync(string tenant, string table, string key, string run, CancellationToken cancellationToken) =>
        await tables.WriteAsync(Partition(tenant, table), [TableWrite.Upsert(key, Rows.Version, Rows.Write(new Claim(run), RowJson.Default.Claim))], cancellationToken).ConfigureAwait(false);

    private async Task ReleaseAsync(string tenant, string table, string run, string[] keys, CancellationToken cancellationToken)
    {
        foreach (var row in await tables.GetManyAsync(Partition(tenant, table), keys, cancellationToken).ConfigureAwait(false))
        {
            if (Rows.Read(row, RowJson.Default.Claim).Run != run)
            {
                continue;
            }

            try
            {
                await tables.WriteAsync(Partition(tenant, table), [TableWrite.Delete(row.Key, row.ETag)], cancellationToken).ConfigureAwait(false);
            }
            catch (TableConflictException)
            {
                // Taken over in between: it is not this run's any more, which is what was wanted.
            }
        }
    }

    private static string CoverageKey(ChunkRow chunk) => $"{SpanPrefix}{chunk.From.UtcTicks:D19}|{chunk.Id}";

    private static string Partition(string tenant, string table) => $"table|{tenant}|{TableLimits.Escape(table)}";
}
