using System.Globalization;
using Azure.Data.Tables;
using Sentiment.Domain.Storage;

namespace Sentiment.Adapters.AzureTables;

/// <summary>Rows as entities: the format version in <c>v</c>, the data in <c>d0</c>, <c>d1</c>… of at most 64 KiB each.</summary>
internal static class TableEntities
{
    private const string Version = "v";
    private const int PropertyBytes = 64 * 1024;

    private static readonly string[] Parts =
        [.. Enumerable.Range(0, TableLimits.MaxRowBytes / PropertyBytes).Select(part => "d" + part.ToString(CultureInfo.InvariantCulture))];

    public static TableEntity Of(string partition, TableWrite write)
    {
        var entity = new TableEntity(partition, write.Key) { [Version] = write.Version };
        for (var (part, start) = (0, 0); start < write.Data.Length; part++, start += PropertyBytes)
        {
            entity[Parts[part]] = write.Data.Slice(start, Math.Min(PropertyBytes, write.Data.Length - start)).ToArray();
        }

        return entity;
    }

    /// <exception cref="InvalidDataException">The entity was written by another program.</exception>
    public static TableRow Row(TableEntity entity) => new(
        entity.PartitionKey, entity.RowKey,
        entity.GetInt32(Version) ?? throw new InvalidDataException($"Row '{entity.RowKey}' in '{entity.PartitionKey}' has no format version: another program wrote it."),
        Data(entity), entity.ETag.ToString());

    private static byte[] Data(TableEntity entity)
    {
        var parts = Parts.Select(entity.GetBinary).TakeWhile(part => part is not null).ToList();
        if (parts.Count == 1)
        {
            return parts[0];
        }

        var data = new byte[parts.Sum(part => part.Length)];
        var start = 0;
        foreach (var part in parts)
        {
            part.CopyTo(data, start);
            start += part.Length;
        }

        return data;
    }
}
