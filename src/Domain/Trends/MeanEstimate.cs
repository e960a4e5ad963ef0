namespace Sentiment.Domain.Trends;

/// <summary>A mean of scores, and where the true one lies with 95 % confidence if the scores are a sample of one distribution.</summary>
/// <param name="Mean">−1 to 1, six decimals.</param>
/// <param name="Low">The interval's lower end, at least −1.</param>
/// <param name="High">The interval's upper end, at most 1.</param>
public readonly record struct MeanEstimate(decimal Mean, decimal Low, decimal High)
{
    private const double Z = 1.959963984540054;
    private const double Scale = 1_000_000;

    /// <summary>Of a bucket; null where it holds fewer scores than that, for which no number is better than one.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="least">The fewest scores; at least 2.</param>
    public static MeanEstimate? Of(Bucket bucket, int least)
    {
        ArgumentNullException.ThrowIfNull(bucket);
        ArgumentOutOfRangeException.ThrowIfLessThan(least, 2);
        if (bucket.Count < least)
        {
            return null;
        }

        // n Σx² − (Σx)² is exact in integers, so that equal scores have no deviation whatever their number.
        var n = (double)bucket.Count;
        var spread = (double)((bucket.Squares * bucket.Count) - ((Int128)bucket.Sum * bucket.Sum));
        var error = Quantile(bucket.Count - 1) * Math.Sqrt(spread / (n * (n - 1)) / n);
        var mean = bucket.Sum / n;
        return new(Round(mean), Round(Math.Max(mean - error, -Scale)), Round(Math.Min(mean + error, Scale)));
    }

    /// <summary>The 97.5 % quantile of Student's t: Abramowitz and Stegun 26.7.5, good to 1 % from three degrees of freedom on; exact for one and two.</summary>
    private static double Quantile(long freedom)
    {
        if (freedom <= 2)
        {
            return freedom == 1 ? 12.706204736432095 : 4.302652729911275;
        }

        var (v, z2) = ((double)freedom, Z * Z);
        var g1 = (z2 + 1) / 4;
        var g2 = ((((5 * z2) + 16) * z2) + 3) / 96;
        var g3 = ((((((3 * z2) + 19) * z2) + 17) * z2) - 15) / 384;
        var g4 = ((((((((79 * z2) + 776) * z2) + 1482) * z2) - 1920) * z2) - 945) / 92160;
        return Z * (1 + (g1 / v) + (g2 / (v * v)) + (g3 / (v * v * v)) + (g4 / (v * v * v * v)));
    }

    private static decimal Round(double millionths) => Math.Round((decimal)(millionths / Scale), 6);
}
