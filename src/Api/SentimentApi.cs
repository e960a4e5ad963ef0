using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Sentiment.Api;

/// <summary>The HTTP surface, the same on every host.</summary>
public static class SentimentApi
{
    /// <summary>Registers what the endpoints need beside the ingestion, a <see cref="IAdminKey"/> and an <see cref="Sentiment.Domain.Tenants.ITenantDirectory"/>.</summary>
    public static IServiceCollection AddSentimentApi(this IServiceCollection services)
    {
        services.AddProblemDetails();
        services.ConfigureHttpJsonOptions(options =>
        {
            options.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default);
            options.SerializerOptions.Converters.Add(new UtcTimeConverter());
        });
        return services;
    }

    /// <summary>Maps every endpoint under <c>/api</c>; all but health ask for the admin key.</summary>
    public static IEndpointRouteBuilder MapSentimentApi(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api");
        api.MapGet("/health", () => TypedResults.Ok(new Health("ok")));
        var admin = api.MapGroup("").AddEndpointFilter<AdminKeyFilter>();
        admin.MapRuns();
        admin.MapRunSteering();
        admin.MapQuarantine();
        admin.MapCoverage();
        admin.MapPrices();
        admin.MapVendors();
        return routes;
    }
}

/// <summary>Whether the server answers.</summary>
/// <param name="Status">Always <c>ok</c>; a server that cannot serve does not answer so.</param>
public sealed record Health(string Status);
