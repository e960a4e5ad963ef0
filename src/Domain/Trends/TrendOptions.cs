using System.ComponentModel.DataAnnotations;

namespace Sentiment.Domain.Trends;

/// <summary>What is made of aggregates.</summary>
public sealed record TrendOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Trends";

    /// <summary>Scores below which no mean is given; 2 to 1,000, default 3.</summary>
    [Range(2, 1000)]
    public int LeastCount { get; init; } = 3;

    /// <summary>Minutes after which a source that is not known any further counts as missing; 1 to 44,640, default 60.</summary>
    [Range(1, 44_640)]
    public int StaleMinutes { get; init; } = 60;

    /// <summary>Bars of past days that are kept in memory, about 150 bytes each; 0 to 100 million, default a million.</summary>
    [Range(0, 100_000_000)]
    public int KeptBars { get; init; } = 1_000_000;
}
