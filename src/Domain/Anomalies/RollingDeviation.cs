namespace Sentiment.Domain.Anomalies;

/// <summary>Tells values that stand out from those before them: more than two standard deviations from a rolling mean.</summary>
/// <remarks>Not for use by several threads at once.</remarks>
public sealed class RollingDeviation
{
    /// <summary>Standard deviations from the mean at which a value stands out.</summary>
    public const double Threshold = 2;

    private readonly double[] _window;
    private readonly int _least;
    private readonly double _floor;
    private int _count;
    private int _next;

    /// <summary>Begins with no values.</summary>
    /// <param name="size">How many values before one it is compared with.</param>
    /// <param name="least">With fewer before it nothing stands out.</param>
    /// <param name="floor">The least deviation that is reckoned with, so that the first change after many equal values is not taken for more than it is.</param>
    public RollingDeviation(int size, int least, double floor)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(least, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, least);
        ArgumentOutOfRangeException.ThrowIfNegative(floor);
        (_window, _least, _floor) = (new double[size], least, floor);
    }

    /// <summary>Takes the next value in.</summary>
    /// <param name="value">The value.</param>
    /// <returns>By how many standard deviations it is above (or, negative, below) the mean of those before it; null: there were too few.</returns>
    public double? Observe(double value)
    {
        double? deviations = null;
        if (_count >= _least)
        {
            // Summed anew each time: a running sum of squares loses its digits where values are large and close together.
            var (mean, variance) = (0.0, 0.0);
            foreach (var known in _window.AsSpan(0, _count))
            {
                mean += known / _count;
            }

            foreach (var known in _window.AsSpan(0, _count))
            {
                variance += (known - mean) * (known - mean) / (_count - 1);
            }

            var deviation = Math.Max(Math.Sqrt(variance), _floor);
            deviations = deviation > 0 ? (value - mean) / deviation : value == mean ? 0 : double.CopySign(double.MaxValue, value - mean);
        }

        _window[_next] = value;
        _next = (_next + 1) % _window.Length;
        _count = Math.Min(_count + 1, _window.Length);
        return deviations;
    }
}
