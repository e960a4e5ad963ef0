using System.Text.Json.Serialization;

namespace Sentiment.Domain.Ingestion.Spans;

/// <summary>What is known of a span of time; where several hold, the later one of this list does.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SpanState>))]
public enum SpanState
{
    /// <summary>Nobody asked for it.</summary>
    Missing,

    /// <summary>It was asked for in vain.</summary>
    Failed,

    /// <summary>The vendor, or what it permits, wanted a wait.</summary>
    RateLimited,

    /// <summary>A chunk of an unfinished run is to fetch it.</summary>
    Pending,

    /// <summary>Fetched, and there was nothing.</summary>
    Empty,

    /// <summary>Fetched, and there was something.</summary>
    Covered,
}
