using Sentiment.Domain.Scoring;

namespace Sentiment.Adapters.Onnx;

/// <summary>The configured models: the default one, always loaded, and further ones, loaded when a tenant's texts are to be scored.</summary>
public sealed class OnnxModels : ISentimentModels, IDisposable
{
    private readonly Func<ISentimentScorer> _standard;
    private readonly ModelPool _pool;
    private readonly Dictionary<string, ISentimentScorer> _further;

    /// <summary>Makes the models of some options.</summary>
    /// <param name="options">Which there are.</param>
    /// <param name="standard">The default model's scorer, asked for when it is first wanted.</param>
    /// <param name="cache">Where the further models' scores are remembered; null: nowhere.</param>
    /// <param name="turns">As many as texts may be scored at the same time, by all models together.</param>
    /// <param name="time">Measures durations and ends waits.</param>
    internal OnnxModels(ScoringOptions options, Func<ISentimentScorer> standard, ScoreCache? cache, SemaphoreSlim turns, TimeProvider time)
    {
        _standard = standard;
        _pool = new(options.LoadedModels, name => OnnxSentimentScorer.Load(options with { ModelPath = options.Models[name] }, time, turns), time);
        _further = options.Models.ToDictionary(
            m => m.Key, m => Remembered(new LentScorer(_pool, m.Key, m.Value)), StringComparer.Ordinal);
        Names = options.ModelNames;

        ISentimentScorer Remembered(ISentimentScorer scorer) => cache is null ? scorer : new CachedScorer(scorer, cache);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The names of the further models that are in memory now, those used longest ago first.</summary>
    internal IReadOnlyList<string> LoadedNames => _pool.LoadedNames;

    /// <inheritdoc/>
    public ISentimentScorer? Find(string? name) => name is null or ISentimentModels.Default ? _standard() : _further.GetValueOrDefault(name);

    /// <inheritdoc/>
    public ISentimentScorer? FindPinned(string model) => _further.Values.Prepend(_standard()).FirstOrDefault(s => s.Model == model);

    /// <inheritdoc/>
    public void Dispose() => _pool.Dispose();

    /// <summary>Scores with a model of the pool.</summary>
    private sealed class LentScorer(ModelPool pool, string name, string path) : ISentimentScorer
    {
        // A folder that cannot be read once is read again.
        private readonly Lazy<string> _model = new(() => OnnxSentimentScorer.ModelOf(path), LazyThreadSafetyMode.PublicationOnly);

        // Known without the model's being loaded: a page is pinned to it before it is known whether anything is to be scored.
        public string Model => _model.Value;

        public async ValueTask<IReadOnlyList<Probabilities>> ScoreAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken)
        {
            using var loan = await pool.LendAsync(name, cancellationToken).ConfigureAwait(false);
            return loan.Scorer.Model == Model ? await loan.Scorer.ScoreAsync(texts, cancellationToken).ConfigureAwait(false)
                : throw new ModelFolderException(path, $"is another model than it was, {loan.Scorer.Model} instead of {Model}; restart to use it");
        }
    }
}
