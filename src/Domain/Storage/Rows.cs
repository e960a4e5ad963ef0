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
    /// <remarks>
    /// Where one stands, others of the same page mostly do, so all that are open are looked up; again only some batches later.
    /// In between a row that turns out to stand is left out of its batch, and read at the end.
    /// </remarks>
    public static async Task<Dictionary<string, TableRow>> InsertAbsentAsync(
        this ITableStore tables, string partition, IReadOnlyList<TableWrite> inserts, CancellationToken cancellationToken)
    {
        const int BatchesBetweenLooks = 3;
        var standing = new Dictionary<string, TableRow>(StringComparer.Ordinal);
        var (open, refused) = (inserts.ToList(), new List<TableWrite>());
        for (var sinceLook = BatchesBetweenLooks; open.Count > 0 || refused.Count > 0;)
        {
            if (open.Count == 0 || refused.Count > TableLimits.MaxRowsPerWrite / 10)
            {
                // What was removed again in between is inserted after all.
                open.AddRange(refused);
                refused.Clear();
                await LookAsync().ConfigureAwait(false);
                continue;
            }

            var batch = Batches(open).First();
            try
            {
                await tables.WriteAsync(partition, batch, cancellationToken).ConfigureAwait(false);
                open.RemoveRange(0, batch.Count);
                sinceLook++;
            }
            catch (TableConflictException) when (sinceLook >= BatchesBetweenLooks)
            {
                // Another page, or an earlier try of this one, was quicker with some of them.
                await LookAsync().ConfigureAwait(false);
            }
            catch (TableConflictException conflict)
            {
                refused.AddRange(open.Where(w => w.Key == conflict.Key));
                open.RemoveAll(w => w.Key == conflict.Key);
            }

            async Task LookAsync()
            {
                foreach (var (key, row) in await tables.GetAllAsync(partition, open.Select(w => w.Key), cancellationToken).ConfigureAwait(false))
                {
                    standing[key] = row;
                }

                open.RemoveAll(w => standing.ContainsKey(w.Key));
                sinceLook = 0;
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
