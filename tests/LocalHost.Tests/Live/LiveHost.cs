using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Sentiment.Domain.Live;
using Sentiment.LocalHost.Live;

namespace Sentiment.LocalHost.Tests.Live;

/// <summary>The live hub on Kestrel; its clock stands still unless told otherwise.</summary>
internal sealed class LiveHost : IAsyncDisposable
{
    public const string Plain = "json.webpubsub.azure.v1";
    public const string Reliable = "json.reliable.webpubsub.azure.v1";
    public const string AdminKey = "the-admin-key";
    private readonly WebApplication _app;

    private LiveHost(TimeProvider? time, (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));

        // A machine that stands still for a while must not make clients look silent.
        builder.Configuration["Live:PingSeconds"] = "3600";
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create("Live:" + s.Key, (string?)s.Value)));
        builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(Logged);
        builder.Services.AddRouting().AddProblemDetails().AddSingleton(time ?? Time).AddLiveHub(builder.Configuration);
        _app = builder.Build();
        _app.UseRouting();
        _app.UseWebSockets();
        _app.MapLiveHub();
        _app.MapPost("/api/tenants/{tenant}/negotiate", async (string tenant, HttpContext context, ILiveHub hub) =>
            context.Request.Headers.Authorization != $"Bearer {AdminKey}" ? Results.StatusCode(401) : tenant != "acme" ? Results.NotFound()
            : Results.Json(new { url = await hub.ClientUrlAsync(tenant, "admin", default) }));
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 2, 12, 0, 0, TimeSpan.Zero));

    public Lines Logged { get; } = new();

    public ILiveHub Hub => _app.Services.GetRequiredService<ILiveHub>();

    public AccessTokens Tokens => _app.Services.GetRequiredService<AccessTokens>();

    /// <summary>What the hub's tokens are for.</summary>
    public string Audience => _app.Services.GetRequiredService<LiveHub>().Audience;

    public Uri Address => new(_app.Urls.Single());

    public static Task<LiveHost> StartAsync(params (string Key, string Value)[] settings) => StartAsync(null, settings);

    public static async Task<LiveHost> StartAsync(TimeProvider? time, params (string Key, string Value)[] settings)
    {
        var host = new LiveHost(time, settings);
        await host._app.StartAsync();
        return host;
    }

    /// <summary>A URL as negotiation gives it.</summary>
    public async Task<Uri> UrlAsync(string tenant = "acme", string key = "acme.0001") => Numeric(await Hub.ClientUrlAsync(tenant, key, default));

    /// <summary>A URL with roles that negotiation does not give.</summary>
    public Uri UrlWith(params string[] roles) => UrlOf(Tokens.Sign(Audience, "acme.0001", roles));

    public Uri UrlOf(string token) => new($"ws://127.0.0.1:{Address.Port}{LiveHub.Path}?access_token={token}");

    public async Task<LiveClient> ConnectAsync(string protocol = Plain, string tenant = "acme", string key = "acme.0001") =>
        await LiveClient.ConnectAsync(await UrlAsync(tenant, key), protocol);

    public Task SendAsync(string group, string json) => Hub.SendAsync(group, System.Text.Encoding.UTF8.GetBytes(json), default);

    public async Task<bool> IsWatchedAsync(string group) => await Hub.IsWatchedAsync(group, default);

    /// <summary>Waits until somebody, or nobody, is in a group.</summary>
    public async Task UntilWatchedAsync(string group, bool isWatched)
    {
        using var limit = new CancellationTokenSource(LiveClient.Limit);
        while (await IsWatchedAsync(group) != isWatched)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, limit.Token);
        }
    }

    /// <summary>What a handshake is answered where it is not let in.</summary>
    public async Task<(int Status, string Text)> RefusalAsync(Uri url, string? protocol = Plain, string? origin = null)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new UriBuilder(url) { Scheme = "http" }.Uri);
        request.Headers.TryAddWithoutValidation("Connection", "Upgrade");
        request.Headers.TryAddWithoutValidation("Upgrade", "websocket");
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Version", "13");
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        if (protocol is not null)
        {
            request.Headers.TryAddWithoutValidation("Sec-WebSocket-Protocol", protocol);
        }

        if (origin is not null)
        {
            request.Headers.TryAddWithoutValidation("Origin", origin);
        }

        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return ((int)answer.StatusCode, answer.StatusCode == HttpStatusCode.SwitchingProtocols ? "" : await answer.Content.ReadAsStringAsync());
    }

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    // The test's sockets need not find out which loopback address is listened on.
    private static Uri Numeric(Uri url) => new UriBuilder(url) { Host = "127.0.0.1" }.Uri;
}

/// <summary>Remembers every line that is logged.</summary>
internal sealed class Lines : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> _all = new();

    public IReadOnlyCollection<string> All => _all;

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
    {
        _all.Enqueue($"{state}");
        return null;
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _all.Enqueue($"{formatter(state, exception)} {exception}");

    public void Dispose()
    {
    }
}
