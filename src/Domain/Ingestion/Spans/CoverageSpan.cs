using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Sources;

namespace Sentiment.Domain.Ingestion.Spans;

/// <summary>A span of a symbol's time in a table of which one thing is known.</summary>
/// <param name="Table">The table.</param>
/// <param name="Symbol">The symbol.</param>
/// <param name="Window">Which date of the records it is about.</param>
/// <param name="From">Inclusive.</param>
/// <param name="To">Exclusive.</param>
/// <param name="State">What is known.</param>
/// <param name="Reason">Why it is a hole; null: it is none, or nobody asked.</param>
/// <param name="Failure">How it failed; null where it did not.</param>
/// <param name="Until">When a wait that goes on ends.</param>
public sealed record CoverageSpan(
    string Table, string Symbol, CursorDate Window, DateTimeOffset From, DateTimeOffset To, SpanState State,
    string? Reason = null, FailureKind? Failure = null, DateTimeOffset? Until = null)
{
    /// <summary>Whether it was not fetched and no unfinished run is at it.</summary>
    public bool IsHole => Until is null && State is SpanState.Missing or SpanState.Failed or SpanState.RateLimited;
}
