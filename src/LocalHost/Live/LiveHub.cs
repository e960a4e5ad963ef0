using System.Globalization;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Sentiment.Domain.Live;

namespace Sentiment.LocalHost.Live;

/// <summary>The live hub on one machine, which speaks Azure Web PubSub's client protocols.</summary>
internal sealed partial class LiveHub(HubConnections connections, AccessTokens tokens, IServer server, TimeProvider time, ILogger<LiveHub> log)
    : IHostedLifecycleService, ILiveHub, IDisposable
{
    public const string Name = "sentiment";
    public const string Path = "/client/hubs/" + Name;

    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(6);
    private readonly HubGroups _groups = new();
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ITimer? _checks;
    private int _sockets;
    private volatile bool _hasStopped;

    /// <summary>What tokens are for: the address that clients are given, as HTTP.</summary>
    public string Audience => Authority("http");

    /// <inheritdoc/>
    public Task SendAsync(string group, ReadOnlyMemory<byte> utf8Json, CancellationToken cancellationToken)
    {
        if (utf8Json.Length > LiveHubOptions.MaxSentBytes)
        {
            throw new LiveHubException($"a message to '{group}' has {utf8Json.Length} bytes, at most {LiveHubOptions.MaxSentBytes} expected", isTransient: false);
        }

        var members = _groups.Members(group);
        if (members.Length > 0)
        {
            Send(members, ServerFrames.Message(group, null, "json", utf8Json.Span), null);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<Uri> ClientUrlAsync(string tenant, string keyId, CancellationToken cancellationToken) =>
        new(new Uri($"{Authority("ws")}?access_token={tokens.Sign(Audience, keyId, [$"webpubsub.joinLeaveGroups.{tenant}.**"])}"));

    /// <inheritdoc/>
    public Task CloseAsync(string keyId, string reason, CancellationToken cancellationToken)
    {
        foreach (var connection in connections.Revoke(keyId))
        {
            End(connection, WebSocketCloseStatus.PolicyViolation, reason);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<bool> IsWatchedAsync(string group, CancellationToken cancellationToken) => new(_groups.HasMembers(group));

    /// <summary>Opens a connection for a client that is let in.</summary>
    /// <exception cref="RefusedException">There is no room for it.</exception>
    public HubConnection Open(HubUser user, bool isReliable) => connections.Open(user, isReliable, Overflowed);

    /// <summary>The connection that a client lost; null: it cannot be recovered.</summary>
    public HubConnection? Find(string id, string reconnectionToken) => connections.Find(id, reconnectionToken);

    /// <summary>Ends a connection with a reason that its client is told.</summary>
    public void End(HubConnection connection, WebSocketCloseStatus status, string reason)
    {
        if (connection.End(status, reason))
        {
            Forget(connection);
        }
        else
        {
            LeaveAll(connection); // Whoever reads its socket forgets it when that has ended.
        }
    }

    /// <summary>Forgets a connection that has ended.</summary>
    public void Forget(HubConnection connection)
    {
        LeaveAll(connection);
        connections.Remove(connection);
    }

    /// <summary>Counts the sockets, for a stop waits until there are none.</summary>
    public void Count(int change)
    {
        if (Interlocked.Add(ref _sockets, change) == 0 && _hasStopped)
        {
            _empty.TrySetResult();
        }
    }

    /// <summary>Does what a client asks for.</summary>
    /// <exception cref="FrameException">The frame is none.</exception>
    public void Handle(HubConnection from, ClientFrame frame)
    {
        if (frame.AckId is { } repeated && !from.State.IsNew(repeated))
        {
            from.SendAnswer(ServerFrames.Ack(repeated, "Duplicate", "a request of this ackId was answered before"));
            return;
        }

        switch (frame.Request)
        {
            case ClientRequest.Ping:
                from.SendAnswer(ServerFrames.Pong);
                return;
            case ClientRequest.SequenceAck:
                from.Acked(frame.SequenceId);
                return;
            case ClientRequest.Event:
                Answer(from, frame, null); // There is nobody behind the hub whom it would concern.
                return;
            case ClientRequest.JoinGroup when !from.User.Permissions.MayJoin(frame.Group):
            case ClientRequest.LeaveGroup when !from.User.Permissions.MayJoin(frame.Group):
                Answer(from, frame, $"group: the token has no role to join or leave '{frame.Group}'");
                return;
            case ClientRequest.JoinGroup:
                Answer(from, frame, from.State.TryJoin(frame.Group, group => _groups.Add(group, from)) ? null : "group: the connection is in as many groups as it may be");
                return;
            case ClientRequest.LeaveGroup:
                from.State.Leave(frame.Group, group => _groups.Remove(group, from));
                Answer(from, frame, null);
                return;
            case ClientRequest.SendToGroup when !from.User.Permissions.MaySend(frame.Group):
                Answer(from, frame, $"group: the token has no role to send to '{frame.Group}'");
                return;
            default:
                Send(_groups.Members(frame.Group), ServerFrames.Message(frame.Group, from.User.Name, frame.DataType, frame.Data), frame.NoEcho ? from : null);
                Answer(from, frame, null);
                return;
        }
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _checks = time.CreateTimer(_ => Check(), null, CheckEvery, CheckEvery);
        return Task.CompletedTask;
    }

    /// <summary>Closes all connections before the server stops listening; the clients come back when it is there again.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        foreach (var connection in connections.Stop())
        {
            End(connection, WebSocketCloseStatus.EndpointUnavailable, "the server is stopping");
        }

        _hasStopped = true;
        Count(0);
        try
        {
            await _empty.Task.WaitAsync(StopLimit, time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            // Kestrel cuts off who is left.
        }
    }

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _checks?.Dispose();

    private static void Send(HubConnection[] members, byte[] json, HubConnection? except)
    {
        foreach (var member in members)
        {
            if (member != except)
            {
                member.SendMessage(json);
            }
        }
    }

    private static void Answer(HubConnection to, ClientFrame frame, string? problem)
    {
        if (frame.AckId is { } id)
        {
            to.SendAnswer(problem is null ? ServerFrames.Ack(id) : ServerFrames.Ack(id, "Forbidden", problem));
        }
    }

    private void Overflowed(HubConnection connection)
    {
        Dropped(log, connection.User.Name);
        End(connection, WebSocketCloseStatus.PolicyViolation, "the client takes messages more slowly than they come");
    }

    private void LeaveAll(HubConnection connection) => connection.State.LeaveAll(group => _groups.Remove(group, connection));

    private void Check()
    {
        foreach (var connection in connections.All())
        {
            if (connection.Check())
            {
                Forget(connection);
            }
        }
    }

    private string Authority(string scheme)
    {
        var address = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault()
            ?? throw new LiveHubException("the server does not listen yet", isTransient: true);
        return string.Create(CultureInfo.InvariantCulture, $"{scheme}://localhost:{BindingAddress.Parse(address).Port}{Path}");
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A client of key {User} takes messages more slowly than they come and was dropped.")]
    private static partial void Dropped(ILogger logger, string user);
}
