using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Items;
using Sentiment.Domain.Metrics;
using Sentiment.Domain.Trends;

namespace Sentiment.Domain.Live;

/// <summary>Writes what live groups tell as the API writes it, each as one JSON object.</summary>
public interface ILiveDocuments
{
    /// <summary>An item.</summary>
    ReadOnlyMemory<byte> Item(Item item);

    /// <summary>A bar.</summary>
    ReadOnlyMemory<byte> Bar(TrendBar bar);

    /// <summary>A tenant's metrics; each property becomes an entry.</summary>
    ReadOnlyMemory<byte> Metrics(string tenant, TenantMetrics metrics);

    /// <summary>A tenant's part in a run.</summary>
    ReadOnlyMemory<byte> Run(TenantRun run);

    /// <summary>A table of it.</summary>
    ReadOnlyMemory<byte> Table(TenantTable table);

    /// <summary>A chunk of it.</summary>
    ReadOnlyMemory<byte> Chunk(ChunkRow chunk);
}
