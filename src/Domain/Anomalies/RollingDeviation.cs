namespace Sentiment.Domain.Anomalies;

/// <summary>Tells values that stand out from those before them: more than two standard deviations from a rolling mean.</summary>
/// <remarks>Not for use by several threads at once.</remarks>
public sealed class RollingDeviation
{
    /// <summary>Standard deviations from the mean at which a value stands out.</summary>
    public const double Threshold = 2;

    private readonly Queue<double> _window;
    private readonly int _size;
    private readonly int _least;
    private readonly double _floor;

    /// <summary>Begins with no values.</summary>
    /// <param name="size">How many values before one it is compared with.</param>
    /// <param name="least">With fewer before it nothing stands out.</param>
    /// <param name="floor">The least deviation that is reckoned with, so that the first change after many equal values is not taken for more than it is.</param>
    public RollingDeviation(int size, int least, double floor)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(least, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, least);
        ArgumentOutOfRangeException.ThrowIfNegative(floor);
        (_size, _least, _floor) = (size, least, floor);
        _window = new(size);
    }

    /// <summary>Takes the next value in.</summary>
    /// <param name="value">The value.</param>
    /// <returns>By how many standard deviations it is above (or, negative, below) the mean of those before it; null: there were too few.</returns>
    public double? Observe(double value)
    {
        double? deviations = null;
        if (_window.Count >= _least)
        {
            // Summed anew each time: a running sum of squares loses its digits where values are large and close together.
            var mean = _window.Average();
            var variance = _window.Sum(v => (v - mean) * (v - mean)) / (_window.Count - 1);
            var deviation = Math.Max(Math.Sqrt(variance), _floor);
            deviations = deviation > 0 ? (value - mean) / deviation : value == mean ? 0 : double.CopySign(double.MaxValue, value - mean);
        }

        if (_window.Count == _size)
        {
            _window.Dequeue();
        }

        _window.Enqueue(value);
        return deviations;
    }
}
