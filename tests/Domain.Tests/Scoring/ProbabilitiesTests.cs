using Sentiment.Domain.Scoring;

namespace Sentiment.Domain.Tests.Scoring;

public class ProbabilitiesTests
{
    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(5.5, -2, 1e-9)]
    [InlineData(-800, 900, 12)]
    public void Probabilities_from_logits_always_sum_to_one(double a, double b, double c)
    {
        var p = Probabilities.FromLogits(a, b, c);
        Assert.Equal(1_000_000, p.Negative + p.Neutral + p.Positive);
    }

    [Fact]
    public void A_tie_is_neutral() => Assert.Equal(SentimentLabel.Neutral, new Probabilities(400_000, 200_000, 400_000).Label);
}
