namespace Sentiment.Domain.Alerts.Rules;

/// <summary>A rule begins to be met by a symbol, or ends to be.</summary>
/// <param name="State">What it remembers from then on.</param>
/// <param name="Raises">Whether an alert is due.</param>
/// <param name="Value">What was measured, where it begins.</param>
/// <param name="Count">The items it was measured from.</param>
internal sealed record RuleStep(SymbolState State, bool Raises, double Value, long Count)
{
    /// <summary>What becomes of a rule and a symbol; a pure function, which live evaluation and preview share.</summary>
    /// <remarks>
    /// It ends to be met in the first minute after it began in which the measurement has come back by the hysteresis, if nobody
    /// looked then too: so it does not depend on when pages come. It begins only with what is so now.
    /// </remarks>
    /// <param name="rule">The rule.</param>
    /// <param name="known">What it remembers; null: nothing.</param>
    /// <param name="measured">What is measured.</param>
    /// <param name="now">The time.</param>
    /// <param name="seen">Up to this minute it was looked for an end already.</param>
    /// <returns>Null: nothing changes.</returns>
    public static RuleStep? Of<TMeasured>(AlertRule rule, SymbolState? known, TMeasured measured, DateTimeOffset now, long seen = 0)
        where TMeasured : IMeasured
    {
        var minute = Trends.Bucket.MinuteOf(now);
        var threshold = Threshold.Of(rule.When);
        var standing = known?.IsOf(rule) == true ? known : null;
        if (standing is { IsFiring: true } && !HasEnded(threshold, standing, measured, minute, seen))
        {
            return null;
        }

        var measure = measured.At(minute);
        if (threshold.SideOf(measure) is { } isAbove)
        {
            var episode = Math.Max((known?.Episode ?? 0) + 1, now.ToUnixTimeMilliseconds());
            var isCooling = standing?.LastRaisedAt is { } last && now < last.AddMinutes(rule.CooldownMinutes);
            var next = new SymbolState(rule.Version, rule.ChangedAt, true, episode, isAbove, isCooling ? standing!.LastRaisedAt : now);
            return new(next, !isCooling, isAbove ? measure.High : measure.Low, measure.Count);
        }

        return standing is { IsFiring: true } ? new(standing with { IsFiring = false }, false, 0, 0) : null;
    }

    private static bool HasEnded<TMeasured>(Threshold threshold, SymbolState standing, TMeasured measured, long minute, long seen)
        where TMeasured : IMeasured
    {
        if (measured.MinutesBack == 0)
        {
            return !threshold.Stands(measured.At(minute), standing.IsAbove);
        }

        for (var at = Math.Max(Math.Max(standing.Minute, minute - measured.MinutesBack), seen) + 1; at <= minute; at++)
        {
            if (!threshold.Stands(measured.At(at), standing.IsAbove))
            {
                return true;
            }
        }

        return false;
    }
}
