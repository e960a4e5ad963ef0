namespace Sentiment.Domain.Scoring;

/// <summary>Turns texts into class probabilities; a pure function of model and text.</summary>
public interface ISentimentScorer
{
    /// <summary>The model's name and the first 8 hex digits of its SHA-256: <c>name@hash8</c>.</summary>
    string Model { get; }

    /// <summary>Scores texts; the result has their order, and a text's score never depends on its neighbours.</summary>
    /// <param name="texts">Any number of texts; empty ones are neutral.</param>
    /// <param name="cancellationToken">Checked between batches.</param>
    ValueTask<IReadOnlyList<Probabilities>> ScoreAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken);
}

/// <summary>What a text most probably is.</summary>
public enum SentimentLabel
{
    /// <summary>Bad news.</summary>
    Negative,

    /// <summary>Neither, or a tie.</summary>
    Neutral,

    /// <summary>Good news.</summary>
    Positive,
}

/// <summary>Class probabilities in integer millionths, so that sums and comparisons are exact.</summary>
/// <param name="Negative">p(negative) × 1,000,000.</param>
/// <param name="Neutral">p(neutral) × 1,000,000.</param>
/// <param name="Positive">p(positive) × 1,000,000.</param>
public readonly record struct Probabilities(int Negative, int Neutral, int Positive)
{
    /// <summary>What an empty text gets.</summary>
    public static Probabilities CertainlyNeutral { get; } = new(0, 1_000_000, 0);

    /// <summary>p(positive) − p(negative) in millionths.</summary>
    public int Score => Positive - Negative;

    /// <summary>The most probable class; ties are neutral.</summary>
    public SentimentLabel Label =>
        Positive > Neutral && Positive > Negative ? SentimentLabel.Positive
        : Negative > Neutral && Negative > Positive ? SentimentLabel.Negative
        : SentimentLabel.Neutral;

    /// <summary>
    /// Softmax of three logits, rounded to millionths. The class with the smallest share takes the rounding error, neutral if
    /// the others are alike: so rounding never breaks a tie and never turns an order round.
    /// </summary>
    public static Probabilities FromLogits(double negative, double neutral, double positive)
    {
        var max = Math.Max(negative, Math.Max(neutral, positive));
        double a = Math.Exp(negative - max), b = Math.Exp(neutral - max), c = Math.Exp(positive - max), sum = a + b + c;
        int n = Round(a / sum), m = Round(b / sum), p = Round(c / sum), rest = 1_000_000 - n - m - p;
        return n == p || m <= Math.Min(n, p) ? new(n, m + rest, p) : n < p ? new(n + rest, m, p) : new(n, m, p + rest);
    }

    private static int Round(double share) => (int)Math.Round(share * 1_000_000, MidpointRounding.ToEven);
}
