using System.Text.Json.Serialization;
using Sentiment.Domain.Alerts;
using Sentiment.Domain.Alerts.Rules;

namespace Sentiment.Api;

/// <summary>What a rule watches, as the outside sees it; each kind has its own fields, see docs/alerts.md.</summary>
/// <param name="Kind"><c>score</c>, <c>volume</c>, <c>change</c>, <c>spike</c>, <c>silent</c>, <c>runFailed</c> or <c>quota</c>.</param>
/// <param name="WindowMinutes">How far back items count, or for how long nothing came.</param>
/// <param name="Above">The upper threshold.</param>
/// <param name="Below">The lower threshold.</param>
/// <param name="LeastItems">Fewer items say nothing.</param>
/// <param name="Hysteresis">How far the value must come back.</param>
/// <param name="Table">Only this table.</param>
public sealed record ConditionDocument(
    string? Kind, int? WindowMinutes = null, double? Above = null, double? Below = null, int? LeastItems = null, double? Hysteresis = null, string? Table = null);

/// <summary>When alerts are held back.</summary>
/// <param name="From">HH:MM.</param>
/// <param name="To">HH:MM, exclusive.</param>
/// <param name="TimeZone">An IANA time zone; default UTC.</param>
public sealed record QuietHoursDocument(string? From, string? To, string? TimeZone = null);

/// <summary>Who is told.</summary>
/// <param name="Email">An e-mail address.</param>
/// <param name="Webhook">An address; whoever may not change rules sees its host alone.</param>
/// <param name="Shape"><c>plain</c>, <c>slack</c> or <c>teams</c>; default plain.</param>
/// <param name="Secret">Where the signing secret is.</param>
public sealed record TargetDocument(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Email = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Webhook = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Shape = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Secret = null);

/// <summary>An alert rule as the outside sees it; what is sent may leave out whatever has a default.</summary>
/// <param name="Id">Its id, as in its path.</param>
/// <param name="Version">Rises with every change; its ETag. Not looked at in what is sent.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Enabled">Whether it is evaluated; default true.</param>
/// <param name="Symbols">The symbols, or <c>*</c>.</param>
/// <param name="When">What has to be the case.</param>
/// <param name="CooldownMinutes">Default 60.</param>
/// <param name="QuietHours">When its alerts are held back; default never.</param>
/// <param name="DigestMinutes">Alerts of so many minutes come as one message; default: each at once.</param>
/// <param name="Targets">Who is told.</param>
/// <param name="ChangedAt">When this version was made. Not looked at in what is sent.</param>
public sealed record RuleDocument(
    string? Id, int? Version, string? Name, bool? Enabled, IReadOnlyList<string?>? Symbols, ConditionDocument? When, int? CooldownMinutes, QuietHoursDocument? QuietHours,
    int? DigestMinutes, IReadOnlyList<TargetDocument?>? Targets, DateTimeOffset? ChangedAt)
{
    private const int DefaultCooldown = 60;
    private static readonly string[] Kinds = [.. Enum.GetValues<AlertKind>().Select(RuleChecks.NameOf)];
    private static readonly string[] Shapes = [.. Enum.GetNames<WebhookShape>().Select(s => s.ToLowerInvariant())];

    /// <summary>As stored.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="isWhole">Whether webhooks are shown whole: many hold a secret in their path.</param>
    public static RuleDocument Of(AlertRule rule, bool isWhole)
    {
        ArgumentNullException.ThrowIfNull(rule);
        var when = rule.When;
        return new(
            rule.Id, rule.Version, rule.Name, rule.IsEnabled, rule.Symbols,
            new(RuleChecks.NameOf(when.Kind), when.WindowMinutes, when.Above, when.Below, when.LeastItems, when.Hysteresis, when.Table),
            rule.CooldownMinutes, rule.Quiet is { } quiet ? new(quiet.From, quiet.To, quiet.TimeZone) : null, rule.DigestMinutes,
            [.. rule.Targets.Select(t => t.Webhook is { } uri
                ? new TargetDocument(null, isWhole ? uri.OriginalString : $"{uri.Scheme}://{uri.Authority}/…", Shapes[(int)t.Shape], t.Secret) : new TargetDocument(t.Email))],
            rule.ChangedAt.ToUniversalTime());
    }

    /// <summary>The rule that is meant, without a version, or all that is wrong with it.</summary>
    /// <param name="id">The id that the path names; null: that of the document, if any.</param>
    /// <param name="allowsHttp">Whether webhooks may be without encryption.</param>
    internal (AlertRule? Rule, IReadOnlyList<string> Problems) Read(string? id, bool allowsHttp)
    {
        var problems = new List<string>();
        if (id is not null && Id is not null && Id != id)
        {
            problems.Add($"id: '{id}' as in the path expected, or nothing");
        }

        var kind = Array.IndexOf(Kinds, When?.Kind);
        if (kind < 0)
        {
            problems.Add($"when.kind: one of {string.Join(", ", Kinds)} expected");
        }

        if (Symbols?.Any(s => s is null) == true || Targets?.Any(t => t is null) == true)
        {
            problems.Add($"{(Symbols?.Any(s => s is null) == true ? "symbols" : "targets")}: no null expected");
        }

        var targets = new List<AlertTarget>();
        foreach (var (target, index) in (Targets ?? []).Select((t, i) => (t ?? new(), i)))
        {
            var (shape, uri) = (Array.IndexOf(Shapes, target.Shape ?? Shapes[0]), (Uri?)null);
            if (shape < 0)
            {
                problems.Add($"targets[{index}].shape: one of {string.Join(", ", Shapes)} expected");
            }

            if (target.Webhook is not null && !Uri.TryCreate(target.Webhook, UriKind.Absolute, out uri))
            {
                problems.Add($"targets[{index}].webhook: an absolute address expected");
                uri = new("https://unread.invalid/");
            }

            targets.Add(new(target.Email, uri, (WebhookShape)Math.Max(0, shape), target.Secret));
        }

        var rule = new AlertRule(
            id ?? Id ?? "preview", 0, Name ?? "", Enabled ?? true, [.. (Symbols ?? []).OfType<string>().Select(s => s.ToUpperInvariant()).Distinct(StringComparer.Ordinal)],
            new((AlertKind)Math.Max(0, kind), When?.WindowMinutes, When?.Above, When?.Below, When?.LeastItems, When?.Hysteresis, When?.Table),
            CooldownMinutes ?? DefaultCooldown, QuietHours is { } quiet ? new(quiet.From ?? "", quiet.To ?? "", quiet.TimeZone ?? "UTC") : null, DigestMinutes, targets);
        if (problems.Count == 0)
        {
            problems.AddRange(RuleChecks.ProblemsOf(rule, allowsHttp));
        }

        return (problems.Count == 0 ? rule : null, problems);
    }
}

