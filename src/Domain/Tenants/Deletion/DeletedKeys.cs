using Microsoft.Extensions.Logging;
using Sentiment.Domain.Access;
using Sentiment.Domain.Live;

namespace Sentiment.Domain.Tenants.Deletion;

/// <summary>Revokes every key of a tenant and closes the connections that were opened with it.</summary>
internal sealed partial class DeletedKeys(KeyStore keys, TimeProvider time, ILogger<DeletedKeys> log, ILiveHub? hub = null)
{
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(5);

    public async Task RemoveAsync(string tenant, Removed removed, CancellationToken cancellationToken)
    {
        while (await keys.ListAsync(tenant, KeyStore.MaxPerTenant, null, cancellationToken).ConfigureAwait(false) is { Count: > 0 } found)
        {
            foreach (var key in found)
            {
                await keys.RevokeAsync(tenant, key.Id, cancellationToken).ConfigureAwait(false);
                removed.Add("keys", 1);
                await CloseAsync(key.Id, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task CloseAsync(string key, CancellationToken cancellationToken)
    {
        if (hub is null)
        {
            return;
        }

        using var limit = new CancellationTokenSource(CloseLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await hub.CloseAsync(key, "the tenant is being deleted", either.Token).WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is LiveHubException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            LogOpen(key, problem);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Key {Key} is revoked with its tenant, but its live connections could not be closed.")]
    private partial void LogOpen(string key, Exception problem);
}
