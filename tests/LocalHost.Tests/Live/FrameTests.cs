using System.Net.WebSockets;

namespace Sentiment.LocalHost.Tests.Live;

public class FrameTests
{
    [Theory]
    [InlineData("", "frame: JSON expected")]
    [InlineData("{", "frame: JSON expected")]
    [InlineData("[]", "frame: a JSON object expected")]
    [InlineData("{}", "type: ")]
    [InlineData("{\"type\":7}", "type: ")]
    [InlineData("{\"type\":\"nonsense\"}", "type: ")]
    [InlineData("{\"type\":\"ping\",\"type\":\"event\"}", "frame: ")]
    [InlineData("{\"type\":\"\\ud800\"}", "frame: ")]
    [InlineData("{\"type\":\"joinGroup\"}", "group: 1 to 1024 characters expected")]
    [InlineData("{\"type\":\"joinGroup\",\"group\":\"\"}", "group: ")]
    [InlineData("{\"type\":\"joinGroup\",\"group\":\"acme.runs\",\"ackId\":-1}", "ackId: ")]
    [InlineData("{\"type\":\"joinGroup\",\"group\":\"acme.runs\",\"ackId\":\"1\"}", "ackId: ")]
    [InlineData("{\"type\":\"sequenceAck\"}", "sequenceId: ")]
    [InlineData("{\"type\":\"sendToGroup\",\"group\":\"acme.runs\",\"data\":1}", "dataType: ")]
    [InlineData("{\"type\":\"sendToGroup\",\"group\":\"acme.runs\",\"dataType\":\"text\",\"data\":1}", "data: ")]
    [InlineData("{\"type\":\"sendToGroup\",\"group\":\"acme.runs\",\"dataType\":\"json\"}", "data: ")]
    [InlineData("{\"type\":\"sendToGroup\",\"group\":\"acme.runs\",\"dataType\":\"json\",\"data\":1,\"noEcho\":1}", "noEcho: ")]
    public async Task A_client_that_sends_what_is_no_frame_is_told_what_is_expected(string frame, string problem)
    {
        await using var host = await LiveHost.StartAsync();
        await using var client = await host.ConnectAsync();
        await client.SendAsync(frame);
        var (told, status, reason) = await client.EndAsync();
        Assert.StartsWith(problem, told, StringComparison.Ordinal);
        Assert.StartsWith(problem, reason, StringComparison.Ordinal);
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, status);
    }

    [Fact]
    public async Task A_binary_frame_is_none()
    {
        await using var host = await LiveHost.StartAsync();
        await using var client = await host.ConnectAsync();
        await client.SendAsync("""{"type":"ping"}""", WebSocketMessageType.Binary);
        Assert.Equal("frame: text expected", (await client.EndAsync()).Told);
    }

    [Fact]
    public async Task A_frame_that_is_too_long_ends_the_connection_before_it_has_come_whole()
    {
        await using var host = await LiveHost.StartAsync();
        await using var client = await host.ConnectAsync();
        await client.SendAsync(new string(' ', 64 * 1024), isWhole: false);
        await client.SendAsync(" ", isWhole: false);
        var (told, status, _) = await client.EndAsync();
        Assert.Equal("frame: at most 65536 bytes expected", told);
        Assert.Equal(WebSocketCloseStatus.MessageTooBig, status);
    }

    [Fact]
    public async Task A_frame_may_come_in_parts()
    {
        await using var host = await LiveHost.StartAsync();
        await using var client = await host.ConnectAsync();
        var frame = "{\"type\":\"joinGroup\",\"group\":\"acme.runs\",\"ackId\":1" + new string(' ', 60_000) + "}";
        foreach (var part in frame.Chunk(7_000))
        {
            await client.SendAsync(new string(part), isWhole: false);
        }

        await client.SendAsync("", isWhole: true);
        Assert.True((await client.ReceiveAsync()).GetProperty("success").GetBoolean());
        Assert.True(await host.IsWatchedAsync("acme.runs"));
    }
}
