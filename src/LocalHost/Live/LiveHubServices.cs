using Microsoft.Extensions.Logging.Console;
using Sentiment.Adapters.Configuration;
using Sentiment.Domain.Live;

namespace Sentiment.LocalHost.Live;

/// <summary>Composes the live hub.</summary>
internal static class LiveHubServices
{
    // The line of a request has its query, and that has the access token.
    private const string RequestLines = "Microsoft.AspNetCore.Hosting.Diagnostics";

    /// <summary>Registers the hub; no log level that is configured makes requests' addresses be logged.</summary>
    public static IServiceCollection AddLiveHub(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddBound<LiveHubOptions>(configuration, LiveHubOptions.Section);
        services.AddLogging(logging => logging.AddFilter(RequestLines, LogLevel.Warning).AddFilter<ConsoleLoggerProvider>(RequestLines, LogLevel.Warning));
        services.AddSingleton<AccessTokens>().AddSingleton<HubConnections>().AddSingleton<LiveHub>().AddSingleton<LiveEndpoint>();
        services.AddSingleton<ILiveHub>(provider => provider.GetRequiredService<LiveHub>());
        return services.AddHostedService(provider => provider.GetRequiredService<LiveHub>());
    }

    /// <summary>Maps the address that clients connect to; it keeps its connections for as long as they last.</summary>
    public static IEndpointConventionBuilder MapLiveHub(this IEndpointRouteBuilder routes) =>
        routes.MapGet(LiveHub.Path, (HttpContext context, LiveEndpoint endpoint) => endpoint.ConnectAsync(context)).DisableRequestTimeout().ExcludeFromDescription();
}
