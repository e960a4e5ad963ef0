using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sentiment.Api.Access;
using Sentiment.Api.OpenApi;
using Sentiment.Domain.Access;
using Sentiment.Domain.Scoring;

namespace Sentiment.Api;

/// <summary>Tells a caller what its key is good for, so that a page offers nothing that would be refused.</summary>
internal static class MeEndpoints
{
    public static void MapMe(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/me", Get).Tells("Whose key this is, and what it may do.", new Me("acme.0a1b2c3d4e5f6071", "acme", [KeyScopes.Read], false, [ISentimentModels.Default]));

    private static Ok<Me> Get(HttpContext context, ISentimentModels models)
    {
        var caller = Caller.Of(context);
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new Me(caller.Id, caller.Tenant, caller.Scopes, caller.IsAdmin, models.Names));
    }
}

/// <summary>A caller.</summary>
/// <param name="Id">The key's public id; <c>admin</c> of the admin key.</param>
/// <param name="Tenant">Whose key it is; null of the admin key.</param>
/// <param name="Scopes">What a tenant's key may do; none of the admin key, which may do everything.</param>
/// <param name="Admin">Whether it is the admin key.</param>
/// <param name="Models">The models that a tenant may choose, the default one first.</param>
public sealed record Me(string Id, string? Tenant, IReadOnlyList<string> Scopes, bool Admin, IReadOnlyList<string> Models);
