using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;

namespace Sentiment.LocalHost.Tests.Live;

public class SlowClientTests
{
    private static readonly string Large = $"\"{new string('x', 500_000)}\"";

    [Theory]
    [InlineData(LiveHost.Plain)]
    [InlineData(LiveHost.Reliable)]
    public async Task A_client_that_reads_nothing_is_dropped_with_a_reason_and_the_others_miss_nothing(string protocol)
    {
        await using var host = await LiveHost.StartAsync(("QueueMessages", "10"));
        await using var slow = await host.ConnectAsync(protocol);
        await using var other = await host.ConnectAsync();
        Assert.Null(await slow.JoinAsync("acme.items.SLOW"));
        Assert.Null(await slow.JoinAsync("acme.items.-"));
        Assert.Null(await other.JoinAsync("acme.items.-"));
        for (var i = 0; await host.IsWatchedAsync("acme.items.SLOW"); i++)
        {
            await host.SendAsync("acme.items.-", Large);
            Assert.Equal(Large, await other.DataAsync());
            Assert.True(i < 1000, "The client is still there.");
        }

        Assert.True(await host.IsWatchedAsync("acme.items.-"));
        const string Reason = "the client takes messages more slowly than they come";
        Assert.Equal((Reason, WebSocketCloseStatus.PolicyViolation, Reason), await slow.EndAsync());
        Assert.Contains(host.Logged.All, line => line.Contains("acme.0001", StringComparison.Ordinal) && line.Contains("dropped", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_client_that_does_not_even_take_its_end_is_cut_off()
    {
        await using var host = await LiveHost.StartAsync(("QueueMessages", "10"), ("ConnectionsPerKey", "1"));
        await using var slow = await host.ConnectAsync();
        Assert.Null(await slow.JoinAsync("acme.items.-"));
        while (await host.IsWatchedAsync("acme.items.-"))
        {
            await host.SendAsync("acme.items.-", Large);
        }

        host.Time.Advance(TimeSpan.FromSeconds(6));
        await Assert.ThrowsAnyAsync<WebSocketException>(slow.EndAsync);
    }

    [Fact]
    public async Task A_client_that_takes_nothing_for_too_long_is_cut_off_though_little_waits_for_it()
    {
        await using var host = await LiveHost.StartAsync(("QueueMessages", "100000"), ("QueueMegabytes", "1024"));
        using var limit = new CancellationTokenSource(LiveClient.Limit);
        using var slow = await OpenAsync(host, limit.Token);
        byte[] join = [.. Encoding.ASCII.GetBytes("""{"type":"joinGroup","group":"acme.items.-"}""")];
        await slow.GetStream().WriteAsync(new byte[] { 0x81, (byte)(0x80 | join.Length), 0, 0, 0, 0 }.Concat(join).ToArray(), limit.Token);
        await host.UntilWatchedAsync("acme.items.-", true);

        // More than the buffers on the way hold.
        for (var i = 0; i < 128; i++)
        {
            await host.SendAsync("acme.items.-", Large);
        }

        while (await host.IsWatchedAsync("acme.items.-"))
        {
            host.Time.Advance(TimeSpan.FromSeconds(41));
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, limit.Token);
        }
    }

    [Fact]
    public async Task A_client_that_answers_no_pings_is_cut_off()
    {
        await using var host = await LiveHost.StartAsync(("PingSeconds", "1"), ("SilentSeconds", "1"));
        using var limit = new CancellationTokenSource(LiveClient.Limit);
        using var dumb = await OpenAsync(host, limit.Token);
        var stream = dumb.GetStream();
        var buffer = new byte[4096];
        try
        {
            while (await stream.ReadAsync(buffer, limit.Token) > 0)
            {
            }
        }
        catch (IOException)
        {
            // Cut off hard.
        }

        Assert.False(limit.IsCancellationRequested);
    }

    // A client that does no more than it is told to, and has room for little.
    private static async Task<TcpClient> OpenAsync(LiveHost host, CancellationToken cancellationToken)
    {
        var client = new TcpClient { ReceiveBufferSize = 4096 };
        await client.ConnectAsync("127.0.0.1", host.Address.Port, cancellationToken);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"GET {(await host.UrlAsync()).PathAndQuery} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + $"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: {LiveHost.Plain}\r\n\r\n"), cancellationToken);
        return client;
    }
}
