using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Scoring;
using Sentiment.Domain.Workflows;

namespace Sentiment.Domain.Ingestion.Pages;

/// <summary>Which model scores what a chunk brings.</summary>
internal sealed class ChunkModels(ISentimentModels models)
{
    /// <summary>The one that its tenant wants, as it was when the run began.</summary>
    /// <exception cref="NonRetryableException">The host has no such model.</exception>
    public ISentimentScorer Of(ChunkRow chunk) => models.Find(chunk.Model)
        ?? throw new NonRetryableException($"Tenant '{chunk.Tenant}' wants the model '{chunk.Model}', which is not here: one of {string.Join(", ", models.Names)} expected.");

    /// <summary>The one that a page was pinned to, so that a redo scores alike; where the host has it no longer, the one that its tenant wants.</summary>
    /// <exception cref="NonRetryableException">The host has neither.</exception>
    public ISentimentScorer Of(ChunkRow chunk, string? pinned) =>
        pinned is null ? Of(chunk)
        : models.Find(chunk.Model) is { } own && own.Model == pinned ? own
        : models.FindPinned(pinned) ?? Of(chunk);
}
