using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Sentiment.Domain.Live;

namespace Sentiment.Domain.Tests.Live;

/// <summary>A hub that keeps what it is told, and does what a test wants before it takes a message.</summary>
internal sealed class RecordingHub : ILiveHub
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly ConcurrentDictionary<string, Channel<JsonElement>> _groups = new(StringComparer.Ordinal);

    /// <summary>Called before a message is taken; may throw or wait.</summary>
    public Func<string, JsonElement, CancellationToken, Task> Before { get; set; } = (_, _, _) => Task.CompletedTask;

    /// <summary>Whether somebody watches a group; by default somebody does.</summary>
    public Func<string, bool> IsWatched { get; set; } = _ => true;

    /// <summary>Called for every question whether a group is watched.</summary>
    public Action<string> Asked { get; set; } = _ => { };

    /// <summary>The next message that a group took.</summary>
    public async Task<JsonElement> NextAsync(string group)
    {
        using var limit = new CancellationTokenSource(Limit);
        return await Of(group).Reader.ReadAsync(limit.Token);
    }

    /// <summary>The messages that a group took and nobody asked for yet.</summary>
    public IReadOnlyList<JsonElement> Rest(string group)
    {
        var rest = new List<JsonElement>();
        while (Of(group).Reader.TryRead(out var message))
        {
            rest.Add(message);
        }

        return rest;
    }

    public async Task SendAsync(string group, ReadOnlyMemory<byte> utf8Json, CancellationToken cancellationToken)
    {
        var message = JsonElement.Parse(utf8Json.Span);
        await Before(group, message, cancellationToken);
        Of(group).Writer.TryWrite(message);
    }

    public ValueTask<bool> IsWatchedAsync(string group, CancellationToken cancellationToken)
    {
        Asked(group);
        return new(IsWatched(group));
    }

    public ValueTask<Uri> ClientUrlAsync(string tenant, string keyId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task CloseAsync(string keyId, string reason, CancellationToken cancellationToken) => throw new NotSupportedException();

    private Channel<JsonElement> Of(string group) => _groups.GetOrAdd(group, _ => Channel.CreateUnbounded<JsonElement>());
}