/// <summary>When a rule would have raised an alert.</summary>
/// <param name="Symbol">The symbol, or the table; empty for runs.</param>
/// <param name="At">UTC.</param>
/// <param name="Value">What was measured.</param>
public sealed record PreviewTimeDocument(string Symbol, DateTimeOffset At, double Value);

/// <summary>What a rule would have done over the last seven days.</summary>
/// <param name="From">From when it was looked at.</param>
/// <param name="To">Up to when.</param>
/// <param name="Fired">How many alerts it would have raised.</param>
/// <param name="Times">The newest of them, at most 100.</param>
/// <param name="Note">What could not be looked at; null: all was.</param>
public sealed record PreviewDocument(DateTimeOffset From, DateTimeOffset To, int Fired, IReadOnlyList<PreviewTimeDocument> Times, string? Note)
{
    /// <summary>As evaluated.</summary>
    public static PreviewDocument Of(PreviewedRule preview)
    {
        ArgumentNullException.ThrowIfNull(preview);
        return new(preview.From, preview.To, preview.Fired, [.. preview.Times.Select(t => new PreviewTimeDocument(t.Symbol, t.At, Math.Round(t.Value, 6)))], preview.Note);
    }
}

/// <summary>What was measured.</summary>
/// <param name="Value">The value.</param>
/// <param name="Count">The items it was measured from.</param>
public sealed record MeasuredDocument(double Value, long Count);

/// <summary>An alert measured again.</summary>
/// <param name="Value">What is measured now; null: nothing can be said.</param>
/// <param name="Holds">Whether it meets the rule as that stood; null: it cannot be measured again.</param>
/// <param name="Count">The items it is measured from.</param>
/// <param name="Then">What was measured when the alert was raised.</param>
/// <param name="Note">Why it cannot be measured again; null: it was.</param>
public sealed record EvaluationDocument(double? Value, bool? Holds, long Count, MeasuredDocument Then, string? Note)
{
    /// <summary>As measured.</summary>
    public static EvaluationDocument Of(Alert alert, ReevaluatedAlert seen)
    {
        ArgumentNullException.ThrowIfNull(alert);
        ArgumentNullException.ThrowIfNull(seen);
        return new(seen.Value is { } value ? Math.Round(value, 6) : null, seen.Holds, seen.Count, new(Math.Round(alert.Value, 6), alert.Evidence.Count), seen.Note);
    }
}
