namespace Sentiment.Domain.Alerts.Rules;

/// <summary>When a measurement meets a rule.</summary>
/// <param name="High">At least this; null: there is no upper threshold.</param>
/// <param name="Low">At most this; null: there is no lower one.</param>
/// <param name="Hysteresis">How far it has to come back.</param>
internal readonly record struct Threshold(double? High, double? Low, double Hysteresis)
{
    public static Threshold Of(AlertCondition when)
    {
        var hysteresis = when.Hysteresis ?? 0;
        return when.Kind switch
        {
            AlertKind.Score or AlertKind.Volume => new(when.Above, when.Below, hysteresis),
            AlertKind.Change or AlertKind.Spike => new(when.Above, -when.Below, hysteresis),
            AlertKind.Silent => new(when.WindowMinutes, null, 0),
            AlertKind.RunFailed => new(1, null, 0),
            AlertKind.Quota => new(null, when.Below, hysteresis),
            _ => throw new InvalidOperationException($"'{when.Kind}' has no threshold."),
        };
    }

    /// <summary>Whether a measurement is at or beyond the upper threshold (true) or the lower (false); null: neither.</summary>
    public bool? SideOf(Measure measure) => measure.High >= High ? true : measure.Low <= Low ? false : null;

    /// <summary>Whether what was beyond a threshold has not come back from it yet.</summary>
    public bool Stands(Measure measure, bool isAbove) => isAbove ? measure.High >= High - Hysteresis : measure.Low <= Low + Hysteresis;
}
