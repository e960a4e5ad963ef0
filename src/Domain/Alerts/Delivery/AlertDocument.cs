using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sentiment.Domain.Alerts.Delivery;

/// <summary>An alert as the API, live groups and webhooks show it; times are UTC.</summary>
/// <param name="Id">32 hex digits, the same for the same episode.</param>
/// <param name="Rule">The rule as it stood.</param>
/// <param name="Kind">The rule's kind: <c>score</c>, <c>volume</c>, <c>change</c>, <c>spike</c>, <c>silent</c>, <c>runFailed</c> or <c>quota</c>.</param>
/// <param name="Symbol">The symbol; for kinds without one the table, vendor or run.</param>
/// <param name="RaisedAt">When it was raised.</param>
/// <param name="Value">What was measured.</param>
/// <param name="Summary">One line for people.</param>
/// <param name="State"><c>new</c> or <c>seen</c>.</param>
/// <param name="Evidence">What it was measured from; lists leave its items out.</param>
/// <param name="Evaluate">The command that evaluates it again.</param>
/// <param name="Deliveries">What is to become, or became, of it at each target; a digest's are those of all of its alerts.</param>
public sealed record AlertDocument(
    string Id, AlertRuleDocument Rule, string Kind, string Symbol, DateTime RaisedAt, double Value, string Summary, string State,
    EvidenceDocument Evidence, string Evaluate, IReadOnlyList<DeliveryDocument> Deliveries)
{
    /// <summary>As stored.</summary>
    /// <param name="inbox">The alert with its message.</param>
    public static AlertDocument Of(InboxAlert inbox)
    {
        ArgumentNullException.ThrowIfNull(inbox);
        var (alert, state) = (inbox.Stored.Alert, inbox.Stored.State);
        return new(
            alert.Id, new(alert.Rule.Id, alert.Rule.Version, alert.Rule.Name), NameOf(alert.Rule.When.Kind), alert.Symbol, alert.RaisedAt.UtcDateTime, alert.Value, alert.Summary,
            state == AlertState.Seen ? "seen" : "new", EvidenceDocument.Of(alert), CommandOf(alert),
            [.. inbox.Message?.Deliveries.Select(d => DeliveryDocument.Of(inbox.Message, d)) ?? []]);
    }

    /// <summary>As stored, for a list.</summary>
    /// <param name="inbox">The alert with its message.</param>
    public static AlertDocument OfListed(InboxAlert inbox)
    {
        var alert = Of(inbox);
        return alert with { Evidence = alert.Evidence with { Items = null } };
    }

    /// <summary>A rule's kind as it is written.</summary>
    public static string NameOf(AlertKind kind) => JsonNamingPolicy.CamelCase.ConvertName(kind.ToString());

    /// <summary>The command that evaluates an alert again.</summary>
    internal static string CommandOf(Alert alert) => $"./sentiment alerts --tenant {alert.Tenant} --evaluate {alert.Id}";

    /// <summary>The document as JSON.</summary>
    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, AlertDocumentJson.Default.AlertDocument);
}

/// <summary>A rule as it stood when an alert was raised.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Version">Its version.</param>
/// <param name="Name">What people called it.</param>
public sealed record AlertRuleDocument(string Id, int Version, string Name);

/// <summary>What an alert was measured from.</summary>
/// <param name="From">The window's start; null for kinds without a window.</param>
/// <param name="To">The window's end.</param>
/// <param name="Count">Items in the window.</param>
/// <param name="Items">The newest of them, at most 20; left out in lists.</param>
/// <param name="Run">The run that a failure is about.</param>
/// <param name="Reason">Why it failed, or what is nearly gone.</param>
public sealed record EvidenceDocument(
    DateTime? From, DateTime? To, long Count, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<EvidenceItemDocument>? Items, string? Run, string? Reason)
{
    internal static EvidenceDocument Of(Alert alert) => new(
        alert.Evidence.From?.UtcDateTime, alert.Evidence.To?.UtcDateTime, alert.Evidence.Count, [.. alert.Evidence.Items.Select(i => EvidenceItemDocument.Of(alert, i))],
        alert.Evidence.Run, alert.Evidence.Reason);
}

/// <summary>An item as it stood when an alert was raised.</summary>
/// <param name="Id">The item's id.</param>
/// <param name="Source">Its table.</param>
/// <param name="Title">What was scored; the vendor's text.</param>
/// <param name="Url">Its link, http or https; null: none.</param>
/// <param name="PublishedAt">When it was published.</param>
/// <param name="Score">−1 to 1.</param>
/// <param name="Model">The model that scored it.</param>
/// <param name="Raw">The route of the API that has the body it was read from; null where that is no longer kept.</param>
public sealed record EvidenceItemDocument(string Id, string Source, string Title, Uri? Url, DateTime PublishedAt, double Score, string Model, string? Raw)
{
    internal static EvidenceItemDocument Of(Alert alert, EvidenceItem item) => new(
        item.Id, item.Table, item.Title, LinkOf(item.Url), item.PublishedAt.UtcDateTime, item.Score / 1e6, item.Model,
        item.Raw is null ? null : $"/api/tenants/{alert.Tenant}/alerts/{alert.Id}/raw/{item.Id}");

    /// <summary>A vendor's link, if it is one that a reader may be given.</summary>
    internal static Uri? LinkOf(Uri? url) => url is { IsAbsoluteUri: true } && url.Scheme is "http" or "https" ? url : null;
}

/// <summary>What is to become, or became, of an alert at a target.</summary>
/// <param name="Id">The message's id, a dot and the delivery's number.</param>
/// <param name="Target"><c>mail a@b.c</c> or <c>webhook https://host/…</c>.</param>
/// <param name="Status"><c>waiting</c>, <c>held</c>, <c>sent</c>, <c>withdrawn</c> or <c>dead</c>.</param>
/// <param name="Attempts">Sends begun since it was last asked for.</param>
/// <param name="NextAt">When it is tried next; null: at once, or never again.</param>
/// <param name="SentAt">When the target took it.</param>
/// <param name="Reason">Why it waits, was withdrawn or is dead.</param>
/// <param name="MessageId">The id that every send of it carries.</param>
public sealed record DeliveryDocument(string Id, string Target, string Status, int Attempts, DateTime? NextAt, DateTime? SentAt, string? Reason, string MessageId)
{
    /// <summary>As stored.</summary>
    public static DeliveryDocument Of(AlertMessage message, TargetDelivery delivery)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(delivery);
        var id = message.IdOf(delivery.Number);
        return new(
            id, delivery.To, NameOf(delivery.Status), delivery.Attempts, delivery.NextAt?.UtcDateTime, delivery.SentAt?.UtcDateTime, delivery.Reason,
            MessageSender.MessageIdOf(id));
    }

    /// <summary>A status as it is written.</summary>
    public static string NameOf(DeliveryStatus status) => JsonNamingPolicy.CamelCase.ConvertName(status.ToString());
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(AlertDocument))]
internal sealed partial class AlertDocumentJson : JsonSerializerContext;
