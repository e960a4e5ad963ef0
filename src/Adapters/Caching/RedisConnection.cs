using Sentiment.Domain.Tenants;
using StackExchange.Redis;

namespace Sentiment.Adapters.Caching;

/// <summary>How Redis is reached.</summary>
internal static class RedisConnection
{
    /// <summary>Connects, each time it is called, with the connection string that a reference names.</summary>
    public static Func<Task<IConnectionMultiplexer>> To(string reference, ISecrets secrets) => async () =>
    {
        var connection = ConfigurationOptions.Parse(await secrets.ResolveAsync(reference, CancellationToken.None).ConfigureAwait(false));

        // While it is away, calls fail at once and it is looked for in the background.
        (connection.AbortOnConnectFail, connection.BacklogPolicy) = (false, BacklogPolicy.FailFast);
        return await ConnectionMultiplexer.ConnectAsync(connection).ConfigureAwait(false);
    };
}
