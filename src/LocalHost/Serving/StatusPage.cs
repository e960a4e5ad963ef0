using Sentiment.Api.OpenApi;

namespace Sentiment.LocalHost.Serving;

/// <summary>One plain page that shows the current run, and the way to the one about the API.</summary>
internal static class StatusPage
{
    public static void MapStatusPage(this IEndpointRouteBuilder routes)
    {
        routes.MapPage("/", typeof(StatusPage).Assembly, "status.html", "text/html; charset=utf-8");
        routes.MapPage("/status.js", typeof(StatusPage).Assembly, "status.js", "text/javascript; charset=utf-8");
        routes.MapPage("/docs", typeof(StaticPages).Assembly, "docs.html", "text/html; charset=utf-8");
    }
}
