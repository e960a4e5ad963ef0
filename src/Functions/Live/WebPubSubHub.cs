#if WEB_PUBSUB
using Azure;
using Azure.Core;
using Azure.Messaging.WebPubSub;
using Sentiment.Domain.Live;

namespace Sentiment.Functions.Live;

/// <summary>Live messages over Azure Web PubSub, which does not tell who listens: a tenant that somebody asked for of late is watched.</summary>
internal sealed class WebPubSubHub(WebPubSubServiceClient client, LiveInterest interest, TimeProvider time) : ILiveHub
{
    /// <inheritdoc/>
    public async Task SendAsync(string group, ReadOnlyMemory<byte> utf8Json, CancellationToken cancellationToken)
    {
        try
        {
            await client.SendToGroupAsync(
                group, RequestContent.Create(utf8Json), ContentType.ApplicationJson, excluded: null, context: Bounded(cancellationToken)).ConfigureAwait(false);
        }
        catch (RequestFailedException failure)
        {
            throw Failed($"sending to '{group}'", failure);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<Uri> ClientUrlAsync(string tenant, string keyId, CancellationToken cancellationToken)
    {
        await interest.NoteAsync(tenant, cancellationToken).ConfigureAwait(false);
        try
        {
            return await client.GetClientAccessUriAsync(
                time.GetUtcNow() + ILiveHub.UrlLife, keyId, [$"webpubsub.joinLeaveGroups.{tenant}.**"], cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (RequestFailedException failure)
        {
            throw Failed("issuing a client URL", failure);
        }
    }

    /// <inheritdoc/>
    public async Task CloseAsync(string keyId, string reason, CancellationToken cancellationToken)
    {
        try
        {
            await client.CloseUserConnectionsAsync(keyId, reason: reason, context: Bounded(cancellationToken)).ConfigureAwait(false);
        }
        catch (RequestFailedException failure)
        {
            throw Failed($"closing the connections of '{keyId}'", failure);
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> IsWatchedAsync(string group, CancellationToken cancellationToken) =>
        LiveGroup.TryParse(group, out var parsed) ? interest.IsWatchedAsync(parsed.Tenant, cancellationToken) : new(false);

    private static RequestContext Bounded(CancellationToken cancellationToken) => new() { CancellationToken = cancellationToken };

    // The client has retried by now; status 0 means that nobody answered.
    private static LiveHubException Failed(string what, RequestFailedException failure) => new(
        $"Web PubSub failed at {what}: {failure.Status} {failure.ErrorCode}", failure.Status is 0 or 408 or 429 or >= 500, failure);
}
#endif
