using Sentiment.Domain.Live;

namespace Sentiment.LocalHost.Tests.Live;

public class GroupTests
{
    [Theory]
    [InlineData(LiveHost.Plain)]
    [InlineData(LiveHost.Reliable)]
    public async Task Members_of_a_group_get_its_messages_in_order_until_they_leave(string protocol)
    {
        await using var host = await LiveHost.StartAsync();
        await using var client = await host.ConnectAsync(protocol);
        Assert.Null(await client.JoinAsync("acme.items.AAPL"));
        await host.SendAsync("acme.items.MSFT", "0");
        for (var i = 1; i <= 100; i++)
        {
            await host.SendAsync("acme.items.AAPL", $$"""{"n":{{i}},"text":"ä\u0022"}""");
        }

        for (var i = 1; i <= 100; i++)
        {
            var message = await client.MessageAsync();
            Assert.Equal(("group", "acme.items.AAPL", "json"), (Of("from"), Of("group"), Of("dataType")));
            Assert.Equal((i, "ä\""), (message.GetProperty("data").GetProperty("n").GetInt32(), message.GetProperty("data").GetProperty("text").GetString()));
            Assert.False(message.TryGetProperty("fromUserId", out _));

            string? Of(string name) => message.GetProperty(name).GetString();
        }

        Assert.Null(await client.AskAsync("""{"type":"leaveGroup","group":"acme.items.AAPL"}"""));
        Assert.Null(await client.JoinAsync("acme.runs"));
        await host.SendAsync("acme.items.AAPL", "101");
        await host.SendAsync("acme.runs", "\"last\"");
        Assert.Equal("\"last\"", await client.DataAsync());
    }

    [Theory]
    [InlineData("bolt.items.AAPL")]
    [InlineData("acme2.items.AAPL")]
    [InlineData("acme")]
    [InlineData("ACME.items.AAPL")]
    [InlineData("**")]
    [InlineData("*.items.AAPL")]
    [InlineData(" acme.items.AAPL")]
    [InlineData("\u0000acme.items.AAPL")]
    public async Task A_client_joins_no_group_of_another_tenant(string group)
    {
        await using var host = await LiveHost.StartAsync();
        await using var client = await host.ConnectAsync();
        Assert.Equal("Forbidden", await client.JoinAsync(group));
        Assert.False(await host.IsWatchedAsync(group));
    }

    [Fact]
    public async Task A_group_that_looks_like_a_pattern_is_a_name()
    {
        await using var host = await LiveHost.StartAsync();
        await using var client = await host.ConnectAsync();
        Assert.Null(await client.JoinAsync("acme.**"));
        Assert.Null(await client.JoinAsync("acme.items"));
        await host.SendAsync("acme.items.AAPL", "1");
        await host.SendAsync("bolt.items.AAPL", "2");
        await host.SendAsync("acme.items", "3");
        Assert.Equal("3", await client.DataAsync());
    }

    [Fact]
    public async Task Only_a_client_with_the_role_sends_to_a_group()
    {
        await using var host = await LiveHost.StartAsync();
        await using var reader = await host.ConnectAsync();
        await using var writer = await LiveClient.ConnectAsync(host.UrlWith("webpubsub.sendToGroup.acme.chat", "webpubsub.joinLeaveGroups.acme.*"));
        Assert.Null(await reader.JoinAsync("acme.chat"));
        Assert.Null(await writer.JoinAsync("acme.chat"));
        Assert.Equal("Forbidden", await reader.AskAsync("""{"type":"sendToGroup","group":"acme.chat","dataType":"text","data":"x"}"""));
        Assert.Equal("Forbidden", await writer.AskAsync("""{"type":"sendToGroup","group":"acme.runs","dataType":"text","data":"x"}"""));
        Assert.Null(await writer.AskAsync("""{"type":"sendToGroup","group":"acme.chat","noEcho":true,"dataType":"text","data":"not to me"}"""));
        await writer.SendAsync("""{"type":"sendToGroup","group":"acme.chat","dataType":"binary","data":"AQID"}""");
        await writer.SendAsync("""{"type":"sendToGroup","group":"acme.chat","dataType":"json","data":{"a":[1, 2]}}""");
        var first = await reader.MessageAsync();
        Assert.Equal(("acme.0001", "text", "not to me"), (first.GetProperty("fromUserId").GetString(), first.GetProperty("dataType").GetString(), first.GetProperty("data").GetString()));
        Assert.Equal("\"AQID\"", await reader.DataAsync());
        Assert.Equal("{\"a\":[1, 2]}", await reader.DataAsync());
        Assert.Equal("\"AQID\"", await writer.DataAsync());
    }

