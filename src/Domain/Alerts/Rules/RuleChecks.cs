using System.Globalization;
using System.Net.Mail;
using System.Text.RegularExpressions;
using Sentiment.Domain.Tenants;

namespace Sentiment.Domain.Alerts.Rules;

/// <summary>What a rule must be.</summary>
public static partial class RuleChecks
{
    /// <summary>The most symbols that a rule names.</summary>
    public const int MaxSymbols = 1000;

    /// <summary>The most targets of a rule.</summary>
    public const int MaxTargets = 10;

    private const int MinutesOfDay = 1440;
    private const int MinutesOfWeek = 10_080;
    private const int MaxAddress = 254;
    private const int MaxUri = 2048;

    [GeneratedRegex("^[a-z0-9-]{1,40}\\z")]
    private static partial Regex IdPattern { get; }

    [GeneratedRegex("^(env|keyvault):[A-Za-z0-9_-]{1,127}\\z")]
    private static partial Regex SecretPattern { get; }

    /// <summary>Whether a text can be a rule's id.</summary>
    public static bool IsId(string text) => IdPattern.IsMatch(text);

    /// <summary>All that is wrong with a rule, each beginning with the field: <c>when.windowMinutes: 1 to 1440 expected</c>.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="allowsHttp">Whether a webhook may be without encryption.</param>
    public static IReadOnlyList<string> ProblemsOf(AlertRule rule, bool allowsHttp)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return [.. Own(rule).Concat(Symbols(rule)).Concat(When(rule.When)).Concat(Quiet(rule.Quiet)).Concat(Targets(rule.Targets, allowsHttp))];
    }

    private static IEnumerable<string> Own(AlertRule rule)
    {
        if (!IsId(rule.Id))
        {
            yield return "id: 1 to 40 characters of [a-z0-9-] expected";
        }

        if (rule.Name.Length is 0 or > 100 || rule.Name.Any(char.IsControl) || string.IsNullOrWhiteSpace(rule.Name))
        {
            yield return "name: 1 to 100 characters on one line expected";
        }

        if (rule.CooldownMinutes is < 0 or > MinutesOfWeek)
        {
            yield return $"cooldownMinutes: 0 to {MinutesOfWeek} expected";
        }

        if (rule.DigestMinutes is < 1 or > MinutesOfDay)
        {
            yield return $"digestMinutes: 1 to {MinutesOfDay} expected, or null";
        }
    }

    private static IEnumerable<string> Symbols(AlertRule rule)
    {
        if (!RuleIndex.IsOnItems(rule.When.Kind))
        {
            if (rule.Symbols.Count > 0)
            {
                yield return $"symbols: none expected, for '{NameOf(rule.When.Kind)}' is about no symbol";
            }

            yield break;
        }

        if (rule.Symbols.Count is 0 or > MaxSymbols)
        {
            yield return $"symbols: 1 to {MaxSymbols} symbols expected, or [\"*\"]";
        }

        foreach (var (symbol, index) in rule.Symbols.Select((s, i) => (s, i)).Where(s => s.s == AlertRule.EverySymbol ? rule.Symbols.Count > 1 : !SymbolRules.IsSymbol(s.s)).Take(1))
        {
            yield return symbol == AlertRule.EverySymbol ? $"symbols[{index}]: '*' expected alone" : $"symbols[{index}]: a symbol of [A-Z0-9][A-Z0-9.^=/-], at most {SymbolRules.MaxLength} characters, expected";
        }
    }

    private static IEnumerable<string> When(AlertCondition when)
    {
        ((double Least, double Most)? Window, (double Least, double Most)? Above, (double Least, double Most)? Below) ranges = when.Kind switch
        {
            AlertKind.Score => ((1, MinutesOfDay), (-1, 1), (-1, 1)),
            AlertKind.Volume => ((1, MinutesOfDay), (1, 1e9), null),
            AlertKind.Change => ((1, MinutesOfDay), (0, 2), (0, 2)),
            AlertKind.Spike => (null, (1, 10), (1, 10)),
            AlertKind.Silent => ((5, MinutesOfWeek), null, null),
            AlertKind.Quota => (null, null, (0, 1)),
            _ => (null, null, null),
        };
        var (window, above, below) = ranges;
        var measures = when.Kind is AlertKind.Score or AlertKind.Change;
        return new[]
        {
            Number("windowMinutes", when.WindowMinutes, window, isNeeded: true),
            Number("above", when.Above, above, isNeeded: below is null),
            Number("below", when.Below, below, isNeeded: above is null),
            above is not null && below is not null && when.Above is null && when.Below is null ? "when.above: expected, or 'below'" : null,
            when.Kind == AlertKind.Score && when.Above <= when.Below ? "when.above: more than 'below' expected" : null,
            when.Kind == AlertKind.Change && (when.Above == 0 || when.Below == 0) ? $"when.{(when.Above == 0 ? "above" : "below")}: more than 0 expected" : null,
            Number("leastItems", when.LeastItems, measures ? (1, 1000) : null, isNeeded: false),
            Number("hysteresis", when.Hysteresis, RuleIndex.IsOnItems(when.Kind) ? (0, 1e9) : when.Kind == AlertKind.Quota ? (0, 1) : null, isNeeded: false),
            when.Kind is AlertKind.Silent or AlertKind.Quota
                ? when.Table is { Length: 0 or > 100 } ? "when.table: a table such as tiingo/news expected, or null" : null
                : when.Table is null ? null : Unused("table", when.Kind),
        }.OfType<string>();

        string? Number(string field, double? value, (double Least, double Most)? range, bool isNeeded) =>
            range is not { } allowed ? value is null ? null : Unused(field, when.Kind)
            : value is null ? isNeeded ? Expected(field, allowed) : null
            : value >= allowed.Least && value <= allowed.Most ? null : Expected(field, allowed);

        static string Expected(string field, (double Least, double Most) range) => string.Create(CultureInfo.InvariantCulture, $"when.{field}: {range.Least} to {range.Most} expected");
    }

    private static string Unused(string field, AlertKind kind) => $"when.{field}: not expected with '{NameOf(kind)}'";

    /// <summary>A kind as rules spell it: <c>runFailed</c>.</summary>
    public static string NameOf(AlertKind kind) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(kind.ToString());

    private static IEnumerable<string> Quiet(QuietHours? quiet)
    {
        if (quiet is null)
        {
            yield break;
        }

        foreach (var (field, text) in new[] { ("from", quiet.From), ("to", quiet.To) })
        {
            if (!TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
            {
                yield return $"quietHours.{field}: a time of day as HH:MM expected";
            }
        }

        if (quiet.From == quiet.To)
        {
            yield return "quietHours.to: another time than 'from' expected";
        }

        if (quiet.TimeZone.Length is 0 or > 64 || !TimeZoneInfo.TryFindSystemTimeZoneById(quiet.TimeZone, out _))
        {
            yield return "quietHours.timeZone: an IANA time zone such as Europe/Berlin expected";
        }
    }

    private static IEnumerable<string> Targets(IReadOnlyList<AlertTarget> targets, bool allowsHttp)
    {
        if (targets.Count > MaxTargets)
        {
            yield return $"targets: at most {MaxTargets} expected, found {targets.Count}";
        }

        foreach (var (target, index) in targets.Take(MaxTargets).Select((t, i) => (t, i)))
        {
            if (Problem(target, allowsHttp) is { } problem)
            {
                yield return $"targets[{index}]{problem}";
            }
        }
    }

    private static string? Problem(AlertTarget target, bool allowsHttp) => target switch
    {
        { Email: null, Webhook: null } or { Email: not null, Webhook: not null } => ": either 'email' or 'webhook' expected",
        { Email: { } email } => !IsAddress(email) ? ".email: an e-mail address expected"
            : target.Secret is not null ? ".secret: not expected with 'email'"
            : target.Shape != WebhookShape.Plain ? ".shape: not expected with 'email'" : null,
        { Webhook: { } uri } => !uri.IsAbsoluteUri || !(uri.Scheme == Uri.UriSchemeHttps || (allowsHttp && uri.Scheme == Uri.UriSchemeHttp)) || uri.OriginalString.Length > MaxUri
                || uri.UserInfo.Length > 0 || uri.Host.Length == 0 ? $".webhook: an absolute {(allowsHttp ? "http or " : "")}https address without a user expected"
            : target.Secret is { } secret && !SecretPattern.IsMatch(secret) ? ".secret: \"env:NAME\" or \"keyvault:NAME\" expected, never the secret itself" : null,
    };

    private static bool IsAddress(string text) =>
        text.Length <= MaxAddress && !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)) && MailAddress.TryCreate(text, out var address) && address.Address == text;
}
