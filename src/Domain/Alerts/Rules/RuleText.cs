using System.Globalization;

namespace Sentiment.Domain.Alerts.Rules;

/// <summary>Says in one line what has happened.</summary>
internal static class RuleText
{
    /// <summary>Of a rule on items.</summary>
    public static string Of(AlertRule rule, string symbol, RuleStep step)
    {
        var when = rule.When;
        var items = step.Count == 1 ? "1 item" : string.Create(CultureInfo.InvariantCulture, $"{step.Count} items");
        var (value, window) = (step.Value, SpanOf(MeasuredItems.WindowOf(when)));
        return when.Kind switch
        {
            AlertKind.Score => string.Create(CultureInfo.InvariantCulture, $"{symbol}: mean score {value:0.00} of {items} in {window}, {(step.State.IsAbove ? $"at least {when.Above:0.00##}" : $"at most {when.Below:0.00##}")}"),
            AlertKind.Volume => string.Create(CultureInfo.InvariantCulture, $"{symbol}: {items} in {window}, at least {when.Above}"),
            AlertKind.Change => string.Create(CultureInfo.InvariantCulture, $"{symbol}: mean score {(value > 0 ? "rose" : "fell")} by {Math.Abs(value):0.00} within {window} ({items}), at least {(step.State.IsAbove ? when.Above : when.Below):0.00##}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{symbol}: the last hour ({items}) stands out by {value:0.0} deviations, at least {(step.State.IsAbove ? when.Above : when.Below)}"),
        };
    }

    /// <summary>Minutes as people say them.</summary>
    public static string SpanOf(double minutes) => minutes switch
    {
        1 => "1 minute",
        60 => "1 hour",
        >= 120 when minutes % 60 == 0 => string.Create(CultureInfo.InvariantCulture, $"{minutes / 60:0} hours"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{minutes:0} minutes"),
    };
}