    [Fact]
    public async Task A_repeated_request_is_not_done_again()
    {
        await using var host = await LiveHost.StartAsync();
        await using var writer = await LiveClient.ConnectAsync(host.UrlWith("webpubsub.sendToGroup", "webpubsub.joinLeaveGroup"));
        Assert.Null(await writer.JoinAsync("acme.chat"));
        const string Send = """{"type":"sendToGroup","group":"acme.chat","noEcho":false,"dataType":"json","data":1}""";
        Assert.Null(await writer.AskAsync(Send, 7));
        Assert.Equal("Duplicate", await writer.AskAsync(Send, 7));
        await host.SendAsync("acme.chat", "2");
        Assert.Equal("2", await writer.DataAsync());
    }

    [Fact]
    public async Task Pings_and_events_are_answered()
    {
        await using var host = await LiveHost.StartAsync();
        await using var client = await host.ConnectAsync();
        await client.SendAsync("""{"type":"ping"}""");
        Assert.Equal("pong", (await client.ReceiveAsync()).GetProperty("type").GetString());
        Assert.Null(await client.AskAsync("""{"type":"event","event":"hello","dataType":"text","data":"x"}"""));
    }

    [Fact]
    public async Task A_connection_is_in_so_many_groups_at_most()
    {
        await using var host = await LiveHost.StartAsync(("GroupsPerConnection", "2"));
        await using var client = await host.ConnectAsync();
        Assert.Null(await client.JoinAsync("acme.items.A"));
        Assert.Null(await client.JoinAsync("acme.items.B"));
        Assert.Null(await client.JoinAsync("acme.items.A"));
        Assert.Equal("Forbidden", await client.JoinAsync("acme.items.C"));
        Assert.Null(await client.AskAsync("""{"type":"leaveGroup","group":"acme.items.A"}"""));
        Assert.Null(await client.JoinAsync("acme.items.C"));
    }

    [Fact]
    public async Task A_group_is_watched_while_somebody_is_in_it()
    {
        await using var host = await LiveHost.StartAsync();
        Assert.False(await host.IsWatchedAsync("acme.runs"));
        var (one, two) = (await host.ConnectAsync(), await host.ConnectAsync());
        Assert.Null(await one.JoinAsync("acme.runs"));
        Assert.Null(await two.JoinAsync("acme.runs"));
        Assert.True(await host.IsWatchedAsync("acme.runs"));
        Assert.Null(await one.AskAsync("""{"type":"leaveGroup","group":"acme.runs"}"""));
        Assert.True(await host.IsWatchedAsync("acme.runs"));
        await two.DisposeAsync();
        await host.UntilWatchedAsync("acme.runs", false);
        await one.DisposeAsync();
    }

    [Fact]
    public async Task A_message_has_a_megabyte_at_most()
    {
        await using var host = await LiveHost.StartAsync();
        await using var client = await host.ConnectAsync(LiveHost.Reliable);
        Assert.Null(await client.JoinAsync("acme.runs"));
        var longest = $"\"{new string('x', 999_998)}\"";
        await host.SendAsync("acme.runs", longest);
        Assert.Equal(longest, await client.DataAsync());
        Assert.False((await Assert.ThrowsAsync<LiveHubException>(() => host.SendAsync("acme.runs", longest + " "))).IsTransient);
    }
}
