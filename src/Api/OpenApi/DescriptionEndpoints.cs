using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Sentiment.Api.Access;

namespace Sentiment.Api.OpenApi;

/// <summary>The description of the API, for programs and for people.</summary>
internal static class DescriptionEndpoints
{
    public static void MapDescription(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/openapi/v1.json", async (HttpContext context) =>
        {
            var document = await context.RequestServices.GetRequiredKeyedService<IOpenApiDocumentProvider>(Described.Name)
                .GetOpenApiDocumentAsync(context.RequestAborted).ConfigureAwait(false);
            return TypedResults.Bytes(
                Encoding.UTF8.GetBytes(await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, context.RequestAborted).ConfigureAwait(false)),
                "application/json; charset=utf-8");
        }).WithMetadata(RouteAccess.Readers, new HiddenRoute());
        routes.MapDocsPage("/docs");
    }

    /// <summary>Maps the page that shows the description; it is public, what it shows asks for a key.</summary>
    public static void MapDocsPage(this IEndpointRouteBuilder routes, string path)
    {
        Page("", "docs.html", "text/html; charset=utf-8");
        Page("/page.js", "docs.js", "text/javascript; charset=utf-8");

        void Page(string below, string resource, string type) => routes.MapPage(path + below, typeof(DescriptionEndpoints).Assembly, resource, type)
            .WithMetadata(RouteAccess.Anybody, new HiddenRoute());
    }
}
