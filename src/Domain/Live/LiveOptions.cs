using System.ComponentModel.DataAnnotations;

namespace Sentiment.Domain.Live;

/// <summary>How live changes are told; section <c>Live</c>.</summary>
public sealed record LiveOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Live";

    /// <summary>Milliseconds between two messages of a group, which is told at once when it was idle for so long; 10 to 10,000, default 100.</summary>
    [Range(10, 10_000)]
    public int IntervalMilliseconds { get; init; } = 100;
}
