namespace Sentiment.Domain.Live;

/// <summary>Pushes messages to the dashboards that are connected.</summary>
public interface ILiveHub
{
    /// <summary>How long a client URL may be used to connect.</summary>
    static readonly TimeSpan UrlLife = TimeSpan.FromMinutes(60);

    /// <summary>Sends a message to everybody in a group; nobody being there is fine.</summary>
    /// <param name="group"><c>TENANT.items.SYMBOL</c>, <c>TENANT.trends.SYMBOL</c>, <c>TENANT.metrics</c> or <c>TENANT.runs</c>.</param>
    /// <param name="utf8Json">The message, as JSON; 1 MB at most.</param>
    /// <param name="cancellationToken">Gives the send up; it may still have been made.</param>
    /// <exception cref="LiveHubException">The hub refused it or cannot be reached.</exception>
    Task SendAsync(string group, ReadOnlyMemory<byte> utf8Json, CancellationToken cancellationToken);

    /// <summary>A URL for connecting within <see cref="UrlLife"/>, with the role to join the groups of one tenant and no other.</summary>
    /// <param name="tenant">The tenant: role <c>webpubsub.joinLeaveGroups.TENANT.**</c>.</param>
    /// <param name="keyId">The id of the key that asks; the connection's user.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="LiveHubException">The hub's credential cannot be had.</exception>
    ValueTask<Uri> ClientUrlAsync(string tenant, string keyId, CancellationToken cancellationToken);

    /// <summary>Closes the connections of a key that was revoked; having none is fine.</summary>
    /// <param name="keyId">The id of the key.</param>
    /// <param name="reason">Shown to the clients.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="LiveHubException">The hub refused it or cannot be reached.</exception>
    Task CloseAsync(string keyId, string reason, CancellationToken cancellationToken);

    /// <summary>Whether anybody may be listening to a group; a hub that cannot tell says yes.</summary>
    /// <param name="group">The group, as <see cref="SendAsync"/> takes it.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="LiveHubException">The hub refused it or cannot be reached.</exception>
    ValueTask<bool> IsWatchedAsync(string group, CancellationToken cancellationToken);
}

/// <summary>The hub could not do what it was asked.</summary>
/// <param name="message">What happened; never a credential.</param>
/// <param name="isTransient">Whether a later attempt may succeed.</param>
/// <param name="inner">The cause.</param>
public sealed class LiveHubException(string message, bool isTransient, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether a later attempt may succeed.</summary>
    public bool IsTransient { get; } = isTransient;
}
