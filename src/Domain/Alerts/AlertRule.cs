using System.Text.Json.Serialization;

namespace Sentiment.Domain.Alerts;

/// <summary>What a tenant wants to be told of.</summary>
/// <param name="Id">1 to 40 characters of <c>[a-z0-9-]</c>, unique within the tenant.</param>
/// <param name="Version">Rises by one with every change, from 1.</param>
/// <param name="Name">What people call it, 1 to 100 characters on one line.</param>
/// <param name="IsEnabled">Whether it is evaluated and its alerts are delivered.</param>
/// <param name="Symbols">The symbols, each judged by itself; <c>*</c> stands for every one of the tenant's; empty for kinds that are about no symbol.</param>
/// <param name="When">What has to be the case.</param>
/// <param name="CooldownMinutes">After an alert the same rule raises none for the same symbol for so long; 0 to 10,080.</param>
/// <param name="Quiet">When its alerts are held back; null: never.</param>
/// <param name="DigestMinutes">Alerts of so many minutes, on the clock in UTC, come as one message; null: each at once.</param>
/// <param name="Targets">Who is told, 0 to 10; the inbox and live dashboards are always told.</param>
public sealed record AlertRule(
    string Id, int Version, string Name, bool IsEnabled, IReadOnlyList<string> Symbols, AlertCondition When,
    int CooldownMinutes, QuietHours? Quiet, int? DigestMinutes, IReadOnlyList<AlertTarget> Targets)
{
    /// <summary>Stands for every symbol of the tenant.</summary>
    public const string EverySymbol = "*";

    /// <summary>When this version was made, UTC.</summary>
    public DateTimeOffset ChangedAt { get; init; }
}

/// <summary>What a rule watches.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AlertKind>))]
public enum AlertKind
{
    /// <summary>The mean score of a window is at or beyond a threshold.</summary>
    Score,

    /// <summary>The number of items of a window is at or above a threshold.</summary>
    Volume,

    /// <summary>The mean score of a window differs from that of the window before by a threshold or more.</summary>
    Change,

    /// <summary>The mean score or the number of items of an hour stands out from the hours before it.</summary>
    Spike,

    /// <summary>A table has brought nothing new for so long.</summary>
    Silent,

    /// <summary>The tenant's part in a run failed.</summary>
    RunFailed,

    /// <summary>Less than a share of a vendor's calls is left.</summary>
    Quota,
}

/// <summary>What has to be the case; each kind uses the fields that its own line names.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="WindowMinutes">Score, volume, change: how far back items count, 1 to 1,440. Silent: for how long nothing came, 5 to 10,080.</param>
/// <param name="Above">Score: the mean is at least this, −1 to 1. Volume: so many items. Change: it rose by at least this, 0 to 2. Spike: so many deviations above, 1 to 10.</param>
/// <param name="Below">Score: the mean is at most this. Change: it fell by at least this, 0 to 2. Spike: so many deviations below. Quota: at most this share is left, 0 to 1.</param>
/// <param name="LeastItems">Score, change: fewer items say nothing; 1 to 1,000.</param>
/// <param name="Hysteresis">How far the value must come back from the threshold before the rule can raise again; in the threshold's unit, 0 or more.</param>
/// <param name="Table">Silent: the table. Quota: the vendor is that of this table. Null: any of the tenant's.</param>
public sealed record AlertCondition(
    AlertKind Kind, int? WindowMinutes = null, double? Above = null, double? Below = null, int? LeastItems = null, double? Hysteresis = null, string? Table = null);

/// <summary>Hours of the day in which alerts are held back; they are delivered when the hours end.</summary>
/// <param name="From">The first minute, as HH:MM.</param>
/// <param name="To">The end, exclusive, as HH:MM; before <paramref name="From"/> for hours over midnight.</param>
/// <param name="TimeZone">An IANA time zone, such as <c>Europe/Berlin</c>; default UTC.</param>
public sealed record QuietHours(string From, string To, string TimeZone = "UTC");

/// <summary>Who is told: exactly one of an address and a webhook.</summary>
/// <param name="Email">An e-mail address.</param>
/// <param name="Webhook">An absolute https address, or http where the host's settings allow it.</param>
/// <param name="Shape">The shape of a webhook's body.</param>
/// <param name="Secret">Where a webhook's signing secret is: <c>env:NAME</c> or <c>keyvault:NAME</c>; null: it is not signed.</param>
public sealed record AlertTarget(string? Email = null, Uri? Webhook = null, WebhookShape Shape = WebhookShape.Plain, string? Secret = null);

/// <summary>The shape of a webhook's body.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<WebhookShape>))]
public enum WebhookShape
{
    /// <summary>The alert as the API shows it.</summary>
    Plain,

    /// <summary>A message of Slack's incoming webhooks.</summary>
    Slack,

    /// <summary>An adaptive card of Microsoft Teams' workflows.</summary>
    Teams,
}
