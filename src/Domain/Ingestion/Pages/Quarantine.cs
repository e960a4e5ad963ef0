using System.Security.Cryptography;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Retention;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Ingestion.Pages;

/// <summary>A record that is not valid, kept with the reason.</summary>
/// <param name="Key">The vendor's id, or <c>raw:</c> and the hash of the record's bytes.</param>
/// <param name="Reason">What is wrong: names the field and what was expected.</param>
/// <param name="Raw">Up to 16 KiB of the record, base64 when written; the whole of it is in the page's body.</param>
/// <param name="At">When it was fetched.</param>
/// <param name="Chunk">The chunk that met it first.</param>
/// <param name="Page">The page of that chunk.</param>
/// <param name="AcceptedBy">The chunk whose replay found it valid and stored it; null: it is open.</param>
public sealed record QuarantinedRecord(
    string Key, string Reason, ReadOnlyMemory<byte> Raw, DateTimeOffset At, string Chunk, int Page, string? AcceptedBy = null) : IStamped
{
    internal const int MaxRaw = 16 * 1024;

    /// <summary>The field that was wrong: what a reason names before its colon.</summary>
    public static string FieldOf(string reason) => reason[..Math.Max(0, reason.IndexOf(':', StringComparison.Ordinal))];

    /// <summary>What a record is known by in quarantine: the vendor's id, or a hash of its bytes where it has none.</summary>
    public static string KeyOf(SourceRecord record) =>
        string.IsNullOrEmpty(record.SourceId)
            ? RawKeyOf(record)
            : "id:" + record.SourceId;

    /// <summary>Every key under which a record may stand: one that had no readable id may have one by now.</summary>
    internal static IEnumerable<string> KeysOf(SourceRecord record) => [KeyOf(record), RawKeyOf(record)];

    private static string RawKeyOf(SourceRecord record) => "raw:" + Convert.ToHexStringLower(SHA256.HashData(record.Raw.Span));
}

/// <summary>Invalid records of each tenant's table, each once.</summary>
internal sealed class QuarantineStore(ITableStore tables)
{
    /// <summary>Puts records away that are not there yet; returns those that stand under the stamp, by the field that was wrong.</summary>
    public async Task<IReadOnlyDictionary<string, long>> InsertAsync(
        string tenant, string table, IReadOnlyDictionary<string, (SourceRecord Record, string Reason)> invalid, DateTimeOffset at,
        Stamp stamp, AbandonedPages abandoned, CancellationToken cancellationToken)
    {
        var partition = Partition(tenant, table);
        var writes = invalid.ToDictionary(i => TableLimits.Escape(i.Key), i => Rows.Write(
            new QuarantinedRecord(i.Key, i.Value.Reason, Head(i.Value.Record.Raw), at, stamp.Chunk, stamp.Page), RowJson.Default.QuarantinedRecord),
            StringComparer.Ordinal);

        // What a vendor once got wrong comes again with every overlap: look first, insert what is absent.
        var standing = await tables.GetAllAsync(partition, writes.Keys, cancellationToken).ConfigureAwait(false);
        var inserts = writes.Where(w => !standing.ContainsKey(w.Key)).Select(w => TableWrite.Insert(w.Key, Rows.Version, w.Value)).ToList();
        foreach (var (key, row) in await tables.InsertAbsentAsync(partition, inserts, cancellationToken).ConfigureAwait(false))
        {
            standing[key] = row;
        }

        var own = writes.Keys.Except(standing.Keys, StringComparer.Ordinal).ToList();
        foreach (var row in standing.Values)
        {
            var record = Rows.Read(row, RowJson.Default.QuarantinedRecord);
            if (stamp.IsOn(record))
            {
                own.Add(row.Key);
            }
            else if (await abandoned.HoldAsync(record, cancellationToken).ConfigureAwait(false))
            {
                await tables.WriteAsync(partition, [TableWrite.IfMatch(row.Key, Rows.Version, writes[row.Key], row.ETag)], cancellationToken).ConfigureAwait(false);
                own.Add(row.Key);
            }
        }

        // After the records, for only now is it known which of them are this page's.
        var place = Rows.Write(stamp.Chunk, RowJson.Default.String);
        await tables.InsertAbsentAsync(TimePartition(tenant), [.. own.Select(k =>
            TableWrite.Insert($"{Rows.Day(at)}|{TableLimits.Escape(table)}|{k}", Rows.Version, place))], cancellationToken).ConfigureAwait(false);
        return invalid.Where(i => own.Contains(TableLimits.Escape(i.Key), StringComparer.Ordinal))
            .CountBy(i => QuarantinedRecord.FieldOf(i.Value.Reason)).ToDictionary(c => c.Key, c => (long)c.Value, StringComparer.Ordinal);
    }

    /// <summary>Those of a page's records that stand in quarantine, accepted since or not, by any of their keys.</summary>
    public async Task<Dictionary<string, TableRow>> FindAsync(
        string tenant, string table, IEnumerable<SourceRecord> records, CancellationToken cancellationToken) =>
        await tables.GetAllAsync(
            Partition(tenant, table), records.SelectMany(QuarantinedRecord.KeysOf).Select(TableLimits.Escape).Distinct(StringComparer.Ordinal), cancellationToken).ConfigureAwait(false);

    /// <summary>Notes of open records that a replay stored them.</summary>
    public async Task AcceptAsync(string tenant, string table, IEnumerable<TableRow> rows, string chunk, CancellationToken cancellationToken)
    {
        var partition = Partition(tenant, table);
        for (var open = rows.ToList(); open.Count > 0;)
        {
            try
            {
                await tables.WriteAllAsync(partition, [.. open.Select(r => (Row: r, Record: Rows.Read(r, RowJson.Default.QuarantinedRecord)))
                    .Where(r => r.Record.AcceptedBy is null)
                    .Select(r => TableWrite.IfMatch(r.Row.Key, Rows.Version, Rows.Write(r.Record with { AcceptedBy = chunk }, RowJson.Default.QuarantinedRecord), r.Row.ETag))],
                    cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (TableConflictException)
            {
                // Retention removed some in between, or an earlier batch is through already.
                open = [.. (await tables.GetAllAsync(partition, open.Select(r => r.Key), cancellationToken).ConfigureAwait(false)).Values];
            }
        }
    }

    /// <summary>Open records of a tenant's table, by key.</summary>
    public async IAsyncEnumerable<QuarantinedRecord> OpenAsync(
        string tenant, string table, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var row in tables.QueryAsync(new(Partition(tenant, table)), cancellationToken).ConfigureAwait(false))
        {
            if (RemovedRecords.ChunkOf(row.Key) is null && Rows.Read(row, RowJson.Default.QuarantinedRecord) is { AcceptedBy: null } record)
            {
                yield return record;
            }
        }
    }

    public static string Partition(string tenant, string table) => $"quarantine|{tenant}|{TableLimits.Escape(table)}";

    /// <summary>A tenant's records by the day they were fetched: keys are day, table and record's key.</summary>
    public static string TimePartition(string tenant) => $"quarantined|{tenant}";

    private static ReadOnlyMemory<byte> Head(ReadOnlyMemory<byte> raw) => raw.Length > QuarantinedRecord.MaxRaw ? raw[..QuarantinedRecord.MaxRaw] : raw;
}
