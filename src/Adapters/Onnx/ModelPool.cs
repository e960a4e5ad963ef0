namespace Sentiment.Adapters.Onnx;

/// <summary>
/// Lends loaded models, a bounded number of them: to load another, the one that was used longest ago is let go of as soon as nobody
/// scores with it.
/// </summary>
/// <remarks>
/// Whoever asks waits for those who asked before: so a model is loaded once for all who want it, and one that is to go is lent to
/// nobody any more until it has gone.
/// </remarks>
/// <param name="most">The most models loaded at the same time.</param>
/// <param name="load">Loads the model of a name.</param>
/// <param name="time">Ends waits.</param>
internal sealed class ModelPool(int most, Func<string, OnnxSentimentScorer> load, TimeProvider time) : IDisposable
{
    /// <summary>How long a model may be scored with before whoever waits for its place gives up.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim _queue = new(1);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Loaded> _loaded = new(StringComparer.Ordinal);
    private long _lent;

    /// <summary>The names of the models that are loaded now, those used longest ago first.</summary>
    public IReadOnlyList<string> LoadedNames
    {
        get
        {
            lock (_gate)
            {
                return [.. _loaded.OrderBy(l => l.Value.LastLent).Select(l => l.Key)];
            }
        }
    }

    /// <summary>Lends a model, which is loaded first where it is not; it is given back by disposing the loan.</summary>
    /// <exception cref="ModelFolderException">Its folder is not what was expected.</exception>
    /// <exception cref="TimeoutException">All models that may be loaded were in use for <see cref="LongestWait"/>.</exception>
    public async Task<Loan> LendAsync(string name, CancellationToken cancellationToken)
    {
        await _queue.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            Loaded? model;
            lock (_gate)
            {
                _loaded.TryGetValue(name, out model);
            }

            if (model is null)
            {
                await MakeRoomAsync(cancellationToken).ConfigureAwait(false);
                model = new(await Task.Run(() => load(name), cancellationToken).ConfigureAwait(false));
            }

            lock (_gate)
            {
                _loaded[name] = model;
                model.LastLent = ++_lent;
                model.Users++;
            }

            return new(this, model);
        }
        finally
        {
            _queue.Release();
        }
    }

    /// <summary>Frees all models; none may be lent.</summary>
    public void Dispose()
    {
        foreach (var model in _loaded.Values)
        {
            model.Scorer.Dispose();
        }

        _loaded.Clear();
        _queue.Dispose();
    }

    private async Task MakeRoomAsync(CancellationToken cancellationToken)
    {
        Task free;
        KeyValuePair<string, Loaded> oldest;
        lock (_gate)
        {
            if (_loaded.Count < most)
            {
                return;
            }

            oldest = _loaded.OrderBy(l => l.Value.Users > 0).ThenBy(l => l.Value.LastLent).First();
            free = oldest.Value.WhenFree();
        }

        await free.WaitAsync(LongestWait, time, cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            _loaded.Remove(oldest.Key);
        }

        oldest.Value.Scorer.Dispose();
    }

    private void TakeBack(Loaded model)
    {
        lock (_gate)
        {
            if (--model.Users == 0)
            {
                model.Free?.TrySetResult();
                model.Free = null;
            }
        }
    }

    /// <summary>A model lent.</summary>
    public readonly struct Loan : IDisposable
    {
        private readonly ModelPool _pool;
        private readonly Loaded _model;

        internal Loan(ModelPool pool, Loaded model) => (_pool, _model) = (pool, model);

        /// <summary>Scores with it.</summary>
        public OnnxSentimentScorer Scorer => _model.Scorer;

        /// <summary>Gives it back.</summary>
        public void Dispose() => _pool.TakeBack(_model);
    }

    /// <summary>A model in memory; its users are counted under the pool's lock.</summary>
    internal sealed class Loaded(OnnxSentimentScorer scorer)
    {
        public OnnxSentimentScorer Scorer { get; } = scorer;

        public long LastLent { get; set; }

        public int Users { get; set; }

        public TaskCompletionSource? Free { get; set; }

        public Task WhenFree() => Users == 0 ? Task.CompletedTask : (Free ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }
}
