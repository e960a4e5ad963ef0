using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
#if WEB_PUBSUB
using Azure.Messaging.WebPubSub;
using Sentiment.Adapters.Secrets;
using Sentiment.Domain.Live;
#endif

namespace Sentiment.Functions.Live;

/// <summary>Registers the live hub.</summary>
internal static class WebPubSubServices
{
    private const string Section = "Live:WebPubSub";
    private const string Endpoint = "Endpoint";
    private const string ConnectionString = "ConnectionString";
    private const string ClientId = "ClientId";
    private const string Hub = "Hub";
    private const string DefaultHub = "sentiment";

    /// <summary>
    /// Registers the hub of the configured service, entered by a connection string or by this host's identity, and who tells it of
    /// changes; with neither there is none, and nothing is told.
    /// </summary>
    /// <exception cref="ArgumentException">A configured value is not as expected, or this build has no Web PubSub.</exception>
    public static IServiceCollection AddWebPubSub(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection(Section);
        var (endpoint, connection) = (section[Endpoint], section[ConnectionString]);
        if (string.IsNullOrEmpty(endpoint) && string.IsNullOrEmpty(connection))
        {
            return services;
        }

#if WEB_PUBSUB
        var hub = section[Hub] is { Length: > 0 } name ? name : DefaultHub;
        if (string.IsNullOrEmpty(connection) && !(Uri.TryCreate(endpoint, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttps))
        {
            throw new ArgumentException($"{Section}:{Endpoint}: '{endpoint}' is no absolute https address");
        }

        services.AddSingleton<LiveInterest>().AddLivePublisher();
        return services.AddSingleton<ILiveHub>(provider => new WebPubSubHub(
            string.IsNullOrEmpty(connection)
                ? new WebPubSubServiceClient(new Uri(endpoint!), hub, OwnIdentity.Of(section[ClientId]), Bounded())
                : new WebPubSubServiceClient(connection, hub, Bounded()),
            provider.GetRequiredService<LiveInterest>(), provider.GetRequiredService<TimeProvider>()));
#else
        throw new ArgumentException($"{Section}: set, but this program was built without Web PubSub (-p:WebPubSub=false)");
#endif
    }

#if WEB_PUBSUB
    private static WebPubSubServiceClientOptions Bounded() => new() { Retry = { NetworkTimeout = TimeSpan.FromSeconds(20), MaxRetries = 3 } };
#endif
}
