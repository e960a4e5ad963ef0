using System.Text.Json.Serialization;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Alerts.Rules;

/// <summary>What a rule remembers of a symbol; written only when the rule begins or ends to be met.</summary>
/// <param name="Version">The rule's version that it is of.</param>
/// <param name="Of">When that version was made: a rule that was deleted and made again counts its versions from 1 again.</param>
/// <param name="IsFiring">Whether the rule is met, within its hysteresis.</param>
/// <param name="Episode">When it last began to be met, in milliseconds since 1970, and greater than any before it, of whichever version.</param>
/// <param name="IsAbove">Whether it was the upper threshold that was passed.</param>
/// <param name="LastRaisedAt">When it last raised an alert; null: never.</param>
internal sealed record SymbolState(
    int Version, DateTimeOffset Of, [property: JsonPropertyName("firing")] bool IsFiring, long Episode, [property: JsonPropertyName("above")] bool IsAbove, DateTimeOffset? LastRaisedAt)
{
    /// <summary>The minute in which the last episode began.</summary>
    [JsonIgnore]
    public long Minute => Episode / 60_000;

    /// <summary>Whether it is of a rule as it stands now; if not, the rule starts afresh.</summary>
    public bool IsOf(AlertRule rule) => Version == rule.Version && Of == rule.ChangedAt;

    /// <summary>The key of its row.</summary>
    public static string Key(string rule, string symbol) => $"{Prefix(rule)}{(symbol.Length == 0 ? "-" : TableLimits.Escape(symbol))}";

    /// <summary>What the keys of all that a rule remembers begin with.</summary>
    public static string Prefix(string rule) => $"s|{rule}|";

    /// <summary>The write of it over what was read.</summary>
    public TableWrite Over(TableRow? row, string key)
    {
        var data = Rows.Write(this, RuleJson.Default.SymbolState);
        return row is null ? TableWrite.Insert(key, Rows.Version, data) : TableWrite.IfMatch(key, Rows.Version, data, row.ETag);
    }
}
