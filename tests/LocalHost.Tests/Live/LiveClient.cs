using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Sentiment.LocalHost.Tests.Live;

/// <summary>A client that sends and reads frames as they are.</summary>
internal sealed class LiveClient : IAsyncDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static ulong _lastAckId = 1_000_000;
    private readonly byte[] _buffer = new byte[2_000_000];

    private LiveClient(ClientWebSocket socket) => Socket = socket;

    public ClientWebSocket Socket { get; }

    /// <summary>The frame that a connection begins with.</summary>
    public JsonElement Connected { get; private set; }

    public string Id => Connected.GetProperty("connectionId").GetString()!;

    public string ReconnectionToken => Connected.GetProperty("reconnectionToken").GetString()!;

    public static async Task<LiveClient> ConnectAsync(Uri url, string protocol = LiveHost.Plain)
    {
        var client = await OpenAsync(url, protocol);
        client.Connected = await client.ReceiveAsync();
        return client;
    }

    /// <summary>Connects without reading anything.</summary>
    public static async Task<LiveClient> OpenAsync(Uri url, string protocol)
    {
        using var limit = new CancellationTokenSource(Limit);
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol(protocol);
        socket.Options.Proxy = null;
        await socket.ConnectAsync(url, limit.Token);
        return new(socket);
    }

    public async Task SendAsync(string json, WebSocketMessageType type = WebSocketMessageType.Text, bool isWhole = true)
    {
        using var limit = new CancellationTokenSource(Limit);
        await Socket.SendAsync(Encoding.UTF8.GetBytes(json), type, isWhole, limit.Token);
    }

    /// <summary>The next frame; null: the connection was closed.</summary>
    public async Task<JsonElement?> TryReceiveAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        var length = 0;
        while (true)
        {
            var part = await Socket.ReceiveAsync(_buffer.AsMemory(length), limit.Token);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            length += part.Count;
            if (part.EndOfMessage)
            {
                return JsonDocument.Parse(_buffer.AsMemory(0, length).ToArray()).RootElement;
            }
        }
    }

    public async Task<JsonElement> ReceiveAsync() => await TryReceiveAsync() ?? throw new InvalidOperationException($"closed: {Socket.CloseStatus} {Socket.CloseStatusDescription}");

    /// <summary>Asks for something and reads up to its answer: null, or the error's name.</summary>
    public async Task<string?> AskAsync(string request, ulong? ackId = null)
    {
        var id = ackId ?? Interlocked.Increment(ref _lastAckId);
        await SendAsync($"{request[..^1]},\"ackId\":{id}}}");
        while (true)
        {
            var frame = await ReceiveAsync();
            if (frame.GetProperty("type").GetString() == "ack" && frame.GetProperty("ackId").GetUInt64() == id)
            {
                Assert.Equal(frame.GetProperty("success").GetBoolean(), !frame.TryGetProperty("error", out var error));
                return error.ValueKind == JsonValueKind.Object ? error.GetProperty("name").GetString() : null;
            }
        }
    }

    public Task<string?> JoinAsync(string group) => AskAsync($"{{\"type\":\"joinGroup\",\"group\":{JsonSerializer.Serialize(group)}}}");

    /// <summary>Reads up to the next message and gives its data as JSON.</summary>
    public async Task<string> DataAsync() => (await MessageAsync()).GetProperty("data").GetRawText();

    public async Task<JsonElement> MessageAsync()
    {
        while (true)
        {
            var frame = await ReceiveAsync();
            if (frame.GetProperty("type").GetString() == "message")
            {
                return frame;
            }
        }
    }

    /// <summary>Reads on until the connection is closed: what was told last, and how it was closed.</summary>
    public async Task<(string? Told, WebSocketCloseStatus? Status, string? Reason)> EndAsync()
    {
        string? told = null;
        while (await TryReceiveAsync() is { } frame)
        {
            told = frame.GetProperty("type").GetString() == "system" ? frame.GetProperty("message").GetString() : told;
        }

        return (told, Socket.CloseStatus, Socket.CloseStatusDescription);
    }

    public ValueTask DisposeAsync()
    {
        Socket.Abort();
        Socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
