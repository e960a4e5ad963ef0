using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Sentiment.Adapters.Configuration;
using Sentiment.Api;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Live;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Tenants;
using Sentiment.LocalHost;
using Sentiment.LocalHost.Live;
using Sentiment.LocalHost.Serving;

namespace Sentiment.LiveBench;

/// <summary>How long an item takes from the vendor's answer to a client of the hub, beside a dashboard that is open or not: parsed, scored by the model, committed into SQLite, told, sent over a socket.</summary>
internal sealed class EndToEnd(int pages, int perPage, TimeSpan pause, bool isPage)
{
    private const string Run = "bench-run";
    private static readonly TimeSpan Drawing = TimeSpan.FromSeconds(5);

    /// <summary>Milliseconds of each item that came.</summary>
    public async Task<IReadOnlyList<double>> RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("sentiment-endtoend-").FullName;
        var builder = WebApplication.CreateBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddPipeline(builder.Configuration, folder).AddSingleton<ITableSource>(new Feed(perPage));
        builder.Services.AddSingleton<ITenantDirectory>(new FixedTenants(new([Feed.Watched], "bench"))).AddSentimentApi();
        builder.Services.AddLiveHub(builder.Configuration).AddSingleton(Microsoft.Extensions.Options.Options.Create(new LiveOptions())).AddLivePublisher();
        builder.Services.AddSingleton<IAdminKey, BenchKey>().AddSingleton(Microsoft.Extensions.Options.Options.Create(new ScheduleOptions()));
        builder.Services.AddBound<ApiOptions>(builder.Configuration, ApiOptions.Section);
        var app = builder.Build();
        var took = new List<double>();
        await using (app)
        {
            app.UseWebSockets();
            app.UseSentimentApi();
            app.MapSentimentApi();
            app.MapLiveHub();
            app.MapDashboard();
            await app.StartAsync();
            await Feed.RunAsync(app.Services, Run);

            // The day before.
            await Feed.PageAsync(app.Services, Run, 1);
            if (isPage)
            {
                Console.WriteLine($"http://localhost:{new Uri(app.Urls.Single()).Port}/#key={BenchKey.Key}");
                while (!await app.Services.GetRequiredService<ILiveHub>().IsWatchedAsync($"{Feed.Watched.Id}.items.AAPL", default))
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
                }

                await Task.Delay(Drawing, TimeProvider.System);
            }

            using var socket = new ClientWebSocket();
            socket.Options.AddSubProtocol("json.webpubsub.azure.v1");
            await socket.ConnectAsync(await app.Services.GetRequiredService<ILiveHub>().ClientUrlAsync(Feed.Watched.Id, "bench", default), default);
            foreach (var group in (string[])["items.-", "trends.-", "metrics", "runs"])
            {
                await socket.SendAsync(Encoding.UTF8.GetBytes($$"""{"type":"joinGroup","group":"{{Feed.Watched.Id}}.{{group}}"}"""), WebSocketMessageType.Text, true, default);
            }

            while (!await app.Services.GetRequiredService<ILiveHub>().IsWatchedAsync($"{Feed.Watched.Id}.runs", default))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
            }

            using var limit = new CancellationTokenSource(pause * (pages + 1) + TimeSpan.FromMinutes(2));
            var reading = ReadAsync(socket, took, perPage * (pages + 1), limit.Token);
            for (var number = 2; number <= pages + 2; number++)
            {
                await Feed.PageAsync(app.Services, Run, number);
                await Task.Delay(pause, TimeProvider.System);
            }

            await reading;
            await app.StopAsync();
        }

        Directory.Delete(folder, recursive: true);
        return [.. took.Skip(perPage)];
    }

    private static async Task ReadAsync(ClientWebSocket socket, List<double> took, int expected, CancellationToken cancellationToken)
    {
        var buffer = new byte[1 << 20];
        while (took.Count < expected)
        {
            var length = 0;
            ValueWebSocketReceiveResult part;
            do
            {
                part = await socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
                length += part.Count;
            }
            while (!part.EndOfMessage);

            var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
            using var frame = JsonDocument.Parse(buffer.AsMemory(0, length));
            if (frame.RootElement.TryGetProperty("data", out var data) && frame.RootElement.GetProperty("group").GetString()!.EndsWith(".items.-", StringComparison.Ordinal))
            {
                took.AddRange(data.GetProperty("changes").EnumerateArray()
                    .Select(c => (double)(now - long.Parse(c.GetProperty("url").GetString()!.Split('/')[^1], CultureInfo.InvariantCulture))));
            }
        }
    }
}

/// <summary>The key that the page calls with.</summary>
internal sealed class BenchKey : IAdminKey
{
    public const string Key = "bench-admin-key";

    public ValueTask<string> GetAsync(CancellationToken cancellationToken) => new(Key);
}
