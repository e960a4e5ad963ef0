using System.ComponentModel.DataAnnotations;

namespace Sentiment.Adapters.Onnx;

/// <summary>How texts are scored.</summary>
public sealed record ScoringOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Scoring";

    /// <summary>The folder with <c>model.onnx</c>, <c>vocab.txt</c> and <c>model.json</c>; default <c>models/compact</c>.</summary>
    [Required]
    public string ModelPath { get; init; } = "models/compact";

    /// <summary>Texts scored at the same time in this process, each on one core; default the number of cores.</summary>
    [Range(1, 256)]
    public int Parallelism { get; init; } = Environment.ProcessorCount;

    /// <summary>Scores remembered; 0 remembers none, default 200,000 (some 20 MB).</summary>
    [Range(0, 50_000_000)]
    public int CacheEntries { get; init; } = 200_000;
}
