using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Sentiment.AzureStorageBench;

/// <summary>Counts every request that goes to tables and blobs, retries included, by store and by reading or writing.</summary>
internal sealed partial class StorageCount : HttpPipelineSynchronousPolicy
{
    private readonly ConcurrentDictionary<(string Store, bool IsWrite), int> _counts = new();

    [GeneratedRegex("""PartitionKey(?:=| eq | ge | gt |":)["'](?<kind>[^"'|]+)""")]
    private static partial Regex Partition { get; }

    [GeneratedRegex("""RowKey(?:=| ge |":)["'](?<kind>[^"'|]+)""")]
    private static partial Regex Row { get; }

    /// <summary>What was counted since the last call.</summary>
    public IReadOnlyDictionary<(string Store, bool IsWrite), int> Take()
    {
        var counts = _counts.ToDictionary();
        _counts.Clear();
        return counts;
    }

    public override void OnSendingRequest(HttpMessage message)
    {
        var isWrite = message.Request.Method != RequestMethod.Get && message.Request.Method != RequestMethod.Head;
        _counts.AddOrUpdate((StoreOf(message.Request), isWrite), 1, (_, count) => count + 1);
    }

    private static string StoreOf(Request request)
    {
        if (request.Headers.TryGetValue("x-ms-blob-type", out _) || !request.Headers.TryGetValue("DataServiceVersion", out _))
        {
            return "blobs";
        }

        var asked = Uri.UnescapeDataString(request.Uri.ToString().Replace('+', ' '));
        if (!Partition.IsMatch(asked) && request.Content is { } content)
        {
            using var body = new MemoryStream();
            content.WriteTo(body, default);
            asked = Uri.UnescapeDataString(Encoding.UTF8.GetString(body.ToArray()));
        }

        return (Partition.Match(asked).Groups["kind"].Value, Row.Match(asked).Groups["kind"].Value) switch
        {
            ("run", "c") => "chunks",
            ("run" or "runs", _) => "runs",
            ("table", _) => "table state",
            ("", _) => "creation",
            var (kind, _) => kind,
        };
    }
}
