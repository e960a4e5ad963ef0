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
        foreach (var batch in TableLimits.Batches(writes))
        {
            await tables.WriteAsync(partition, batch, cancellationToken).ConfigureAwait(false);
        }
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
}

/// <summary>A row read together with the ETag that a change of it must present.</summary>
/// <param name="Row">What it says.</param>
/// <param name="ETag">Its ETag at the time of reading.</param>
public sealed record Stored<T>(T Row, string ETag);
