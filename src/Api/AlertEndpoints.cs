using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Sentiment.Api.OpenApi;
using Sentiment.Api.Requests;
using Sentiment.Domain.Alerts.Delivery;
using Sentiment.Domain.Storage;

namespace Sentiment.Api;

/// <summary>Alerts, and what becomes of them.</summary>
internal static class AlertEndpoints
{
    private const string Id = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";
    private static readonly DateTime Then = new(2026, 11, 2, 14, 30, 0, DateTimeKind.Utc);
    private static readonly DeliveryDocument Delivery = new(Id + ".1", "mail ops@acme.example", "sent", 1, null, Then, null, $"<{Id}.1@sentiment>");
    private static readonly AlertDocument Example = new(
        Id, new("fell", 3, "AAPL falls"), "score", "AAPL", Then, -0.52, "AAPL: mean score -0.52 of 14 items in 60 minutes", "new",
        new(Then.AddHours(-1), Then, 14, [new("9f86d081884c7d659a2feaa0c55ad015", "tiingo/news", "Apple cuts its outlook", new("https://news.example/1"), Then.AddMinutes(-3), -0.83, "compact@1f3a5c7e", $"/api/tenants/acme/alerts/{Id}/raw/9f86d081884c7d659a2feaa0c55ad015")], null, null),
        $"./sentiment alerts --tenant acme --evaluate {Id}", [Delivery]);

    /// <summary>What readers may.</summary>
    public static void MapAlerts(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/tenants/{tenant}/alerts", ListAsync)
            .Tells("Alerts, newest first, without the items of their evidence.", new Listed<AlertDocument>([Example with { Evidence = Example.Evidence with { Items = null } }], null))
            .Takes("rule", "Only of this rule.", "fell").Takes("state", "Only those that are new, or seen.", "new").Takes("symbol", "Only about this symbol, table, vendor or run.", "AAPL");
        routes.MapGet("/tenants/{tenant}/alerts/{id}", GetAsync).Tells("An alert with all of its evidence.", Example).Takes("id", "The alert's id.", Id);
        routes.MapGet("/tenants/{tenant}/alerts/{id}/raw/{item}", RawAsync).Tells("The body that an item of an alert's evidence was read from, as the vendor sent it.", null)
            .Takes("id", "The alert's id.", Id).Takes("item", "The item's id.", "9f86d081884c7d659a2feaa0c55ad015");
        routes.MapGet("/tenants/{tenant}/deliveries", DeliveriesAsync)
            .Tells("Deliveries that are not at their end, newest first: dead ones, which can be sent again, or those that wait or are held.",
                new Listed<ListedDelivery>([new(Id, Delivery.Id, Delivery.Target, "dead", 8, null, null, "SendGrid answered 400", Delivery.MessageId)], null))
            .Takes("status", "dead (the default), waiting or held.", "dead");
    }

    /// <summary>What managers may.</summary>
    public static void MapAlertSteering(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/tenants/{tenant}/alerts/{id}/seen", SeeAsync).Tells("Says that somebody has looked at an alert.", null).Takes("id", "The alert's id.", Id);
        routes.MapPost("/tenants/{tenant}/alerts/{id}/resend", ResendAsync).Tells("Tries the alert's dead deliveries again, under the same ids.", new Resent(1)).Takes("id", "The alert's id.", Id);
    }

    private static async Task<Ok<Listed<AlertDocument>>> ListAsync(
        string tenant, string? rule, string? symbol, string? state, string? limit, string? cursor, HttpRequest request, AlertStore alerts, CancellationToken cancellationToken)
    {
        var filter = new AlertFilter(Query.Name("rule", rule), Query.Name("symbol", symbol), state switch
        {
            null => null,
            "new" => AlertState.New,
            "seen" => AlertState.Seen,
            _ => throw RequestProblem.Bad("state", "new or seen expected"),
        });
        var (count, cursors) = (Query.Limit(limit), Cursor.Of(request));
        var page = await cursors.FromAsync(cursor, after => alerts.ListAsync(tenant, filter, count, after, cancellationToken)).ConfigureAwait(false);
        return TypedResults.Ok(new Listed<AlertDocument>([.. page.Entries.Select(AlertDocument.OfListed)], cursors.Write(page.Next)));
    }

    private static async Task<Ok<AlertDocument>> GetAsync(string tenant, string id, AlertStore alerts, CancellationToken cancellationToken) =>
        TypedResults.Ok(AlertDocument.Of(await alerts.GetAsync(tenant, id, cancellationToken).ConfigureAwait(false) ?? throw None(id)));

