using System.Buffers;
using System.Net.WebSockets;
using Microsoft.Extensions.Options;

namespace Sentiment.LocalHost.Live;

/// <summary>Where clients connect: lets them in or says why not, then reads what they send.</summary>
internal sealed class LiveEndpoint(LiveHub hub, AccessTokens tokens, IOptions<LiveHubOptions> options, TimeProvider time)
{
    private const string Plain = "json.webpubsub.azure.v1";
    private const string Reliable = "json.reliable.webpubsub.azure.v1";
    private const string Bearer = "Bearer ";
    private const int FirstBytes = 1024;
    private static readonly TimeSpan RefusalLimit = TimeSpan.FromSeconds(5);
    private static readonly string[] OwnNames = ["localhost", "127.0.0.1", "[::1]"];

    public async Task ConnectAsync(HttpContext context)
    {
        try
        {
            await AdmitAsync(context).ConfigureAwait(false);
        }
        catch (RefusedException refused) when (!context.Response.HasStarted)
        {
            await TypedResults.Problem(refused.Message, statusCode: refused.Status).ExecuteAsync(context).ConfigureAwait(false);
        }
    }

    private async Task AdmitAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            throw new RefusedException(StatusCodes.Status400BadRequest, "request: a WebSocket expected");
        }

        if (!IsOwn(context))
        {
            throw new RefusedException(StatusCodes.Status403Forbidden, "origin: a page of this server expected");
        }

        var protocol = context.WebSockets.WebSocketRequestedProtocols.FirstOrDefault(p => p is Plain or Reliable)
            ?? throw new RefusedException(StatusCodes.Status400BadRequest, $"protocol: {Plain} or {Reliable} expected");
        var query = context.Request.Query;
        if (protocol == Reliable && query["awps_connection_id"].ToString() is { Length: > 0 } id)
        {
            await RunAsync(context, protocol, hub.Find(id, query["awps_reconnection_token"].ToString()), isNew: false).ConfigureAwait(false);
            return;
        }

        var (user, problem) = await tokens.ReadAsync(Token(context.Request), hub.Audience).ConfigureAwait(false);
        var connection = hub.Open(user ?? throw new RefusedException(StatusCodes.Status401Unauthorized, "access_token: " + problem), protocol == Reliable);
        await RunAsync(context, protocol, connection, isNew: true).ConfigureAwait(false);
    }

    private async Task RunAsync(HttpContext context, string protocol, HubConnection? connection, bool isNew)
    {
        hub.Count(1);
        WebSocket? socket = null;
        var isLost = true;
        try
        {
            socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
            {
                SubProtocol = protocol,
                KeepAliveInterval = TimeSpan.FromSeconds(options.Value.PingSeconds),
                KeepAliveTimeout = TimeSpan.FromSeconds(options.Value.SilentSeconds),
            }).ConfigureAwait(false);
            if (connection?.Attach(socket) != true)
            {
                // A client that is refused with a status tries again for half a minute; one that is told so connects anew at once.
                using var limit = new CancellationTokenSource(RefusalLimit, time);
                connection = null;
                await socket.CloseAsync(WebSocketCloseStatus.PolicyViolation, "the connection cannot be recovered; connect anew", limit.Token).ConfigureAwait(false);
                return;
            }

            isLost = await ReadAsync(socket, connection, context.RequestAborted).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The client is gone, or was cut off.
        }
        finally
        {
            if (connection is not null && (socket is null ? isNew : connection.Detach(socket, isLost)))
            {
                hub.Forget(connection);
            }

            socket?.Dispose();
            hub.Count(-1);
        }
    }

    // True: the client may come back, for it did not say that this is the end.
    private async Task<bool> ReadAsync(WebSocket socket, HubConnection connection, CancellationToken cancellationToken)
    {
        while (true)
        {
            var part = await socket.ReceiveAsync(Memory<byte>.Empty, cancellationToken).ConfigureAwait(false); // A client that is silent holds no buffer.
            var buffer = ArrayPool<byte>.Shared.Rent(FirstBytes);
            try
            {
                var length = 0;
                while (part.MessageType != WebSocketMessageType.Close && !part.EndOfMessage && length <= LiveHubOptions.MaxReceivedBytes)
                {
                    if (length == buffer.Length)
                    {
                        buffer = Longer(buffer);
                    }

                    part = await socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false);
                    length += part.Count;
                }

                if (part.MessageType == WebSocketMessageType.Close)
                {
                    return await ClosedAsync(socket, cancellationToken).ConfigureAwait(false);
                }

                if (!connection.HasEnded)
                {
                    Handle(connection, part, buffer.AsMemory(0, length));
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    private void Handle(HubConnection connection, ValueWebSocketReceiveResult part, ReadOnlyMemory<byte> message)
    {
        if (message.Length > LiveHubOptions.MaxReceivedBytes)
        {
            hub.End(connection, WebSocketCloseStatus.MessageTooBig, $"frame: at most {LiveHubOptions.MaxReceivedBytes} bytes expected");
            return;
        }

        try
        {
            hub.Handle(connection, part.MessageType == WebSocketMessageType.Text ? ClientFrame.Read(message) : throw new FrameException("frame: text expected"));
        }
        catch (FrameException problem)
        {
            hub.End(connection, WebSocketCloseStatus.PolicyViolation, problem.Message);
        }
    }

    private static async Task<bool> ClosedAsync(WebSocket socket, CancellationToken cancellationToken)
    {
        if (socket.State == WebSocketState.CloseReceived)
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken).ConfigureAwait(false);
        }

        return socket.CloseStatus is null or WebSocketCloseStatus.Empty;
    }

    private static byte[] Longer(byte[] buffer)
    {
        var longer = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.CopyTo(longer, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return longer;
    }

    private static bool IsOwn(HttpContext context) =>
        context.Request.Headers.Origin.ToString() is not { Length: > 0 } origin
        || (Uri.TryCreate(origin, UriKind.Absolute, out var page) && page.Port == context.Connection.LocalPort && OwnNames.Contains(page.Host, StringComparer.OrdinalIgnoreCase));

    private static string Token(HttpRequest request) =>
        request.Query["access_token"].ToString() is { Length: > 0 } token ? token
        : request.Headers.Authorization.ToString() is { } header && header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? header[Bearer.Length..].Trim() : "";
}
