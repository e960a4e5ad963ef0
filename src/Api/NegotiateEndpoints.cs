using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Sentiment.Api.Access;
using Sentiment.Api.OpenApi;
using Sentiment.Api.Requests;
using Sentiment.Domain.Live;

namespace Sentiment.Api;

/// <summary>Gives out addresses for live messages.</summary>
internal static class NegotiateEndpoints
{
    private static readonly Negotiated Example = new(
        new("ws://localhost:7071/client/hubs/sentiment?access_token=…"), new(2026, 11, 2, 15, 30, 0, TimeSpan.Zero));

    public static void MapNegotiate(this IEndpointRouteBuilder routes) => routes.MapPost("/tenants/{tenant}/negotiate", NegotiateAsync)
        .Tells("An address for the tenant's live messages, good for connecting within the hour.", Example);

    private static async Task<Ok<Negotiated>> NegotiateAsync(
        string tenant, HttpContext context, [FromServices] ILiveHub? hub, TimeProvider time, CancellationToken cancellationToken)
    {
        if (hub is null)
        {
            throw new RequestProblem(StatusCodes.Status503ServiceUnavailable, "request", "this host has no live hub");
        }

        var expires = time.GetUtcNow() + ILiveHub.UrlLife;
        try
        {
            var url = await hub.ClientUrlAsync(tenant, Caller.Of(context).Id, cancellationToken).ConfigureAwait(false);
            context.Response.Headers.CacheControl = "no-store";
            return TypedResults.Ok(new Negotiated(url, expires));
        }
        catch (LiveHubException problem)
        {
            throw new RequestProblem(StatusCodes.Status503ServiceUnavailable, "request", problem.Message);
        }
    }
}

/// <summary>Where live messages come from.</summary>
/// <param name="Url">The address to connect to, with an access token; it reaches the tenant's groups alone.</param>
/// <param name="ExpiresAt">Until when it may be used to connect; UTC.</param>
public sealed record Negotiated(Uri Url, DateTimeOffset ExpiresAt);
