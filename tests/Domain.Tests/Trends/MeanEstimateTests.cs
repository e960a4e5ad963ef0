using CsCheck;
using Sentiment.Domain.Trends;

namespace Sentiment.Domain.Tests.Trends;

public class MeanEstimateTests
{
    private static Bucket Of(params int[] scores)
    {
        var bucket = new Bucket { Minute = 0 };
        foreach (var (score, index) in scores.Select((s, i) => (s, i)))
        {
            bucket.Add(DateTimeOffset.UnixEpoch, $"{index}", new(score < 0 ? -score : 0, 1_000_000 - Math.Abs(score), score > 0 ? score : 0));
        }

        return bucket;
    }

    [Theory]

    // Quantiles of Student's t from printed tables: 12.706 and 4.303, 3.182, 2.776, 2.262, 2.045.
    [InlineData(2, 12.706)]
    [InlineData(3, 4.303)]
    [InlineData(4, 3.182)]
    [InlineData(5, 2.776)]
    [InlineData(10, 2.262)]
    [InlineData(30, 2.045)]
    public void The_interval_is_that_of_students_t(int count, double quantile)
    {
        var scores = Enumerable.Range(0, count).Select(i => i % 2 == 0 ? 1_000 : -1_000).ToArray();
        var mean = scores.Average();
        var error = Math.Sqrt(scores.Sum(s => (s - mean) * (s - mean)) / (count - 1) / count);
        var estimate = MeanEstimate.Of(Of(scores), 2)!.Value;
        Assert.Equal(mean / 1e6, (double)estimate.Mean, 6);
        Assert.InRange((double)(estimate.High - estimate.Low) / 2 / (error / 1e6), quantile * 0.99 - 0.002, quantile * 1.01 + 0.002);
    }

    [Fact]
    public void Below_the_least_count_there_is_no_number()
    {
        Assert.Null(MeanEstimate.Of(Of(100, 200), 3));
        Assert.NotNull(MeanEstimate.Of(Of(100, 200, 300), 3));
    }

    [Fact]
    public void Equal_scores_have_no_spread_whatever_their_number() => Gen.Select(Gen.Int[-1_000_000, 1_000_000], Gen.Int[2, 60]).Sample((score, count) =>
    {
        var estimate = MeanEstimate.Of(Of([.. Enumerable.Repeat(score, count)]), 2)!.Value;
        Assert.Equal((score / 1_000_000m, score / 1_000_000m, score / 1_000_000m), (estimate.Mean, estimate.Low, estimate.High));
    });

    [Fact]
    public void The_interval_holds_the_mean_and_stays_within_what_scores_can_be() => Gen.Int[-1_000_000, 1_000_000].Array[2, 30].Sample(scores =>
    {
        var estimate = MeanEstimate.Of(Of(scores), 2)!.Value;
        Assert.InRange(estimate.Mean, estimate.Low, estimate.High);
        Assert.InRange(estimate.Low, -1, 1);
        Assert.InRange(estimate.High, -1, 1);
    });
}
