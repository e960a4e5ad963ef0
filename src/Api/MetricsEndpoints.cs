using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Sentiment.Api.OpenApi;
using Sentiment.Domain.Caching;
using Sentiment.Domain.Metrics;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Trends;

namespace Sentiment.Api;

/// <summary>The numbers of a tenant's dashboard in one read.</summary>
internal static class MetricsEndpoints
{
    // Whatever is committed meanwhile: so many dashboards of a tenant cost two reads each time, and no more.
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(30);

    private static readonly MetricsDocument Example = new(
        "acme", new(2026, 11, 2, 14, 30, 0, TimeSpan.Zero), new(2026, 11, 2, 14, 25, 11, TimeSpan.Zero), 48_213, new(20_110, 19_903, 8_200), 0.1271m, new(88, 64.5m, 1548), 41,
        [new("AAPL", -0.31m, -0.08m, 42, 0.23m, 51)],
        new("20261102T142500000Z-1f3a5c7e", "completed", null, new(2026, 11, 2, 14, 25, 1, TimeSpan.Zero), new(2026, 11, 2, 14, 25, 12, TimeSpan.Zero), 61),
        [new("tiingo/news", new(2026, 11, 2, 14, 25, 0, TimeSpan.Zero), 300, false)],
        [new("tiingo", "3f1c0a9be7d24c55", [], "closed", null, null)]);

    public static void MapMetrics(this IEndpointRouteBuilder routes) => routes.MapGet("/tenants/{tenant}/metrics", GetAsync)
        .Tells("Everything a dashboard shows of a tenant, at most 30 seconds old.", Example);

    private static Task<DocumentResult<MetricsDocument>> GetAsync(
        string tenant, HttpContext context, DocumentCache cache, TenantMetricsReader metrics, IOptions<TrendOptions> options, CancellationToken cancellationToken)
    {
        var known = context.Features.GetRequiredFeature<Tenant>();
        var (least, stale) = (options.Value.LeastCount, TimeSpan.FromMinutes(options.Value.StaleMinutes));
        return Documents.AnswerAsync(
            cache, new DocumentKey(tenant, [], "metrics", Life) { OutlivesPages = true },
            async token => MetricsDocument.Of(tenant, await metrics.ReadAsync(known, token).ConfigureAwait(false), least, stale), ApiJson.Default.MetricsDocument, cancellationToken);
    }
}
