using CsCheck;
using Sentiment.Domain.Scoring;

namespace Sentiment.Domain.Tests.Scoring;

public class ProbabilitiesTests
{
    // Close ones above all: there rounding could turn the order round.
    private static readonly Gen<double> Logits = Gen.OneOf(Gen.Double[-3, 3], Gen.Double[-1e-6, 1e-6], Gen.Int[-2, 2].Select(i => i / 4.0), Gen.Double[-900, 900]);

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(5.5, -2, 1e-9)]
    [InlineData(-800, 900, 12)]
    public void Probabilities_from_logits_always_sum_to_one(double a, double b, double c) => AssertWhole(Probabilities.FromLogits(a, b, c));

    [Fact]
    public void Any_logits_give_shares_that_sum_to_one() =>
        Gen.Select(Logits, Logits, Logits).Sample((a, b, c) => AssertWhole(Probabilities.FromLogits(a, b, c)), iter: 20_000);

    [Fact]
    public void Shares_are_those_of_the_softmax_to_a_millionth() => Gen.Select(Logits, Logits, Logits).Sample(
        (a, b, c) =>
        {
            var p = Probabilities.FromLogits(a, b, c);
            var max = Math.Max(a, Math.Max(b, c));
            var sum = Math.Exp(a - max) + Math.Exp(b - max) + Math.Exp(c - max);
            Assert.InRange(p.Negative - (Math.Exp(a - max) / sum * 1e6), -1.51, 1.51);
            Assert.InRange(p.Neutral - (Math.Exp(b - max) / sum * 1e6), -1.51, 1.51);
            Assert.InRange(p.Positive - (Math.Exp(c - max) / sum * 1e6), -1.51, 1.51);
        },
        iter: 20_000);

    [Fact]
    public void The_label_is_never_a_class_that_another_one_surpasses() => Gen.Select(Logits, Logits, Logits).Sample(
        (a, b, c) =>
        {
            var label = Probabilities.FromLogits(a, b, c).Label;
            Assert.False(label == SentimentLabel.Negative && (a <= b || a <= c));
            Assert.False(label == SentimentLabel.Positive && (c <= a || c <= b));
        },
        iter: 50_000);

    [Fact]
    public void A_class_that_is_ahead_by_two_millionths_is_the_label() => Gen.Select(Logits, Logits, Logits).Sample(
        (a, b, c) =>
        {
            var max = Math.Max(a, Math.Max(b, c));
            double[] e = [Math.Exp(a - max), Math.Exp(b - max), Math.Exp(c - max)];
            var first = Array.IndexOf(e, e.Max());
            if (e.Where((_, i) => i != first).All(other => (e[first] - other) / e.Sum() > 3e-6))
            {
                Assert.Equal((SentimentLabel)first, Probabilities.FromLogits(a, b, c).Label);
            }
        },
        iter: 20_000);

    [Fact]
    public void Swapping_the_poles_turns_the_score_round() => Gen.Select(Logits, Logits, Logits).Sample(
        (a, b, c) => Assert.InRange(Probabilities.FromLogits(a, b, c).Score + Probabilities.FromLogits(c, b, a).Score, -1, 1), iter: 20_000);

    [Theory]
    [InlineData(0.88137358701954305, 0, 0.88137358701954305)]
    [InlineData(1, 0.5, 1)]
    [InlineData(0, 0, 0)]
    [InlineData(1, 1, 0)]
    [InlineData(0, 1, 1)]
    [InlineData(0.25, 0.25, 0.125)]
    public void Logits_that_tie_are_neutral_whatever_is_rounded(double a, double b, double c) =>
        Assert.Equal(SentimentLabel.Neutral, Probabilities.FromLogits(a, b, c).Label);

    [Theory]
    [InlineData(400_000, 200_000, 400_000, SentimentLabel.Neutral)]
    [InlineData(400_000, 400_000, 200_000, SentimentLabel.Neutral)]
    [InlineData(200_000, 400_000, 400_000, SentimentLabel.Neutral)]
    [InlineData(333_333, 333_334, 333_333, SentimentLabel.Neutral)]
    [InlineData(400_001, 200_000, 399_999, SentimentLabel.Negative)]
    [InlineData(399_999, 200_000, 400_001, SentimentLabel.Positive)]
    [InlineData(0, 1_000_000, 0, SentimentLabel.Neutral)]
    public void The_label_is_the_most_probable_class_and_a_tie_is_neutral(int negative, int neutral, int positive, SentimentLabel label) =>
        Assert.Equal(label, new Probabilities(negative, neutral, positive).Label);

    [Fact]
    public void The_score_is_positive_minus_negative()
    {
        Assert.Equal(-150_000, new Probabilities(400_000, 350_000, 250_000).Score);
        Assert.Equal((0, SentimentLabel.Neutral), (Probabilities.CertainlyNeutral.Score, Probabilities.CertainlyNeutral.Label));
    }

    private static void AssertWhole(Probabilities p)
    {
        Assert.Equal(1_000_000, p.Negative + p.Neutral + p.Positive);
        Assert.All([p.Negative, p.Neutral, p.Positive], share => Assert.InRange(share, 0, 1_000_000));
    }
}
