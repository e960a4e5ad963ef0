using System.Security.Cryptography;
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
public sealed record QuarantinedRecord(string Key, string Reason, ReadOnlyMemory<byte> Raw, DateTimeOffset At, string Chunk, int Page)
{
    internal const int MaxRaw = 16 * 1024;

    /// <summary>What a record is known by in quarantine: the vendor's id, or a hash of its bytes where it has none.</summary>
    public static string KeyOf(SourceRecord record) =>
        string.IsNullOrEmpty(record.SourceId)
            ? "raw:" + Convert.ToHexStringLower(SHA256.HashData(record.Raw.Span))
            : "id:" + record.SourceId;

    /// <summary>The partition of a tenant's table.</summary>
    public static string Partition(string tenant, string table) => $"quarantine|{tenant}|{TableLimits.Escape(table)}";
}
