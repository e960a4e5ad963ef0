using System.Globalization;
using System.Text.Json.Serialization;

namespace Sentiment.Domain.Alerts.Delivery;

/// <summary>Where a delivery to one target stands.</summary>
public enum DeliveryStatus
{
    /// <summary>It is to be sent, now or again later.</summary>
    Waiting,

    /// <summary>It waits for the end of quiet hours or of a digest's interval.</summary>
    Held,

    /// <summary>The target took it.</summary>
    Sent,

    /// <summary>Nobody wants it any more: the rule is disabled or gone, or the reader unsubscribed.</summary>
    Withdrawn,

    /// <summary>It was refused, or was tried as often as it may be; it can be sent again on demand.</summary>
    Dead,
}

/// <summary>What is to become, or became, of a message at one target.</summary>
/// <param name="Number">From 1, unique within the message.</param>
/// <param name="Target">Who is told.</param>
public sealed record TargetDelivery(int Number, AlertTarget Target)
{
    /// <summary>Where it stands.</summary>
    public DeliveryStatus Status { get; init; }

    /// <summary>The generation of the workflow that sees to it: another one for each time that it is sent again on demand.</summary>
    public int Generation { get; init; } = 1;

    /// <summary>The step of that workflow that last began to send it; 0: none yet.</summary>
    public int Step { get; init; }

    /// <summary>Whether what came of that step is recorded; if not, it may or may not have been sent.</summary>
    public bool IsSettled { get; init; } = true;

    /// <summary>Sends begun since it was last asked for.</summary>
    public int Attempts { get; init; }

    /// <summary>Of them failed, those aside where the target only asked to wait.</summary>
    public int Failures { get; init; }

    /// <summary>When it was first begun since it was last asked for; UTC.</summary>
    public DateTimeOffset? BegunAt { get; init; }

    /// <summary>When it is tried next; null: at once, or never again.</summary>
    public DateTimeOffset? NextAt { get; init; }

    /// <summary>When the target took it; UTC.</summary>
    public DateTimeOffset? SentAt { get; init; }

    /// <summary>Why it waits, was withdrawn or is dead.</summary>
    public string? Reason { get; init; }

    /// <summary>Whether nothing more will be done for it, unless somebody asks.</summary>
    [JsonIgnore]
    public bool IsFinal => Status is DeliveryStatus.Sent or DeliveryStatus.Withdrawn or DeliveryStatus.Dead;

    /// <summary>The target in words, without anything secret that its address may have: <c>mail a@b.c</c> or <c>webhook https://host/…</c>.</summary>
    [JsonIgnore]
    public string To => NameOf(Target);

    /// <summary>A target in words.</summary>
    internal static string NameOf(AlertTarget target) => target.Email is { } address
        ? $"mail {address}"
        : target.Webhook is { } url ? $"webhook {url.GetLeftPart(UriPartial.Authority)}/…" : "nobody";
}

/// <summary>One or, in a digest, several alerts of a rule that are sent together; its rows are in <see cref="AlertPartitions.Of"/>.</summary>
/// <param name="Id">The alert's id, or one that a digest's rule and interval have.</param>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Rule">The rule's id.</param>
/// <param name="At">When it was made; UTC.</param>
public sealed record AlertMessage(string Id, string Tenant, string Rule, DateTimeOffset At)
{
    /// <summary>The most alerts that a digest names; further ones are counted alone, and stand in the inbox.</summary>
    public const int MaxAlerts = 500;

    /// <summary>A digest's end: until then alerts are added; null: it is none.</summary>
    public DateTimeOffset? DigestUntil { get; init; }

    /// <summary>Whether no alert is added any more.</summary>
    public bool IsClosed { get; init; }

    /// <summary>Its alerts, by id, in the order in which they were raised.</summary>
    public required IReadOnlyList<string> Alerts { get; init; }

    /// <summary>Further alerts that it counts alone.</summary>
    public int More { get; init; }

    /// <summary>What is to become of it at each target.</summary>
    public required IReadOnlyList<TargetDelivery> Deliveries { get; init; }

    /// <summary>The id that every send of a delivery carries, so that a reader can tell a repeat.</summary>
    /// <param name="number">The delivery.</param>
    public string IdOf(int number) => string.Create(CultureInfo.InvariantCulture, $"{Id}.{number}");

    /// <summary>The message with one delivery replaced by number.</summary>
    internal AlertMessage With(TargetDelivery changed) => this with { Deliveries = [.. Deliveries.Select(d => d.Number == changed.Number ? changed : d)] };
}

/// <summary>Whether somebody has looked at an alert.</summary>
public enum AlertState
{
    /// <summary>Not yet.</summary>
    New,

    /// <summary>Somebody said so.</summary>
    Seen,
}

/// <summary>An alert as it is stored.</summary>
/// <param name="Alert">The alert; in lists its evidence has no items.</param>
/// <param name="State">Whether somebody has looked at it.</param>
/// <param name="SeenAt">When; UTC.</param>
/// <param name="Message">The message that it is sent with; null: its rule has no targets.</param>
public sealed record StoredAlert(Alert Alert, AlertState State = AlertState.New, DateTimeOffset? SeenAt = null, string? Message = null);

/// <summary>That a message is to be delivered; the row stands until nothing is left to do for it.</summary>
/// <param name="At">When it was made or asked for again; UTC.</param>
internal sealed record OpenMessage(DateTimeOffset At);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StoredAlert))]
[JsonSerializable(typeof(IReadOnlyList<EvidenceItem>), TypeInfoPropertyName = "EvidenceItems")]
[JsonSerializable(typeof(AlertMessage))]
[JsonSerializable(typeof(OpenMessage))]
[JsonSerializable(typeof(string))]
internal sealed partial class DeliveryJson : JsonSerializerContext;
