namespace Sentiment.Domain.Scoring;

/// <summary>The models that a host has, by name; each tenant chooses one.</summary>
public interface ISentimentModels
{
    /// <summary>The name of the model that every host has, and that a tenant gets which names none.</summary>
    const string Default = "default";

    /// <summary>Their names, <see cref="Default"/> first, the others in ordinal order.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>The scorer of a model, which may be loaded only when it scores; null: the host has no such model.</summary>
    /// <param name="name">One of <see cref="Names"/>; null: the default.</param>
    ISentimentScorer? Find(string? name);

    /// <summary>The scorer of the model that something was scored with before; null: the host has it no longer.</summary>
    /// <param name="model">As <see cref="ISentimentScorer.Model"/> said it: name@hash8.</param>
    ISentimentScorer? FindPinned(string model);
}

/// <summary>A host with the default model alone.</summary>
/// <param name="scorer">Its scorer.</param>
public sealed class OneModel(ISentimentScorer scorer) : ISentimentModels
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Names => [ISentimentModels.Default];

    /// <inheritdoc/>
    public ISentimentScorer? Find(string? name) => name is null or ISentimentModels.Default ? scorer : null;

    /// <inheritdoc/>
    public ISentimentScorer? FindPinned(string model) => model == scorer.Model ? scorer : null;
}
