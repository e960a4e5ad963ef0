using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Retention;

/// <summary>
/// How many records of a chunk's ledger retention has removed from a partition. The count stands in the partition it is
/// about and changes in the same atomic write as the removal, so that accepted = stored + removed always holds.
/// </summary>
/// <param name="Count">Records removed.</param>
internal sealed record RemovedRecords(long Count)
{
    // No vendor id gives a key with this separator.
    private const string Prefix = "|removed|";

    /// <summary>The key of a chunk's count.</summary>
    public static string Key(string chunk) => Prefix + chunk;

    /// <summary>The chunk that a row counts; null if it is a record.</summary>
    public static string? ChunkOf(string key) => key.StartsWith(Prefix, StringComparison.Ordinal) ? key[Prefix.Length..] : null;

    /// <summary>Removes rows that still are as they were read, and counts those that a ledger counts.</summary>
    /// <param name="tables">The store.</param>
    /// <param name="partition">Their partition.</param>
    /// <param name="rows">At most 50 rows, each with the chunk whose ledger counts it, or null.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TableConflictException">A row has changed since; nothing was removed.</exception>
    public static async Task RemoveAsync(
        ITableStore tables, string partition, IReadOnlyList<(TableRow Row, string? Chunk)> rows, CancellationToken cancellationToken)
    {
        var counts = rows.Where(r => r.Chunk is not null).GroupBy(r => Key(r.Chunk!), StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.LongCount(), StringComparer.Ordinal);
        var standing = await tables.GetAllAsync(partition, counts.Keys, cancellationToken).ConfigureAwait(false);
        var writes = rows.Select(r => TableWrite.Delete(r.Row.Key, r.Row.ETag)).ToList();
        writes.AddRange(counts.Select(c => standing.TryGetValue(c.Key, out var row)
            ? TableWrite.IfMatch(c.Key, Rows.Version, Data(Rows.Read(row, RowJson.Default.RemovedRecords).Count + c.Value), row.ETag)
            : TableWrite.Insert(c.Key, Rows.Version, Data(c.Value))));
        if (writes.Count > 0)
        {
            await tables.WriteAsync(partition, writes, cancellationToken).ConfigureAwait(false);
        }
    }

    private static byte[] Data(long count) => Rows.Write(new(count), RowJson.Default.RemovedRecords);
}
