#if WEB_PUBSUB
using System.Text;
using System.Text.Json;
using Azure.Messaging.WebPubSub;
using Microsoft.Extensions.Time.Testing;
using Sentiment.Adapters.Tests;
using Sentiment.Domain.Live;
using Sentiment.Functions.Live;
using Sentiment.Testing;

namespace Sentiment.Functions.Tests.Live;

/// <summary>The official client against a socket that is shaped like the service's REST API.</summary>
public class WebPubSubHubTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    private static LoopbackService Service(int status) => new((_, response) =>
    {
        response.StatusCode = status;
        return Task.CompletedTask;
    });

    private static WebPubSubHub Hub(Uri address, TimeProvider? time = null) => new(
        new WebPubSubServiceClient($"Endpoint={address};AccessKey=bm90LWEtcmVhbC1rZXktYnV0LWxvbmctZW5vdWdoLTEyMw==;Version=1.0;", "sentiment",
            new WebPubSubServiceClientOptions { Retry = { MaxRetries = 0 } }),
        new LiveInterest(new MemoryTables(), time ?? new FakeTimeProvider(Now)), time ?? new FakeTimeProvider(Now));

    private static JsonElement Claims(string token) => JsonDocument.Parse(Base64(token.Split('.')[1])).RootElement;

    private static byte[] Base64(string text) => Convert.FromBase64String(text.Replace('-', '+').Replace('_', '/') + new string('=', (4 - (text.Length % 4)) % 4));

    [Fact]
    public async Task A_message_goes_to_its_group_as_the_json_it_is()
    {
        await using var service = Service(202);
        const string Message = """{"from":"p","seq":1,"kind":"delta","changes":[{"title":"Öl steigt"}]}""";
        await Hub(service.Address).SendAsync("acme.items.AAPL", Encoding.UTF8.GetBytes(Message), default);
        var request = Assert.Single(service.Seen);
        Assert.Equal(("POST", "/api/hubs/sentiment/groups/acme.items.AAPL/:send", Message), (request.Method, request.Path, request.Body));
        Assert.StartsWith("application/json", request.Headers.ContentType.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("Bearer ", request.Headers.Authorization.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_url_is_the_keys_own_and_opens_the_groups_of_one_tenant_for_an_hour()
    {
        var address = new Uri("http://live.example:8080");
        var url = await Hub(address).ClientUrlAsync("acme", "key-7", default);
        Assert.Equal(("ws", "live.example:8080", "/client/hubs/sentiment"), (url.Scheme, url.Authority, url.AbsolutePath));
        var claims = Claims(url.Query.Split("access_token=")[1].Split('&')[0]);
        Assert.Equal("key-7", claims.GetProperty("sub").GetString());
        Assert.Equal(Now.AddMinutes(60).ToUnixTimeSeconds(), claims.GetProperty("exp").GetInt64());
        Assert.Equal("http://live.example:8080/client/hubs/sentiment", claims.GetProperty("aud").GetString());
        var role = claims.GetProperty("role");
        Assert.Equal("webpubsub.joinLeaveGroups.acme.**", role.ValueKind == JsonValueKind.Array ? Assert.Single(role.EnumerateArray().ToList()).GetString() : role.GetString());
        Assert.False(claims.TryGetProperty("webpubsub.group", out _));
    }

    // The service does not tell who listens; whoever was given an address may.
    [Fact]
    public async Task A_tenants_groups_are_watched_for_as_long_as_an_address_that_was_given_out_is_good()
    {
        var time = new FakeTimeProvider(Now);
        var hub = Hub(new("http://live.example:8080"), time);
        Assert.False(await hub.IsWatchedAsync("acme.items.AAPL", default));
        await hub.ClientUrlAsync("acme", "key-7", default);
        Assert.True(await hub.IsWatchedAsync("acme.items.AAPL", default));
        Assert.False(await hub.IsWatchedAsync("bolt.runs", default));
        time.Advance(LiveInterest.Life);
        Assert.False(await hub.IsWatchedAsync("acme.runs", default));
    }

    [Fact]
    public async Task A_revoked_keys_connections_are_closed_with_the_reason()
    {
        await using var service = Service(204);
        await Hub(service.Address).CloseAsync("key-7", "the key was revoked", default);
        var request = Assert.Single(service.Seen);
        Assert.Equal(("POST", "/api/hubs/sentiment/users/key-7/:closeConnections"), (request.Method, request.Path));
        Assert.Contains("reason=the%20key%20was%20revoked", request.Query.Replace("+", "%20", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(429, true)]
    [InlineData(503, true)]
    [InlineData(400, false)]
    [InlineData(401, false)]
    public async Task A_failure_says_whether_another_attempt_may_help(int status, bool isTransient)
    {
        await using var service = Service(status);
        var failure = await Assert.ThrowsAsync<LiveHubException>(() => Hub(service.Address).SendAsync("acme.runs", "{}"u8.ToArray(), default));
        Assert.Equal(isTransient, failure.IsTransient);
        Assert.DoesNotContain("AccessKey", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_cannot_be_reached_is_transient()
    {
        var service = Service(202);
        var address = service.Address;
        await service.DisposeAsync();
        Assert.True((await Assert.ThrowsAsync<LiveHubException>(() => Hub(address).SendAsync("acme.runs", "{}"u8.ToArray(), default))).IsTransient);
    }
}
#endif
