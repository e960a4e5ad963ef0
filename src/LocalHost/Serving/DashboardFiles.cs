using System.Reflection;
using Microsoft.Net.Http.Headers;
using Sentiment.Api.OpenApi;

namespace Sentiment.LocalHost.Serving;

/// <summary>The dashboard's files, which are built in, and the page about the API.</summary>
internal static class DashboardFiles
{
    private const string Folder = "dashboard/";
    private const string Small = ".br";
    private const string Page = "index.html";

    /// <summary>Maps each file to its path, and the page itself to the root.</summary>
    public static void MapDashboard(this IEndpointRouteBuilder routes)
    {
        var assembly = typeof(DashboardFiles).Assembly;
        foreach (var resource in assembly.GetManifestResourceNames().Where(n => n.StartsWith(Folder, StringComparison.Ordinal) && !n.EndsWith(Small, StringComparison.Ordinal)))
        {
            var name = resource[Folder.Length..].Replace('\\', '/');
            var file = new DashboardFile(TypeOf(name), Read(assembly, resource)!, Read(assembly, resource + Small), name.StartsWith("assets/", StringComparison.Ordinal));
            routes.MapGet(name == Page ? "/" : "/" + name, file.AnswerAsync);
        }

        // The API is beside the page; on Azure this file says where else it is.
        routes.MapGet("/config.json", () => TypedResults.Json(new { apiBase = "" }));
        routes.MapPage("/docs", typeof(StaticPages).Assembly, "docs.html", "text/html; charset=utf-8");
    }

    private static byte[]? Read(Assembly assembly, string resource)
    {
        using var stream = assembly.GetManifestResourceStream(resource);
        if (stream is null)
        {
            return null;
        }

        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "application/octet-stream",
    };
}

/// <summary>A file as it is answered.</summary>
/// <param name="Type">Its media type.</param>
/// <param name="Bytes">Its content.</param>
/// <param name="Small">The same with Brotli; null: it is not there.</param>
/// <param name="IsHashed">Whether its name changes with its content, so that it can be kept for ever.</param>
internal sealed record DashboardFile(string Type, byte[] Bytes, byte[]? Small, bool IsHashed)
{
    // The page runs its own script, shows its own style, and talks to where it is from; nothing else, and nothing of a text becomes markup.
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
        + "form-action 'none'; require-trusted-types-for 'script'; connect-src 'self'";

    public async Task AnswerAsync(HttpContext context)
    {
        var (request, headers) = (context.Request, context.Response.Headers);

        // The hub names this machine in its own way, and not every browser takes the socket of the same origin for 'self'.
        var (scheme, port) = (request.IsHttps ? "wss" : "ws", request.Host.Port is { } number ? $":{number}" : "");
        headers.ContentSecurityPolicy = $"{Policy} {scheme}://localhost{port} {scheme}://127.0.0.1{port}";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.CacheControl = IsHashed ? "public, max-age=31536000, immutable" : "no-cache";
        headers.Vary = HeaderNames.AcceptEncoding;
        context.Response.ContentType = Type;
        var bytes = Bytes;
        if (Small is not null && request.GetTypedHeaders().AcceptEncoding.Any(e => e.Value == "br" && e.Quality is not 0))
        {
            headers.ContentEncoding = "br";
            bytes = Small;
        }

        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted).ConfigureAwait(false);
    }
}
