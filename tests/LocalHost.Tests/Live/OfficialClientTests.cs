using System.Text;
using System.Text.Json;

namespace Sentiment.LocalHost.Tests.Live;

public class OfficialClientTests
{
    // Few enough that a scenario can send more, and more than another has under way.
    private const string Queue = "100";

    [Theory]
    [InlineData("groups, plain")]
    [InlineData("groups, reliable")]
    [InlineData("forbidden join")]
    [InlineData("send to group")]
    [InlineData("ping")]
    [InlineData("reconnect, plain")]
    [InlineData("recovery")]
    [InlineData("recovery that fails")]
    [InlineData("revoked key")]
    public async Task The_official_client_works_unchanged(string scenario)
    {
        await using var host = await LiveHost.StartAsync(TimeProvider.System, ("QueueMessages", Queue));
        await using var proxy = new TcpProxy(host.Address.Port);
        await OfficialClient.PlayAsync(scenario, request => ServeAsync(host, proxy, request));
    }

    private static async Task<string> ServeAsync(LiveHost host, TcpProxy proxy, JsonElement request)
    {
        switch (request.GetProperty("action").GetString())
        {
            case "negotiate":
                var roles = request.TryGetProperty("roles", out var given) ? given.EnumerateArray().Select(r => r.GetString()!).ToArray() : null;
                var url = roles is null ? await host.UrlAsync() : host.UrlWith(roles);
                return JsonSerializer.Serialize(new { url = new UriBuilder(url) { Port = proxy.Port }.Uri });
            case "send":
                await host.Hub.SendAsync(request.GetProperty("group").GetString()!, Encoding.UTF8.GetBytes(request.GetProperty("json").GetString()!), default);
                return "{}";
            case "watched":
                return JsonSerializer.Serialize(new { isWatched = await host.IsWatchedAsync(request.GetProperty("group").GetString()!) });
            case "cut":
                proxy.Cut();
                return "{}";
            case "hold":
                proxy.Hold(true);
                proxy.Cut();
                return "{}";
            case "resume":
                proxy.Hold(false);
                return "{}";
            default:
                await host.Hub.CloseAsync("acme.0001", "the key was revoked", default);
                return "{}";
        }
    }
}
