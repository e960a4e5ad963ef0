using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR;
using Sentiment.Domain.Live;
using Sentiment.LocalHost.Live;

namespace Sentiment.LiveBench;

/// <summary>Something that sends the payload to everybody in a group.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="SendAsync">Sends to a group by its name after <c>bench.</c>.</param>
internal sealed record Contender(string Name, Func<string, Task> SendAsync);

/// <summary>The hub, ASP.NET Core SignalR and a bare loop over sockets on one Kestrel.</summary>
internal sealed class Servers : IAsyncDisposable
{
    // About what a headline takes.
    private static readonly byte[] Payload = Encoding.UTF8.GetBytes(
        $$"""{"from":"7f3a","seq":123456,"kind":"delta","changes":[{"key":"{{new string('a', 32)}}","version":1793620800000,"source":"tiingo/news","symbols":["AAPL"],"title":"{{new string('t', 120)}}","url":"https://news.example/{{new string('u', 40)}}","publishedAt":"2026-11-02T12:00:00Z","label":"positive","score":0.812345}]}""");

    private readonly WebApplication _app;

    private Servers(WebApplication app, string token, IReadOnlyList<Contender> contenders) => (_app, Token, Contenders) = (app, token, contenders);

    public int Port => new Uri(_app.Urls.Single()).Port;

    /// <summary>Lets a client into every group of the hub.</summary>
    public string Token { get; }

    public IReadOnlyList<Contender> Contenders { get; }

    public static async Task<Servers> StartAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Critical); // Connections are cut at the end.
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        foreach (var (key, value) in new[] { ("Connections", "100000"), ("ConnectionsPerKey", "100000"), ("QueueMessages", "100000"), ("QueueMegabytes", "1024"), ("PingSeconds", "3600") })
        {
            builder.Configuration["Live:" + key] = value;
        }

        builder.Services.AddSingleton(TimeProvider.System).AddLiveHub(builder.Configuration);
        builder.Services.AddSingleton<BareLoop>();
        builder.Services.AddSignalR(options => (options.KeepAliveInterval, options.ClientTimeoutInterval) = (TimeSpan.FromHours(1), TimeSpan.FromHours(2)));
        var app = builder.Build();
        app.UseWebSockets();
        app.MapLiveHub();
        app.MapHub<SignalRHub>("/signalr");
        var bare = app.Services.GetRequiredService<BareLoop>();
        app.MapGet("/bare", bare.ConnectAsync);
        await app.StartAsync();

        var hub = app.Services.GetRequiredService<ILiveHub>();
        var signalR = app.Services.GetRequiredService<IHubContext<SignalRHub>>();
        var parsed = JsonDocument.Parse(Payload).RootElement;
        return new(app, (await hub.ClientUrlAsync("bench", "bench", CancellationToken.None)).Query["?access_token=".Length..],
        [
            new("hub", group => hub.SendAsync($"bench.{group}", Payload, CancellationToken.None)),
            new("signalr", group => signalR.Clients.Group($"bench.{group}").SendAsync("message", parsed)),
            new("bare", group => bare.SendAsync($"bench.{group}", Payload)),
        ]);
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}

/// <summary>Puts each client into the group that it names.</summary>
internal sealed class SignalRHub : Hub
{
    public override async Task OnConnectedAsync()
    {
        await Groups.AddToGroupAsync(Context.ConnectionId, Context.GetHttpContext()!.Request.Query["group"].ToString());
        await Clients.Caller.SendAsync("joined");
    }
}

/// <summary>The least that a server can do: one loop over the sockets of a group, which sends to one after the other.</summary>
internal sealed class BareLoop
{
    private readonly ConcurrentDictionary<string, List<WebSocket>> _groups = new();

    public async Task ConnectAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext { KeepAliveInterval = TimeSpan.Zero });
        var group = _groups.GetOrAdd(context.Request.Query["group"].ToString(), _ => []);
        lock (group)
        {
            group.Add(socket);
        }

        await socket.SendAsync("{}"u8.ToArray(), WebSocketMessageType.Text, true, context.RequestAborted);
        try
        {
            var buffer = new byte[256];
            while ((await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException)
        {
            // The bench is over.
        }
    }

    public async Task SendAsync(string name, byte[] payload)
    {
        foreach (var socket in _groups[name])
        {
            await socket.SendAsync(payload.AsMemory(), WebSocketMessageType.Text, true, CancellationToken.None);
        }
    }
}
