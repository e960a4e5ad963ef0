using Sentiment.Domain.Anomalies;

namespace Sentiment.Domain.Alerts.Rules;

/// <summary>What a rule measures at a minute.</summary>
/// <param name="High">What is held against the upper threshold; NaN: nothing can be said.</param>
/// <param name="Low">What is held against the lower one.</param>
/// <param name="Count">The items it was measured from.</param>
internal readonly record struct Measure(double High, double Low, long Count)
{
    /// <summary>One value for both thresholds.</summary>
    public static Measure Of(double value, long count) => new(value, value, count);

    /// <summary>Nothing can be said, which meets no threshold.</summary>
    public static Measure None(long count) => Of(double.NaN, count);
}

/// <summary>What is measured, minute by minute or now alone.</summary>
internal interface IMeasured
{
    /// <summary>How many minutes back it is looked for the end of what a rule is met by; 0: only now.</summary>
    int MinutesBack { get; }

    /// <summary>As it is at the end of a minute.</summary>
    Measure At(long minute);
}

/// <summary>What is measured now, and is not known of earlier minutes.</summary>
internal readonly struct MeasuredNow(Measure measure) : IMeasured
{
    public int MinutesBack => 0;

    public Measure At(long minute) => measure;
}

/// <summary>What rules on items measure of a symbol's minutes; a window of W minutes has the current one and the W − 1 before it.</summary>
internal readonly struct MeasuredItems(AlertCondition when, MinuteSeries series) : IMeasured
{
    private const int Hour = 60;
    private const int HoursBefore = 20;
    private const int LeastHours = 8;

    public int MinutesBack => MinutesBackOf(when);

    /// <summary>How many minutes have to be known to judge the current one.</summary>
    public static int HorizonOf(AlertCondition when) => SpanOf(when) + MinutesBackOf(when);

    /// <summary>How many minutes a measurement is made from.</summary>
    public static int SpanOf(AlertCondition when) => when.Kind switch
    {
        AlertKind.Change => 2 * WindowOf(when),
        AlertKind.Spike => (HoursBefore + 1) * Hour,
        _ => WindowOf(when),
    };

    /// <summary>The minutes that an alert shows the items of.</summary>
    public static int WindowOf(AlertCondition when) => when.Kind == AlertKind.Spike ? Hour : when.WindowMinutes ?? Hour;

    public Measure At(long minute)
    {
        var window = WindowOf(when);
        var now = series.Between(minute - window + 1, minute + 1);
        var least = when.LeastItems ?? 1;
        switch (when.Kind)
        {
            case AlertKind.Volume:
                return Measure.Of(now.Count, now.Count);
            case AlertKind.Score:
                return now.Count < least ? Measure.None(now.Count) : Measure.Of(now.Mean, now.Count);
            case AlertKind.Change:
                var before = series.Between(minute - (2 * window) + 1, minute - window + 1);
                return now.Count < least || before.Count < least ? Measure.None(now.Count) : Measure.Of(now.Mean - before.Mean, now.Count);
            case AlertKind.Spike:
                return Deviations(minute, now);
            default:
                throw new InvalidOperationException($"{when.Kind} is not measured from items.");
        }
    }

    private static int MinutesBackOf(AlertCondition when) => Math.Max(Hour, WindowOf(when));

    // As trends mark bars: a count may differ by its square root by chance, a mean by a hundredth without anybody's noticing.
    private Measure Deviations(long minute, MinuteTally now)
    {
        var (volume, sentiment) = (new RollingDeviation(HoursBefore, LeastHours, floor: 1), new RollingDeviation(HoursBefore, LeastHours, floor: 0.01));
        var hasBegun = false;
        (double? Volume, double? Sentiment) last = default;
        for (var hour = HoursBefore; hour >= 0; hour--)
        {
            var tally = series.Between(minute - ((hour + 1) * Hour) + 1, minute - (hour * Hour) + 1);
            hasBegun |= tally.Count > 0;
            last = (hasBegun ? volume.Observe(tally.Count) : null, tally.Count > 0 ? sentiment.Observe(tally.Mean) : null);
        }

        var (v, s) = (last.Volume ?? double.NaN, last.Sentiment ?? double.NaN);
        return new(double.MaxNumber(v, s), double.MinNumber(v, s), now.Count);
    }
}
