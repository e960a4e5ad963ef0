namespace Sentiment.Domain.Storage;

/// <summary>
/// Rows addressed by partition and key, with conditional atomic writes inside a partition: the intersection of SQLite
/// and Azure Tables that the product's stores are written on.
/// </summary>
/// <remarks>All implementations refuse alike: see <see cref="TableLimits"/>.</remarks>
public interface ITableStore : ITableReader
{
    /// <summary>Carries out all writes, of one partition, or none; returns the new ETags in the order of the writes.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="writes">1 to 100 writes, no key twice.</param>
    /// <param name="cancellationToken">Gives the write up; it may or may not have happened.</param>
    /// <exception cref="TableConflictException">A condition did not hold; nothing was written.</exception>
    /// <exception cref="ArgumentException">A limit of <see cref="TableLimits"/> is passed; nothing was written.</exception>
    Task<IReadOnlyList<string>> WriteAsync(string partition, IReadOnlyList<TableWrite> writes, CancellationToken cancellationToken);

    /// <summary>Inserts those rows that are absent, in several writes, each atomic; returns those that stood there already, by key.</summary>
    /// <remarks>
    /// Where nobody else writes there is nothing to look up. After the first row that stands, another writer is taken to be at
    /// the same rows: each batch is looked up just before it is written.
    /// </remarks>
    /// <param name="partition">The partition.</param>
    /// <param name="inserts">Any number of inserts, no key twice.</param>
    /// <param name="cancellationToken">Gives up; some of the writes may have happened.</param>
    /// <exception cref="ArgumentException">A limit of <see cref="TableLimits"/> is passed by a row.</exception>
    async Task<IReadOnlyDictionary<string, TableRow>> InsertAbsentAsync(
        string partition, IReadOnlyList<TableWrite> inserts, CancellationToken cancellationToken)
    {
        var standing = new Dictionary<string, TableRow>(StringComparer.Ordinal);
        var open = inserts.ToList();
        for (var isShared = false; open.Count > 0;)
        {
            var batch = TableLimits.Batches(open).First();
            if (isShared)
            {
                foreach (var row in await GetManyAsync(partition, batch.ConvertAll(w => w.Key), cancellationToken).ConfigureAwait(false))
                {
                    standing[row.Key] = row;
                }

                open.RemoveAll(w => standing.ContainsKey(w.Key));
                batch.RemoveAll(w => standing.ContainsKey(w.Key));
                if (batch.Count == 0)
                {
                    continue;
                }
            }

            try
            {
                await WriteAsync(partition, batch, cancellationToken).ConfigureAwait(false);
                open.RemoveRange(0, batch.Count);
            }
            catch (TableConflictException)
            {
                isShared = true;
            }
        }

        return standing;
    }
}

/// <summary>A stored row.</summary>
/// <param name="Partition">Its partition.</param>
/// <param name="Key">Its key.</param>
/// <param name="Version">The format version of its data.</param>
/// <param name="Data">UTF-8 JSON.</param>
/// <param name="ETag">Changes with every write of the row.</param>
public sealed record TableRow(string Partition, string Key, int Version, ReadOnlyMemory<byte> Data, string ETag);

/// <summary>A range of keys in one partition: from ≤ key &lt; to.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="From">The first key, inclusive; empty for the start.</param>
/// <param name="To">The end, exclusive; null for the end of the partition.</param>
/// <param name="Limit">At most so many rows; null for all.</param>
public sealed record TableRange(string Partition, string From = "", string? To = null, int? Limit = null)
{
    /// <summary>The range of all keys that start with a prefix.</summary>
    public static TableRange Prefix(string partition, string prefix, int? limit = null) =>
        new(partition, prefix, prefix.Length == 0 ? null : prefix + "\u007f", limit);
}

/// <summary>What must hold for a write.</summary>
public enum TableCondition
{
    /// <summary>The key must be absent.</summary>
    Insert,

    /// <summary>The row must exist with the given ETag.</summary>
    IfMatch,

    /// <summary>None: insert or replace.</summary>
    Upsert,

    /// <summary>Removes the row; with an ETag it must match, without one the row may be absent.</summary>
    Delete,
}

/// <summary>One row's part of a write; made by the factory methods.</summary>
public sealed record TableWrite(TableCondition Condition, string Key, int Version, ReadOnlyMemory<byte> Data, string? ETag)
{
    /// <summary>Adds a row whose key must be absent.</summary>
    public static TableWrite Insert(string key, int version, ReadOnlyMemory<byte> data) => new(TableCondition.Insert, key, version, data, null);

    /// <summary>Replaces a row that still has the ETag.</summary>
    public static TableWrite IfMatch(string key, int version, ReadOnlyMemory<byte> data, string etag) => new(TableCondition.IfMatch, key, version, data, etag);

    /// <summary>Adds or replaces a row.</summary>
    public static TableWrite Upsert(string key, int version, ReadOnlyMemory<byte> data) => new(TableCondition.Upsert, key, version, data, null);

    /// <summary>Removes a row, if it still has the ETag where one is given.</summary>
    public static TableWrite Delete(string key, string? etag = null) => new(TableCondition.Delete, key, 0, default, etag);
}

/// <summary>A write whose condition did not hold; nothing of it happened.</summary>
public sealed class TableConflictException(string partition, string key, TableCondition condition, Exception? inner = null)
    : Exception($"{condition} of row '{key}' in '{partition}' was refused: it is not as expected.", inner)
{
    /// <summary>The partition.</summary>
    public string Partition { get; } = partition;

    /// <summary>The row that was not as expected.</summary>
    public string Key { get; } = key;

    /// <summary>The condition that did not hold.</summary>
    public TableCondition Condition { get; } = condition;
}
