using Azure.Data.Tables;

namespace Sentiment.Adapters.AzureTables;

/// <summary>Filters over the two keys, which are all that Azure indexes.</summary>
internal static class TableFilters
{
    private const char AfterAnyKey = '\u007f';

    /// <summary>Keys of a partition with from ≤ key &lt; to; null: to its end.</summary>
    public static string Range(string partition, string from, string? to) =>
        to is null
            ? TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey ge {from}")
            : TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey ge {from} and RowKey lt {to}");

    /// <summary>Keys of a partition with from ≤ key ≤ to.</summary>
    public static string Span(string partition, string from, string to) =>
        TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey ge {from} and RowKey le {to}");

    /// <summary>Partitions with the prefix, after one of them.</summary>
    public static string Partitions(string prefix, string? after)
    {
        var from = after is null
            ? TableClient.CreateQueryFilter($"PartitionKey ge {prefix}") : TableClient.CreateQueryFilter($"PartitionKey gt {after}");
        return End(prefix + AfterAnyKey) is { } to ? from + TableClient.CreateQueryFilter($" and PartitionKey lt {to}") : from;
    }

    /// <summary>The same end of a range without the control character that stands after every key: Azure has none in its keys.</summary>
    public static string? End(string? to)
    {
        while (to is [.., AfterAnyKey])
        {
            to = to.Length == 1 ? null : to[..^2] + (char)(to[^2] + 1);
        }

        return to;
    }
}
