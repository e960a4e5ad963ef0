using Sentiment.Domain.Live;

namespace Sentiment.Api.Tests.Support;

/// <summary>A live hub that gives out URLs and notes whose connections it is to close.</summary>
internal sealed class ScriptedHub : ILiveHub
{
    /// <summary>Called for each key whose connections are to be closed.</summary>
    public Func<string, string, Task> Closing { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>What becomes of a request for a URL.</summary>
    public LiveHubException? Failure { get; set; }

    public Task SendAsync(string group, ReadOnlyMemory<byte> utf8Json, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<Uri> ClientUrlAsync(string tenant, string keyId, CancellationToken cancellationToken) =>
        Failure is null ? new(new Uri($"ws://live.example/client/hubs/sentiment?access_token={tenant}-{keyId}")) : throw Failure;

    public Task CloseAsync(string keyId, string reason, CancellationToken cancellationToken) => Closing(keyId, reason);

    public ValueTask<bool> IsWatchedAsync(string group, CancellationToken cancellationToken) => throw new NotSupportedException();
}
