using System.ComponentModel.DataAnnotations;
using Sentiment.Domain.Scoring;

namespace Sentiment.Adapters.Onnx;

/// <summary>How texts are scored.</summary>
public sealed record ScoringOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Scoring";

    /// <summary>The most further models.</summary>
    public const int MaxModels = 20;

    /// <summary>The folder with <c>model.onnx</c>, <c>vocab.txt</c> and <c>model.json</c>; default <c>models/compact</c>.</summary>
    [Required]
    public string ModelPath { get; init; } = "models/compact";

    /// <summary>Further models that a tenant may choose: the folder of each by its name, [a-z0-9-]{1,40}; at most 20, default none.</summary>
    /// <remarks>Read on its own, since its keys are names.</remarks>
    internal IReadOnlyDictionary<string, string> Models { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The names of all models, the default one first.</summary>
    internal IReadOnlyList<string> ModelNames => [ISentimentModels.Default, .. Models.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Further models in memory at the same time, those used last; 1 to 20, default 2.</summary>
    [Range(1, MaxModels)]
    public int LoadedModels { get; init; } = 2;

    /// <summary>Texts scored at the same time in this process, each on one core; default the number of cores.</summary>
    [Range(1, 256)]
    public int Parallelism { get; init; } = Environment.ProcessorCount;

    /// <summary>Scores remembered; 0 remembers none, default 200,000 (some 20 MB).</summary>
    [Range(0, 50_000_000)]
    public int CacheEntries { get; init; } = 200_000;
}
