using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sentiment.Api.OpenApi;
using Sentiment.Api.Requests;
using Sentiment.Domain.Alerts.Delivery;

namespace Sentiment.Api;

/// <summary>Ends the mail of a rule for who has its link; nobody else can make one, so no key is asked for.</summary>
internal static class UnsubscribeEndpoints
{
    private const string Token = "YWNtZQpmZWxsCm9wc0BhY21lLmV4YW1wbGU.q83vEjRWeJCrze8SNFZ4kA";
    private const string Meaning = "What the link in the mail ends in.";

    public static void MapUnsubscribe(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/unsubscribe/{token}", AskAsync).Tells("A page that asks whether mail of a rule is to end; a link that is merely looked at changes nothing.", null).Takes("token", Meaning, Token);
        routes.MapPost("/unsubscribe/{token}", EndAsync).Tells("Ends the mail of a rule to the address that the link was sent to (RFC 8058).", null).Takes("token", Meaning, Token);
    }

    private static async Task<ContentHttpResult> AskAsync(string token, HttpContext context, Unsubscribing unsubscribing, CancellationToken cancellationToken)
    {
        var subscription = await ReadAsync(token, unsubscribing, cancellationToken).ConfigureAwait(false);
        return Page(context, $"<p>End mail of the alert rule <b>{Encode(subscription.Rule)}</b> to {Encode(subscription.Address)}?</p><form method=\"post\"><button>End it</button></form>");
    }

    private static async Task<ContentHttpResult> EndAsync(string token, HttpContext context, Unsubscribing unsubscribing, CancellationToken cancellationToken)
    {
        var subscription = await ReadAsync(token, unsubscribing, cancellationToken).ConfigureAwait(false);
        await unsubscribing.EndAsync(subscription, cancellationToken).ConfigureAwait(false);
        return Page(context, $"<p>{Encode(subscription.Address)} gets no more mail of the alert rule <b>{Encode(subscription.Rule)}</b>.</p>");
    }

    private static async Task<Subscription> ReadAsync(string token, Unsubscribing unsubscribing, CancellationToken cancellationToken) =>
        await unsubscribing.ReadAsync(token, cancellationToken).ConfigureAwait(false) ?? throw RequestProblem.None("token", "the end of a link from a mail expected");

    private static ContentHttpResult Page(HttpContext context, string body)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-store";
        return TypedResults.Content(
            $"<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>Sentiment</title></head><body>{body}</body></html>",
            "text/html; charset=utf-8");
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}

/// <summary>Links are signed with a key that the admin key gives.</summary>
internal sealed class AdminLinkKey(IAdminKey admin) : ILinkKey
{
    public async ValueTask<ReadOnlyMemory<byte>> GetAsync(CancellationToken cancellationToken) =>
        System.Text.Encoding.UTF8.GetBytes(await admin.GetAsync(cancellationToken).ConfigureAwait(false));
}
