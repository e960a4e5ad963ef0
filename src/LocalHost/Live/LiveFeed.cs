using System.Buffers;
using System.Net;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sentiment.LocalHost.Live;

/// <summary>Reads live messages of a tenant from the server that runs on a data folder, and connects again where that is lost.</summary>
/// <param name="find">Finds the server; it may come back on another port.</param>
/// <param name="tenant">The tenant.</param>
/// <param name="groups">The groups.</param>
/// <param name="tell">Is told what happens to the connection.</param>
/// <param name="time">The clock.</param>
internal sealed class LiveFeed(Func<RunningServer> find, string tenant, IReadOnlyList<string> groups, Action<string> tell, TimeProvider time)
{
    private const string Protocol = "json.webpubsub.azure.v1";
    private static readonly TimeSpan AttemptLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>The messages, without an end.</summary>
    /// <exception cref="CommandFailure">There is no server, no such tenant, or it may not be read.</exception>
    public async IAsyncEnumerable<LiveMessage> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (hasConnected, failures) = (false, 0);
        using var handler = new SocketsHttpHandler { UseProxy = false };
        using var http = new HttpClient(handler);
        while (true)
        {
            using var socket = new ClientWebSocket();
            string problem;
            try
            {
                await ConnectAsync(http, socket, cancellationToken).ConfigureAwait(false);
                tell(hasConnected ? "connected again; what came meanwhile is not shown" : "connected");
                (hasConnected, failures, problem) = (true, 0, "");
            }
            catch (Exception exception) when (IsOfConnection(exception) && !cancellationToken.IsCancellationRequested)
            {
                problem = exception.Message;
            }
            catch (CommandFailure failure) when (hasConnected)
            {
                problem = failure.Message; // It may be starting again.
            }

            while (problem.Length == 0)
            {
                LiveMessage? message = null;
                try
                {
                    message = await ReceiveAsync(socket, cancellationToken).ConfigureAwait(false);
                    problem = message is null ? $"the server closed the connection: {socket.CloseStatusDescription}" : "";
                }
                catch (Exception exception) when (IsOfConnection(exception) && !cancellationToken.IsCancellationRequested)
                {
                    problem = exception.Message;
                }

                if (message?.Group.Length > 0)
                {
                    yield return message;
                }
            }

            socket.Dispose();
            if (!hasConnected)
            {
                throw new CommandFailure($"the server does not answer: {problem}", CommandFailure.Failed);
            }

            var pause = TimeSpan.FromSeconds(Math.Min(Math.Pow(2, failures++), LongestPause.TotalSeconds));
            tell($"{problem}; connecting again in {pause.TotalSeconds:0} s");
            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task ConnectAsync(HttpClient http, ClientWebSocket socket, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(AttemptLimit);
        var server = find();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Address, $"/api/tenants/{Uri.EscapeDataString(tenant)}/negotiate"));
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + server.Key);
        using var answer = await http.SendAsync(request, limit.Token).ConfigureAwait(false);
        if (!answer.IsSuccessStatusCode)
        {
            throw new CommandFailure(answer.StatusCode == HttpStatusCode.NotFound ? $"--tenant: no tenant '{tenant}'" : $"the server answers {(int)answer.StatusCode}", CommandFailure.Failed);
        }

        var negotiated = await answer.Content.ReadFromJsonAsync(FeedJson.Default.FeedAddress, limit.Token).ConfigureAwait(false);
        socket.Options.AddSubProtocol(Protocol);
        socket.Options.Proxy = null;
        socket.Options.KeepAliveInterval = TimeSpan.FromSeconds(20);
        socket.Options.KeepAliveTimeout = TimeSpan.FromSeconds(20);

        // The name in the address may lead to a loopback address that the server does not listen on.
        await socket.ConnectAsync(new UriBuilder(negotiated!.Url) { Host = server.Address.Host }.Uri, limit.Token).ConfigureAwait(false);
        for (var i = 0; i < groups.Count; i++)
        {
            var join = JsonSerializer.SerializeToUtf8Bytes(new FeedJoin("joinGroup", groups[i], i + 1), FeedJson.Default.FeedJoin);
            await socket.SendAsync(join, WebSocketMessageType.Text, endOfMessage: true, limit.Token).ConfigureAwait(false);
        }
    }

    // Null: the server closed the connection. A message of no group is none of the feed's.
    private static async Task<LiveMessage?> ReceiveAsync(ClientWebSocket socket, CancellationToken cancellationToken)
    {
        var frame = new ArrayBufferWriter<byte>(4096);
        while (true)
        {
            var part = await socket.ReceiveAsync(frame.GetMemory(4096), cancellationToken).ConfigureAwait(false);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken).ConfigureAwait(false);
                return null;
            }

            frame.Advance(part.Count);
            if (frame.WrittenCount > 2 * LiveHubOptions.MaxSentBytes)
            {
                throw new WebSocketException("the server sent a message that is too long");
            }

            if (part.EndOfMessage)
            {
                return LiveMessage.Read(frame.WrittenMemory);
            }
        }
    }

    private static bool IsOfConnection(Exception exception) =>
        exception is HttpRequestException or WebSocketException or IOException or JsonException or OperationCanceledException;
}

/// <summary>What was told to a group.</summary>
/// <param name="Group">The group; empty: the frame was no message.</param>
/// <param name="Changes">The changes, as they came.</param>
internal sealed record LiveMessage(string Group, IReadOnlyList<JsonElement> Changes)
{
    private static readonly LiveMessage None = new("", []);

    /// <summary>Reads a frame.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static LiveMessage Read(ReadOnlyMemory<byte> frame)
    {
        using var document = JsonDocument.Parse(frame);
        return document.RootElement is { ValueKind: JsonValueKind.Object } root
            && root.TryGetProperty("type", out var type) && type.ValueEquals("message")
            && root.TryGetProperty("group", out var group) && group.GetString() is { } name
            && root.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object
            && data.TryGetProperty("changes", out var changes) && changes.ValueKind == JsonValueKind.Array
            ? new(name, [.. changes.EnumerateArray().Where(c => c.ValueKind == JsonValueKind.Object).Select(c => c.Clone())]) : None;
    }
}

/// <summary>The answer of a negotiation.</summary>
internal sealed record FeedAddress(Uri Url);

/// <summary>Asks to join a group.</summary>
internal sealed record FeedJoin(string Type, string Group, int AckId);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(FeedAddress))]
[JsonSerializable(typeof(FeedJoin))]
internal sealed partial class FeedJson : JsonSerializerContext;
