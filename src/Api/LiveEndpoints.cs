using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Sentiment.Api.OpenApi;
using Sentiment.Api.Requests;
using Sentiment.Domain.Live;

namespace Sentiment.Api;

/// <summary>Live groups as a whole, for who joins one or has missed something.</summary>
internal static class LiveEndpoints
{
    private static readonly LiveSnapshotDocument Example = new("acme.trends.AAPL", 1_793_629_800_000, [JsonElement.Parse(
        """{"key":"1h|2026-11-02T14:00:00Z","time":"2026-11-02T14:00:00Z","n":2,"notEnough":true,"min":-0.41,"max":0.82,"first":0.82,"last":-0.41,"labels":{"positive":1,"neutral":0,"negative":1},"sources":{"tiingo/news":2}}"""u8)]);

    public static void MapLive(this IEndpointRouteBuilder routes) => routes.MapGet("/tenants/{tenant}/live/{group}", GetAsync)
        .Tells("A live group as a whole; the tag is the entries' alone, so that 304 says that nothing is new.", Example)
        .Takes("group", "TENANT.items.SYMBOL, TENANT.trends.SYMBOL, TENANT.metrics, TENANT.runs or TENANT.alerts; the symbol '-' stands for all items.", "acme.trends.AAPL");

    private static async Task<DocumentResult<LiveSnapshotDocument>> GetAsync(
        string tenant, string group, HttpContext context, LiveSnapshots snapshots, CancellationToken cancellationToken)
    {
        if (!LiveGroup.TryParse(group, out var asked))
        {
            throw RequestProblem.Bad("group", "TENANT.items.SYMBOL, TENANT.trends.SYMBOL, TENANT.metrics, TENANT.runs or TENANT.alerts expected, a symbol's characters but [A-Z0-9-] as _ and two hex digits");
        }

        if (asked.Tenant != tenant)
        {
            throw RequestProblem.OtherTenant();
        }

        // Where the hub cannot tell who listens, whoever reads this is about to.
        if (context.RequestServices.GetService<LiveInterest>() is { } interest)
        {
            await interest.NoteAsync(tenant, cancellationToken).ConfigureAwait(false);
        }

        return new(await snapshots.ReadAsync(asked, cancellationToken).ConfigureAwait(false));
    }
}
