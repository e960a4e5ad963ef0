using System.IO.Compression;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Sentiment.Api.Access;
using Sentiment.Api.OpenApi;
using Sentiment.Api.Requests;
using Sentiment.Api.Tenants;
using Sentiment.Domain.Alerts.Delivery;
using Sentiment.Domain.Alerts.Rules;
using Sentiment.Domain.Live;
using Sentiment.Domain.Tenants;

namespace Sentiment.Api;

/// <summary>The HTTP surface, the same on every host.</summary>
public static class SentimentApi
{
    /// <summary>
    /// Registers what the endpoints need beside the ingestion, a <see cref="IAdminKey"/>, an <see cref="Sentiment.Domain.Tenants.ITenantDirectory"/>
    /// and <see cref="ApiOptions"/>.
    /// </summary>
    public static IServiceCollection AddSentimentApi(this IServiceCollection services)
    {
        services.AddProblemDetails(options => options.CustomizeProblemDetails = context => context.ProblemDetails.Detail ??= Detail(context.ProblemDetails.Status, context.HttpContext));
        services.Configure<ExceptionHandlerOptions>(options => options.StatusCodeSelector = StatusOf);
        services.ConfigureHttpJsonOptions(options =>
        {
            options.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default);
            options.SerializerOptions.TypeInfoResolverChain.Insert(1, AlertJson.Default);
            options.SerializerOptions.Converters.Add(new UtcTimeConverter());
        });
        services.AddResponseCompression(options =>
        {
            options.EnableForHttps = true;
            options.Providers.Add<BrotliCompressionProvider>();
            options.MimeTypes = ["application/json", "application/problem+json", "text/html", "text/javascript"];
        });
        services.Configure<BrotliCompressionProviderOptions>(options => options.Level = CompressionLevel.Fastest);
        services.AddRequestTimeouts(options => options.DefaultPolicy = new()
        {
            Timeout = ApiOptions.Timeout,
            WriteTimeoutResponse = context => Late.Result.ExecuteAsync(context),
        });
        services.AddDescription();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ILinkKey, AdminLinkKey>();
        services.AddAlertStores();
        return services.AddSingleton<ILiveDocuments, LiveDocuments>().AddLiveState().AddTenantSettings().AddRuleStore().AddSingleton<TrendReport>().AddSingleton<Callers>().AddSingleton<RateLimits>().AddSingleton<AuditLog>().AddSingleton<Gate>();
    }

    /// <summary>Puts what every answer goes through, up to the choice of its endpoint, into a pipeline.</summary>
    public static IApplicationBuilder UseSentimentApi(this IApplicationBuilder app) =>
        app.UseResponseCompression().UseExceptionHandler().UseStatusCodePages().UseRouting().UseRequestTimeouts();

    /// <summary>Maps every endpoint under <c>/api</c>; all but health and the page about the API ask for a key.</summary>
    public static IEndpointRouteBuilder MapSentimentApi(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api");
        Gate.Before(api);
        api.MapGet("/health", () => TypedResults.Ok(new Health("ok"))).Tells("Whether the server answers.", new Health("ok")).WithMetadata(RouteAccess.Anybody);
        api.MapDescription();
        api.MapGroup("").WithMetadata(RouteAccess.Anybody).MapUnsubscribe();

        var admin = api.MapGroup("").WithMetadata(RouteAccess.Admin);
        admin.MapRuns();
        admin.MapRunSteering();
        admin.MapVendors();
        admin.MapDeletion();

        var managers = api.MapGroup("").WithMetadata(RouteAccess.Managers);
        managers.MapTenantChanges();
        managers.MapCredentials();
        managers.MapKeys();
        managers.MapRuleChanges();
        managers.MapAlertSteering();

        var readers = api.MapGroup("").WithMetadata(RouteAccess.Readers);
        readers.MapMe();
        readers.MapTenants();
        readers.MapQuarantine();
        readers.MapCoverage();
        readers.MapItems();
        readers.MapPrices();
        readers.MapTrends();
        readers.MapMetrics();
        readers.MapLive();
        readers.MapNegotiate();
        readers.MapRules();
        readers.MapEvaluation();
        readers.MapAlerts();
        return routes;
    }

    private static RequestProblem Late => new(StatusCodes.Status504GatewayTimeout, "time", $"an answer within {ApiOptions.Timeout.TotalSeconds} s expected; ask for less");

    private static int StatusOf(Exception exception) => exception switch
    {
        BadHttpRequestException bad => bad.StatusCode,
        TimeoutException => StatusCodes.Status504GatewayTimeout,
        _ => StatusCodes.Status500InternalServerError,
    };

    // Of what never came to an endpoint, or failed there.
    private static string? Detail(int? status, HttpContext context) => status switch
    {
        StatusCodes.Status404NotFound => "path: a route of the API expected; see /api/docs",
        StatusCodes.Status405MethodNotAllowed => $"method: one of {context.Response.Headers.Allow} expected",
        StatusCodes.Status413PayloadTooLarge => RequestProblem.LongBody(ApiOptions.MaxBodyBytes).Message,
        StatusCodes.Status504GatewayTimeout => Late.Message,
        StatusCodes.Status400BadRequest => "request: HTTP as in RFC 9110 expected",
        _ => null,
    };
}

/// <summary>Whether the server answers.</summary>
/// <param name="Status">Always <c>ok</c>; a server that cannot serve does not answer so.</param>
public sealed record Health(string Status);
