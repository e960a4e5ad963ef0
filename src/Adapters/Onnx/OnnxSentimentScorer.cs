using System.Security.Cryptography;
using System.Threading.Channels;
using Sentiment.Domain.Diagnostics;
using Sentiment.Domain.Scoring;

namespace Sentiment.Adapters.Onnx;

/// <summary>
/// Scores with a WordPiece classifier in ONNX: the compact model, or an export of FinBERT, DistilBERT and their like.
/// </summary>
/// <remarks>
/// One text a run, without padding. Batches would be some half faster, but the kernels add numbers in another order for
/// another number of rows, and padding takes part in their tails: a score would differ by a millionth with its neighbours,
/// and items would not be the same after a redo. Throughput comes from running <see cref="ScoringOptions.Parallelism"/> texts side by side.
/// </remarks>
public sealed class OnnxSentimentScorer : ISentimentScorer, IDisposable
{
    // Few enough that a large call does not keep others from the lanes, enough that handing over costs nothing.
    private const int TextsPerTurn = 32;

    private static readonly KeyValuePair<string, object?> NotFromCache = new("cached", false);

    private readonly TextTokens _tokens;
    private readonly ModelGraph _graph;
    private readonly (int Negative, int Neutral, int Positive) _places;
    private readonly Channel<Lane> _free = Channel.CreateUnbounded<Lane>();
    private readonly Lane[] _lanes;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _turns;

    private OnnxSentimentScorer(string model, TextTokens tokens, ModelGraph graph, Lane[] lanes, (int, int, int) places, TimeProvider time, SemaphoreSlim? turns)
    {
        _turns = turns ?? new(lanes.Length);
        Model = model;
        _tokens = tokens;
        _graph = graph;
        _places = places;
        _lanes = lanes;
        _time = time;
        foreach (var lane in lanes)
            _free.Writer.TryWrite(lane);
    }

    /// <inheritdoc/>
    public string Model { get; }

    /// <summary>Loads and checks a model folder.</summary>
    /// <param name="options">Where it is and how many texts may run at a time.</param>
    /// <param name="time">Measures durations.</param>
    /// <exception cref="ModelFolderException">A file is missing or not what was expected.</exception>
    public static OnnxSentimentScorer Load(ScoringOptions options, TimeProvider time) => Load(options, time, turns: null);

