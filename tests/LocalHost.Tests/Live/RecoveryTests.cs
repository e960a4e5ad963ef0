using System.Net.WebSockets;

namespace Sentiment.LocalHost.Tests.Live;

public class RecoveryTests
{
    [Fact]
    public async Task Messages_are_numbered_for_each_connection()
    {
        await using var host = await LiveHost.StartAsync();
        await using var first = await host.ConnectAsync(LiveHost.Reliable);
        Assert.Null(await first.JoinAsync("acme.runs"));
        await host.SendAsync("acme.runs", "1");
        await using var second = await host.ConnectAsync(LiveHost.Reliable);
        Assert.Null(await second.JoinAsync("acme.runs"));
        await host.SendAsync("acme.runs", "2");
        Assert.Equal((1, 2), (Number(await first.MessageAsync()), Number(await first.MessageAsync())));
        Assert.Equal(1, Number(await second.MessageAsync()));
    }

    [Fact]
    public async Task A_lost_connection_is_recovered_with_its_groups_and_what_was_not_acknowledged()
    {
        await using var host = await LiveHost.StartAsync();
        var client = await host.ConnectAsync(LiveHost.Reliable);
        Assert.Null(await client.JoinAsync("acme.runs"));
        for (var i = 1; i <= 5; i++)
        {
            await host.SendAsync("acme.runs", $"{i}");
            Assert.Equal(i, Number(await client.MessageAsync()));
        }

        await client.SendAsync("""{"type":"sequenceAck","sequenceId":3}""");
        await client.SendAsync("""{"type":"ping"}"""); // Answered once what came before is done.
        await client.ReceiveAsync();
        await client.DisposeAsync();
        await host.SendAsync("acme.runs", "6");
        host.Time.Advance(TimeSpan.FromSeconds(29));

        await using var recovered = await LiveClient.ConnectAsync(Recovery(host, client), LiveHost.Reliable);
        Assert.Equal(client.Id, recovered.Id);
        await host.SendAsync("acme.runs", "7");
        for (var i = 4; i <= 7; i++)
        {
            var message = await recovered.MessageAsync();
            Assert.Equal((i, i), (Number(message), message.GetProperty("data").GetInt32()));
        }
    }

    [Fact]
    public async Task A_client_that_comes_back_before_its_loss_is_noticed_takes_the_connection_over()
    {
        await using var host = await LiveHost.StartAsync();
        await using var client = await host.ConnectAsync(LiveHost.Reliable);
        Assert.Null(await client.JoinAsync("acme.runs"));
        await using var recovered = await LiveClient.ConnectAsync(Recovery(host, client), LiveHost.Reliable);
        await host.SendAsync("acme.runs", "1");
        Assert.Equal("1", await recovered.DataAsync());
        await Assert.ThrowsAnyAsync<WebSocketException>(client.ReceiveAsync);
        Assert.Null(await recovered.JoinAsync("acme.metrics"));
    }

    [Fact]
    public async Task A_connection_that_is_not_recovered_in_time_is_given_up()
    {
        await using var host = await LiveHost.StartAsync();
        var client = await host.ConnectAsync(LiveHost.Reliable);
        Assert.Null(await client.JoinAsync("acme.runs"));
        await client.DisposeAsync();
        await GoneAsync(host, "acme.runs");
        await IsRefusedAsync(Recovery(host, client));
    }

    [Fact]
    public async Task A_connection_is_recovered_by_whoever_knows_its_token_alone()
    {
        await using var host = await LiveHost.StartAsync();
        await using var client = await host.ConnectAsync(LiveHost.Reliable);
        await using var plain = await host.ConnectAsync();
        await IsRefusedAsync(Recovery(host, client.Id, client.ReconnectionToken + "0"));
        await IsRefusedAsync(Recovery(host, client.Id, ""));
        await IsRefusedAsync(Recovery(host, plain.Id, ""));
        await IsRefusedAsync(Recovery(host, "nobody", client.ReconnectionToken));
        Assert.Null(await client.JoinAsync("acme.runs"));
    }

    [Fact]
    public async Task A_connection_that_its_client_closed_or_the_server_ended_is_not_recovered()
    {
        await using var host = await LiveHost.StartAsync();
        var closed = await host.ConnectAsync(LiveHost.Reliable);
        await closed.Socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default);
        await IsRefusedAsync(Recovery(host, closed));
        await using var revoked = await host.ConnectAsync(LiveHost.Reliable);
        await host.Hub.CloseAsync("acme.0001", "revoked", default);
        await revoked.EndAsync();
        await IsRefusedAsync(Recovery(host, revoked));
    }

    [Fact]
    public async Task No_more_is_kept_for_a_lost_client_than_may_be()
    {
        await using var host = await LiveHost.StartAsync(("QueueMessages", "3"));
        var client = await host.ConnectAsync(LiveHost.Reliable);
        Assert.Null(await client.JoinAsync("acme.runs"));
        await client.DisposeAsync();
        for (var i = 0; i < 3; i++)
        {
            await host.SendAsync("acme.runs", "1");
        }

        Assert.True(await host.IsWatchedAsync("acme.runs"));
        await host.SendAsync("acme.runs", "1");
        Assert.False(await host.IsWatchedAsync("acme.runs"));
        await IsRefusedAsync(Recovery(host, client));
    }

    private static int Number(System.Text.Json.JsonElement message) => message.GetProperty("sequenceId").GetInt32();

    private static Uri Recovery(LiveHost host, LiveClient client) => Recovery(host, client.Id, client.ReconnectionToken);

    private static Uri Recovery(LiveHost host, string id, string token) =>
        new($"ws://127.0.0.1:{host.Address.Port}/client/hubs/sentiment?awps_connection_id={id}&awps_reconnection_token={token}");

    private static async Task IsRefusedAsync(Uri recovery)
    {
        await using var client = await LiveClient.OpenAsync(recovery, LiveHost.Reliable);
        Assert.Null(await client.TryReceiveAsync());
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, client.Socket.CloseStatus);
    }

    // The loss is noticed some time after the client has gone; only then do its 30 seconds begin.
    private static async Task GoneAsync(LiveHost host, string group)
    {
        using var limit = new CancellationTokenSource(LiveClient.Limit);
        while (await host.IsWatchedAsync(group))
        {
            host.Time.Advance(TimeSpan.FromSeconds(30));
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, limit.Token);
        }
    }
}