    // Whatever a vendor sent is saved by a browser, never shown or run.
    private static async Task<FileContentHttpResult> RawAsync(
        string tenant, string id, string item, AlertStore alerts, [FromServices] IBlobStore? blobs, HttpResponse response, CancellationToken cancellationToken)
    {
        var found = await alerts.GetAsync(tenant, id, cancellationToken).ConfigureAwait(false) ?? throw None(id);
        var blob = found.Stored.Alert.Evidence.Items.FirstOrDefault(i => i.Id == item)?.Raw ?? throw RequestProblem.None("item", $"no item '{item}' with an archived body in the alert's evidence");
        var body = blobs is null ? null : await blobs.GetAsync(blob, cancellationToken).ConfigureAwait(false);
        response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.Bytes((body ?? throw RequestProblem.None("item", "its body is no longer kept")).ToArray(), "application/json", $"{item}.json");
    }

    private static async Task<NoContent> SeeAsync(string tenant, string id, AlertStore alerts, CancellationToken cancellationToken) =>
        await alerts.SeeAsync(tenant, id, cancellationToken).ConfigureAwait(false) ? TypedResults.NoContent() : throw None(id);

    private static async Task<Accepted<Resent>> ResendAsync(string tenant, string id, AlertResend resend, CancellationToken cancellationToken) =>
        await resend.ResendAsync(tenant, id, cancellationToken).ConfigureAwait(false) switch
        {
            null => throw None(id),
            0 => throw new RequestProblem(StatusCodes.Status409Conflict, "id", "an alert with dead deliveries expected"),
            var again => TypedResults.Accepted($"/api/tenants/{tenant}/alerts/{id}", new Resent(again.Value)),
        };

    private static async Task<Ok<Listed<ListedDelivery>>> DeliveriesAsync(
        string tenant, string? status, string? limit, string? cursor, HttpRequest request, AlertStore alerts, CancellationToken cancellationToken)
    {
        var wanted = status switch
        {
            null or "dead" => DeliveryStatus.Dead,
            "waiting" => DeliveryStatus.Waiting,
            "held" => DeliveryStatus.Held,
            _ => throw RequestProblem.Bad("status", "dead, waiting or held expected"),
        };
        var (count, cursors) = (Query.Limit(limit), Cursor.Of(request));
        var page = await cursors.FromAsync(cursor, after => alerts.DeliveriesAsync(tenant, wanted, count, after, cancellationToken)).ConfigureAwait(false);
        return TypedResults.Ok(new Listed<ListedDelivery>([.. page.Entries.Select(e => ListedDelivery.Of(e.Message, e.Delivery))], cursors.Write(page.Next)));
    }

    private static RequestProblem None(string id) => RequestProblem.None("id", $"no alert '{id}'");
}

/// <summary>What is tried again.</summary>
/// <param name="Deliveries">How many deliveries.</param>
public sealed record Resent(int Deliveries);

/// <summary>A delivery in a list.</summary>
/// <param name="Alert">The alert; of a digest, its first.</param>
/// <param name="Id">The message's id, a dot and the delivery's number.</param>
/// <param name="Target"><c>mail a@b.c</c> or <c>webhook https://host/…</c>.</param>
/// <param name="Status"><c>waiting</c>, <c>held</c> or <c>dead</c>.</param>
/// <param name="Attempts">Sends begun since it was last asked for.</param>
/// <param name="NextAt">When it is tried next.</param>
/// <param name="SentAt">When the target took it.</param>
/// <param name="Reason">Why it waits or is dead.</param>
/// <param name="MessageId">The id that every send of it carries.</param>
public sealed record ListedDelivery(
    string Alert, string Id, string Target, string Status, int Attempts, DateTime? NextAt, DateTime? SentAt, string? Reason, string MessageId)
{
    /// <summary>As stored.</summary>
    public static ListedDelivery Of(AlertMessage message, TargetDelivery delivery)
    {
        ArgumentNullException.ThrowIfNull(message);
        var shown = DeliveryDocument.Of(message, delivery);
        return new(message.Alerts[0], shown.Id, shown.Target, shown.Status, shown.Attempts, shown.NextAt, shown.SentAt, shown.Reason, shown.MessageId);
    }
}

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Listed<AlertDocument>))]
[JsonSerializable(typeof(Listed<ListedDelivery>))]
[JsonSerializable(typeof(Resent))]
internal sealed partial class AlertJson : JsonSerializerContext;
