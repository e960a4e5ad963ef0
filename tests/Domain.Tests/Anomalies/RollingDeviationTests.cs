using Sentiment.Domain.Anomalies;

namespace Sentiment.Domain.Tests.Anomalies;

public class RollingDeviationTests
{
    [Fact]
    public void A_value_is_measured_by_those_before_it()
    {
        var rolling = new RollingDeviation(size: 4, least: 2, floor: 0);
        Assert.Null(rolling.Observe(2));
        Assert.Null(rolling.Observe(4));

        // 2 and 4: mean 3, deviation √2. Then 2, 4, 3: mean 3, deviation 1.
        Assert.Equal(0, rolling.Observe(3)!.Value, 12);
        Assert.Equal(7, rolling.Observe(10)!.Value, 12);

        // 2, 4, 3, 10: mean 4.75, deviation √(38.75 ÷ 3). The 2 has gone by the next.
        Assert.Equal((1 - 4.75) / Math.Sqrt(38.75 / 3), rolling.Observe(1)!.Value, 12);
        Assert.Equal((4.5 - 4.5) / Math.Sqrt(45.0 / 3), rolling.Observe(4.5)!.Value, 12);
    }

    [Fact]
    public void After_equal_values_a_change_is_measured_by_the_floor()
    {
        var rolling = new RollingDeviation(size: 8, least: 3, floor: 2);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(i < 3 ? null : 0, rolling.Observe(7));
        }

        Assert.Equal(1.5, rolling.Observe(10));
        var bare = new RollingDeviation(8, 2, floor: 0);
        bare.Observe(7);
        bare.Observe(7);
        Assert.Equal(double.MinValue, bare.Observe(6));
    }

    [Fact]
    public void Large_values_that_are_close_together_keep_their_digits()
    {
        var rolling = new RollingDeviation(4, 2, 0);
        rolling.Observe(1e12 + 1);
        rolling.Observe(1e12 + 3);
        Assert.Equal(2 / Math.Sqrt(2), rolling.Observe(1e12 + 4)!.Value, 6);
    }
}