    /// <summary>Loads and checks one of several models, which take turns where more texts are to be scored than may be at the same time.</summary>
    internal static OnnxSentimentScorer Load(ScoringOptions options, TimeProvider time, SemaphoreSlim? turns)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Parallelism, 1);
        var folder = Path.GetFullPath(options.ModelPath);
        string descriptionFile = Existing(folder, ModelDescription.FileName),
            vocabulary = Existing(folder, TextTokens.FileName),
            graphFile = Existing(folder, ModelGraph.FileName);
        try
        {
            var description = ModelDescription.Load(descriptionFile);
            var tokens = TextTokens.Load(vocabulary, descriptionFile, description);
            var bytes = File.ReadAllBytes(graphFile);
            var graph = ModelGraph.Load(graphFile, bytes, description);
            var lanes = Enumerable.Range(0, options.Parallelism).Select(_ => new Lane(description.MaxTokens, graph.Inputs.Length)).ToArray();
            var scorer = new OnnxSentimentScorer(NameOf(description, SHA256.HashData(bytes)), tokens, graph, lanes, description.LabelPlaces(), time, turns);
            try
            {
                graph.Probe(graphFile, lanes[0], tokens.LargestId);
                return scorer;
            }
            catch
            {
                scorer.Dispose();
                throw;
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new ModelFolderException(folder, $"cannot be read: {problem.Message}", problem);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<Probabilities>> ScoreAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var result = new Probabilities[texts.Count];
        var distinct = new Dictionary<string, Work>(texts.Count, StringComparer.Ordinal);
        foreach (var text in texts)
        {
            if (!string.IsNullOrWhiteSpace(text))
                distinct.TryAdd(text, new(text));
        }

        if (distinct.Count > 0)
        {
            var started = _time.GetTimestamp();
            await RunAsync([.. distinct.Values], cancellationToken).ConfigureAwait(false);
            SentimentMeter.ScoringTexts.Add(distinct.Count, NotFromCache);
            SentimentMeter.ScoringDuration.Record(_time.GetElapsedTime(started).TotalSeconds);
        }

        for (var i = 0; i < result.Length; i++)
            result[i] = distinct.TryGetValue(texts[i], out var work) ? work.Score : Probabilities.CertainlyNeutral;
        return result;
    }

    /// <summary>Frees the model; no call may be running.</summary>
    public void Dispose()
    {
        foreach (var lane in _lanes)
            lane.Dispose();
        _graph.Dispose();
    }

    /// <summary>What the model of a folder is called in items, without loading it.</summary>
    /// <exception cref="ModelFolderException">A file is missing or not what was expected.</exception>
    internal static string ModelOf(string path)
    {
        var folder = Check(path);
        try
        {
            using var graph = File.OpenRead(Path.Combine(folder, ModelGraph.FileName));
            return NameOf(ModelDescription.Load(Path.Combine(folder, ModelDescription.FileName)), SHA256.HashData(graph));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new ModelFolderException(folder, $"cannot be read: {problem.Message}", problem);
        }
    }

    /// <summary>Checks that a folder has a model's files; returns its whole path.</summary>
    /// <exception cref="ModelFolderException">A file is missing.</exception>
    internal static string Check(string path)
    {
        var folder = Path.GetFullPath(path);
        foreach (var file in (ReadOnlySpan<string>)[ModelDescription.FileName, TextTokens.FileName, ModelGraph.FileName])
            Existing(folder, file);
        return folder;
    }

    private static string NameOf(ModelDescription description, ReadOnlySpan<byte> hash) => $"{description.Name}@{Convert.ToHexStringLower(hash)[..8]}";

    private static string Existing(string folder, string name)
    {
        var file = Path.Combine(folder, name);
        return File.Exists(file)
            ? file
            : throw new ModelFolderException(file, $"does not exist; a model folder holds {ModelGraph.FileName}, {TextTokens.FileName} and {ModelDescription.FileName}");
    }

    private Task RunAsync(Work[] work, CancellationToken cancellationToken)
    {
        var turns = (work.Length + TextsPerTurn - 1) / TextsPerTurn;
        var next = -1;

        async Task TakeTurnsAsync()
        {
            for (var turn = Interlocked.Increment(ref next); turn < turns; turn = Interlocked.Increment(ref next))
            {
                // A turn first: who has one finds a lane free, so that no model's lanes are held while its texts wait for another's.
                await _turns.WaitAsync(cancellationToken).ConfigureAwait(false);
                try
                {
                    var lane = await _free.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                    try
                    {
                        foreach (var one in work.AsSpan(turn * TextsPerTurn, Math.Min(TextsPerTurn, work.Length - (turn * TextsPerTurn))))
                        {
                            cancellationToken.ThrowIfCancellationRequested();
                            one.Score = Score(lane, one.Text);
                        }
                    }
                    finally
                    {
                        _free.Writer.TryWrite(lane);
                    }
                }
                finally
                {
                    _turns.Release();
                }
            }
        }

        return Task.WhenAll(Enumerable.Range(0, Math.Min(turns, _lanes.Length)).Select(_ => Task.Run(TakeTurnsAsync, cancellationToken)));
    }

    private Probabilities Score(Lane lane, string text)
    {
        var ids = _tokens.Of(text);
        // Nothing but start and end: the text held only characters that the clean-up drops.
        if (ids.Count <= 2)
            return Probabilities.CertainlyNeutral;
        var logits = lane.Run(_graph, ids);
        var (negative, neutral, positive) = (logits[_places.Negative], logits[_places.Neutral], logits[_places.Positive]);
        return float.IsFinite(negative) && float.IsFinite(neutral) && float.IsFinite(positive)
            ? Probabilities.FromLogits(negative, neutral, positive)
            : throw new InvalidOperationException($"{Model} gave a logit that is not a number.");
    }

    private sealed class Work(string text)
    {
        public string Text { get; } = text;

        public Probabilities Score { get; set; }
    }
}
