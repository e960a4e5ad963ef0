using System.Text.Json;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Items;
using Sentiment.Domain.Live;
using Sentiment.Domain.Metrics;
using Sentiment.Domain.Trends;

namespace Sentiment.Domain.Tests.Live;

/// <summary>Enough of each document to tell when it has changed.</summary>
internal sealed class PlainDocuments : ILiveDocuments
{
    public ReadOnlyMemory<byte> Item(Item item) => Write(new { id = item.Id, symbols = item.Symbols, title = item.Title, publishedAt = item.PublishedAt });

    public ReadOnlyMemory<byte> Bar(TrendBar bar) => Write(new
    {
        time = bar.Time,
        n = bar.Scores!.Count,
        mean = bar.Mean?.Mean,
        min = bar.Scores.Low,
        max = bar.Scores.High,
        first = bar.Scores.First!.Score,
        last = bar.Scores.Last!.Score,
        sources = bar.Sources,
    });

    public ReadOnlyMemory<byte> Metrics(string tenant, TenantMetrics metrics) => Write(new
    {
        tenant,
        asOf = metrics.At,
        countedAt = metrics.CountedAt,
        items = metrics.Totals.Count,
        symbols = metrics.Symbols,
        movers = metrics.Movers,
    });

    public ReadOnlyMemory<byte> Run(TenantRun run) => Write(new { status = run.Status, startedAt = run.Run.StartedAt, percent = run.Fraction, records = run.Records });

    public ReadOnlyMemory<byte> Table(TenantTable table) => Write(new { status = table.Status, reason = table.Reason, chunks = table.Chunks, records = table.Records });

    public ReadOnlyMemory<byte> Chunk(ChunkRow chunk) => Write(new { status = chunk.Status, read = chunk.Ledger.Read, accepted = chunk.Ledger.Accepted, reason = chunk.Reason });

    private static byte[] Write<T>(T document) => JsonSerializer.SerializeToUtf8Bytes(document, JsonSerializerOptions.Web);
}
