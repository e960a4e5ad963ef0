using System.ComponentModel.DataAnnotations;

namespace Sentiment.Api;

/// <summary>How much the API answers; section <c>Api</c>.</summary>
public sealed record ApiOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Api";

    /// <summary>The longest body of a request: 64 KiB.</summary>
    public const int MaxBodyBytes = 64 * 1024;

    /// <summary>How long a request may take where its route says nothing else.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    /// <summary>Requests a second of one key, over time; 1 to 100,000, default 500.</summary>
    [Range(1, 100_000)]
    public int RequestsPerSecond { get; init; } = 500;

    /// <summary>Requests of one key at once; 1 to 100,000, default 1,000.</summary>
    [Range(1, 100_000)]
    public int Burst { get; init; } = 1000;

    /// <summary>Requests a second of one address without a key that is known; 1 to 100,000, default 20.</summary>
    [Range(1, 100_000)]
    public int UnknownPerSecond { get; init; } = 20;
}
