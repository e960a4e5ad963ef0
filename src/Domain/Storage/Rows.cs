using System.Globalization;
using System.Text.Json.Serialization.Metadata;

namespace Sentiment.Domain.Storage;

/// <summary>How rows are written and their keys made, alike in every store.</summary>
internal static class Rows
{
    public const int Version = 1;

    /// <summary>Descending time in 19 digits, so that newest comes first in key order.</summary>
    public static string NewestFirst(DateTimeOffset time) =>
        (DateTime.MaxValue.Ticks - time.UtcTicks).ToString("D19", CultureInfo.InvariantCulture);

    public static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture);

    public static string Number(int number) => number.ToString("D6", CultureInfo.InvariantCulture);

    /// <summary>Where a range starts that goes on after a key: no character of keys comes before '!'.</summary>
    public static string After(string key) => key + "!";

    public static byte[] Write<T>(T value, JsonTypeInfo<T> type) => System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(value, type);

    public static T Read<T>(TableRow row, JsonTypeInfo<T> type) => row.Version == Version
        ? System.Text.Json.JsonSerializer.Deserialize(row.Data.Span, type)!
        : throw new InvalidDataException($"Row '{row.Key}' in '{row.Partition}' has format version {row.Version}; this program reads version {Version}. Use a newer one.");

    /// <summary>Writes any number of rows of a partition in atomic batches within the limits.</summary>
    public static async Task WriteAllAsync(
        this ITableStore tables, string partition, IReadOnlyList<TableWrite> writes, CancellationToken cancellationToken)
    {
        foreach (var batch in Batches(writes))
        {
            await tables.WriteAsync(partition, batch, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Inserts the rows that are absent, in atomic batches; returns those that stood there already, by key.</summary>
    /// <remarks>Where one stands, others of the same page mostly do: all are looked up once, and those that come up later by themselves.</remarks>
    public static async Task<Dictionary<string, TableRow>> InsertAbsentAsync(
        this ITableStore tables, string partition, IReadOnlyList<TableWrite> inserts, CancellationToken cancellationToken)
    {
        var standing = new Dictionary<string, TableRow>(StringComparer.Ordinal);
        var open = inserts.ToList();
        for (var areLookedUp = false; open.Count > 0;)
        {
            var batch = Batches(open).First();
            try
            {
                await tables.WriteAsync(partition, batch, cancellationToken).ConfigureAwait(false);
                open.RemoveRange(0, batch.Count);
            }
            catch (TableConflictException conflict)
            {
                // Another page, or an earlier try of this one, was quicker with some of them.
                var keys = areLookedUp ? [conflict.Key] : open.Select(w => w.Key);
                foreach (var (key, row) in await tables.GetAllAsync(partition, keys, cancellationToken).ConfigureAwait(false))
                {
                    standing[key] = row;
                }

                open.RemoveAll(w => standing.ContainsKey(w.Key));
                areLookedUp = true;
            }
        }

        return standing;
    }

    /// <summary>Those of any number of keys that exist, by key.</summary>
    public static async Task<Dictionary<string, TableRow>> GetAllAsync(
        this ITableReader tables, string partition, IEnumerable<string> keys, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, TableRow>(StringComparer.Ordinal);
        foreach (var group in keys.Chunk(TableLimits.MaxKeysPerGet))
        {
            foreach (var row in await tables.GetManyAsync(partition, group, cancellationToken).ConfigureAwait(false))
            {
                found[row.Key] = row;
            }
        }

        return found;
    }

    public static IEnumerable<List<TableWrite>> Batches(IReadOnlyList<TableWrite> writes)
    {
        var batch = new List<TableWrite>(Math.Min(writes.Count, TableLimits.MaxRowsPerWrite));
        long bytes = 0;
        foreach (var write in writes)
        {
            if (batch.Count == TableLimits.MaxRowsPerWrite || (batch.Count > 0 && bytes + write.Data.Length > TableLimits.MaxWriteBytes))
            {
                yield return batch;
                batch = [];
                bytes = 0;
            }

            batch.Add(write);
            bytes += write.Data.Length;
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }
}

/// <summary>A row read together with the ETag that a change of it must present.</summary>
/// <param name="Row">What it says.</param>
/// <param name="ETag">Its ETag at the time of reading.</param>
public sealed record Stored<T>(T Row, string ETag);
