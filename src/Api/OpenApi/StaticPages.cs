using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Sentiment.Api.OpenApi;

/// <summary>Serves pages that are built in, under a policy that lets them run their own script alone.</summary>
public static class StaticPages
{
    /// <summary>Maps a resource of an assembly.</summary>
    /// <param name="routes">Where to.</param>
    /// <param name="path">Its path.</param>
    /// <param name="assembly">Where it is built in.</param>
    /// <param name="resource">Its name there.</param>
    /// <param name="type">Its media type.</param>
    public static RouteHandlerBuilder MapPage(this IEndpointRouteBuilder routes, string path, Assembly assembly, string resource, string type)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        using var stream = assembly.GetManifestResourceStream(resource) ?? throw new ArgumentException($"There is no resource '{resource}'.", nameof(resource));
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return routes.MapGet(path, (HttpContext context) =>
        {
            context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
            context.Response.Headers.XContentTypeOptions = "nosniff";
            context.Response.Headers["Referrer-Policy"] = "no-referrer";
            return TypedResults.Bytes(bytes, type);
        });
    }
}
