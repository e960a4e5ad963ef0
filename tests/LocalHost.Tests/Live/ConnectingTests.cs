using System.Net.WebSockets;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Sentiment.LocalHost.Live;

namespace Sentiment.LocalHost.Tests.Live;

public class ConnectingTests
{
    [Fact]
    public async Task A_client_with_a_negotiated_url_is_told_who_it_is()
    {
        await using var host = await LiveHost.StartAsync();
        await using var client = await host.ConnectAsync();
        Assert.Equal(("system", "connected", "acme.0001"), (Of("type"), Of("event"), Of("userId")));
        Assert.NotEmpty(client.Id);
        Assert.False(client.Connected.TryGetProperty("reconnectionToken", out _));
        Assert.StartsWith($"ws://localhost:{host.Address.Port}/client/hubs/sentiment?access_token=", (await host.Hub.ClientUrlAsync("acme", "k", default)).ToString(), StringComparison.Ordinal);

        string? Of(string name) => client.Connected.GetProperty(name).GetString();
    }

    [Fact]
    public async Task A_token_that_is_none_of_the_servers_is_refused()
    {
        await using var host = await LiveHost.StartAsync();
        var good = (await host.UrlAsync()).Query["?access_token=".Length..];
        var parts = good.Split('.');
        var unsigned = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Audience = host.Audience,
            Expires = host.Time.GetUtcNow().AddHours(1).UtcDateTime,
            NotBefore = host.Time.GetUtcNow().UtcDateTime,
            IssuedAt = host.Time.GetUtcNow().UtcDateTime,
            Claims = new Dictionary<string, object> { ["sub"] = "acme.0001", ["role"] = "webpubsub.joinLeaveGroup" },
        });
        foreach (var token in new[] { "x", "a.b.c", unsigned, $"{parts[0]}.{parts[1]}.", $"{parts[0]}.{new JsonWebToken(unsigned).EncodedPayload}.{parts[2]}", new AccessTokens(host.Time).Sign(host.Audience, "acme.0001", []) })
        {
            var (status, text) = await host.RefusalAsync(host.UrlOf(token));
            Assert.Equal(401, status);
            Assert.Contains("access_token: the token is none of this server's", text, StringComparison.Ordinal);
        }

        Assert.Equal(101, (await host.RefusalAsync(host.UrlOf(good))).Status);
        var none = await host.RefusalAsync(host.UrlOf(""));
        Assert.Equal(401, none.Status);
        Assert.Contains("access_token: a URL from POST", none.Text, StringComparison.Ordinal);
        var elsewhere = await host.RefusalAsync(host.UrlOf(host.Tokens.Sign(host.Audience + "2", "acme.0001", [])));
        Assert.Equal(401, elsewhere.Status);
        Assert.Contains("another hub", elsewhere.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_url_can_be_used_for_an_hour_and_the_connection_for_longer()
    {
        await using var host = await LiveHost.StartAsync();
        var url = await host.UrlAsync();
        host.Time.Advance(TimeSpan.FromMinutes(60) - TimeSpan.FromSeconds(1));
        await using var client = await LiveClient.ConnectAsync(url);
        host.Time.Advance(TimeSpan.FromSeconds(1));
        var (status, text) = await host.RefusalAsync(url);
        Assert.Equal(401, status);
        Assert.Contains("expired", text, StringComparison.Ordinal);
        Assert.Null(await client.JoinAsync("acme.runs"));
    }

    [Theory]
    [InlineData("http://evil.example", 403)]
    [InlineData("http://localhost:1", 403)]
    [InlineData("http://localhost.evil.example:PORT", 403)]
    [InlineData("null", 403)]
    [InlineData("http://localhost:PORT", 101)]
    [InlineData("http://127.0.0.1:PORT", 101)]
    public async Task A_page_of_another_server_is_refused_whatever_it_knows(string origin, int expected)
    {
        await using var host = await LiveHost.StartAsync();
        var port = $"{host.Address.Port}";
        Assert.Equal(expected, (await host.RefusalAsync(await host.UrlAsync(), origin: origin.Replace("PORT", port, StringComparison.Ordinal))).Status);
    }

    [Fact]
    public async Task What_is_no_websocket_of_a_known_protocol_is_refused()
    {
        await using var host = await LiveHost.StartAsync();
        var url = await host.UrlAsync();
        Assert.Equal(400, (await host.RefusalAsync(url, protocol: null)).Status);
        var (status, text) = await host.RefusalAsync(url, protocol: "protobuf.webpubsub.azure.v1");
        Assert.Equal(400, status);
        Assert.Contains("protocol: json.webpubsub.azure.v1 or json.reliable.webpubsub.azure.v1 expected", text, StringComparison.Ordinal);
        using var http = new HttpClient();
        using var plain = await http.GetAsync(new UriBuilder(url) { Scheme = "http" }.Uri);
        Assert.Equal(400, (int)plain.StatusCode);
    }

    [Fact]
    public async Task Connections_are_limited_by_key_and_in_all_and_free_their_place()
    {
        await using var host = await LiveHost.StartAsync(("ConnectionsPerKey", "2"), ("Connections", "3"));
        var first = await host.ConnectAsync();
        Assert.Null(await first.JoinAsync("acme.runs"));
        await using var second = await host.ConnectAsync(LiveHost.Reliable);
        var (status, text) = await host.RefusalAsync(await host.UrlAsync());
        Assert.Equal(429, status);
        Assert.Contains("connections: at most 2 of one key expected", text, StringComparison.Ordinal);
        await using var third = await host.ConnectAsync(key: "acme.0002");
        (status, text) = await host.RefusalAsync(await host.UrlAsync(key: "acme.0002"));
        Assert.Equal(503, status);
        Assert.Contains("connections: the server has 3", text, StringComparison.Ordinal);

        await first.DisposeAsync();
        await host.UntilWatchedAsync("acme.runs", false);
        await using var again = await UntilThereIsRoomAsync(host);
        Assert.Null(await again.JoinAsync("acme.runs"));
    }

    // A connection leaves its groups a moment before its place.
    private static async Task<LiveClient> UntilThereIsRoomAsync(LiveHost host)
    {
        var url = await host.UrlAsync();
        while (true)
        {
            try
            {
                return await LiveClient.ConnectAsync(url);
            }
            catch (WebSocketException)
            {
                await Task.Yield();
            }
        }
    }

    [Fact]
    public async Task Revoking_a_key_closes_its_connections_and_refuses_its_urls()
    {
        await using var host = await LiveHost.StartAsync();
        var url = await host.UrlAsync();
        await using var plain = await LiveClient.ConnectAsync(url);
        await using var reliable = await LiveClient.ConnectAsync(url, LiveHost.Reliable);
        await using var other = await host.ConnectAsync(key: "acme.0002");
        await host.Hub.CloseAsync("acme.0001", "the key was revoked", default);
        Assert.Equal(("the key was revoked", WebSocketCloseStatus.PolicyViolation, "the key was revoked"), await plain.EndAsync());
        Assert.Equal(("the key was revoked", WebSocketCloseStatus.PolicyViolation, "the key was revoked"), await reliable.EndAsync());
        Assert.Equal(401, (await host.RefusalAsync(url)).Status);
        Assert.Null(await other.JoinAsync("acme.runs"));
    }

    [Fact]
    public async Task A_stopping_server_closes_its_connections_as_going_away()
    {
        await using var host = await LiveHost.StartAsync();
        await using var client = await host.ConnectAsync();
        await using var reliable = await host.ConnectAsync(LiveHost.Reliable);
        var stopping = host.StopAsync();
        foreach (var one in new[] { client, reliable })
        {
            Assert.Equal(("the server is stopping", WebSocketCloseStatus.EndpointUnavailable, "the server is stopping"), await one.EndAsync());
            await one.Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, default);
        }

        await stopping;
    }

    [Fact]
    public async Task No_log_line_has_an_access_token_or_a_reconnection_token()
    {
        await using var host = await LiveHost.StartAsync(("ConnectionsPerKey", "1"));
        var url = await host.UrlAsync();
        await using var client = await LiveClient.ConnectAsync(url, LiveHost.Reliable);
        Assert.Null(await client.JoinAsync("acme.runs"));
        Assert.Equal(429, (await host.RefusalAsync(url)).Status);
        await host.SendAsync("acme.runs", "1");
        await client.DataAsync();
        await host.Hub.CloseAsync("acme.0001", "bye", default);
        await client.EndAsync();
        Assert.NotEmpty(host.Logged.All);
        var token = url.Query["?access_token=".Length..];
        Assert.DoesNotContain(host.Logged.All, line => line.Contains(token, StringComparison.Ordinal) || line.Contains(client.ReconnectionToken, StringComparison.Ordinal));
    }
}
