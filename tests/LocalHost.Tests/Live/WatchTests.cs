using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;
using Sentiment.LocalHost.Commands;
using Sentiment.LocalHost.Data;
using Sentiment.LocalHost.Live;
using Sentiment.LocalHost.Output;

namespace Sentiment.LocalHost.Tests.Live;

public sealed class WatchTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sentiment-").FullName;

    [Fact]
    public async Task The_feed_goes_on_with_a_server_that_comes_back_elsewhere()
    {
        var time = new FakeTimeProvider();
        var told = Channel.CreateUnbounded<string>();
        var first = await LiveHost.StartAsync();
        var server = Running(first);
        using var limit = new CancellationTokenSource(LiveClient.Limit);
        var feed = new LiveFeed(() => server, "acme", WatchCommand.Groups("acme", []), what => told.Writer.TryWrite(what), time).ReadAsync(limit.Token).GetAsyncEnumerator(limit.Token);
        var next = feed.MoveNextAsync().AsTask();
        await first.UntilWatchedAsync("acme.runs", true);
        await first.SendAsync("acme.items.-", """{"from":"p","seq":1,"kind":"delta","changes":[{"key":"a","version":1,"title":"One"}]}""");
        Assert.True(await next);
        Assert.Equal(("acme.items.-", "One"), (feed.Current.Group, feed.Current.Changes[0].GetProperty("title").GetString()));
        Assert.Equal("connected", await told.Reader.ReadAsync(limit.Token));

        next = feed.MoveNextAsync().AsTask();
        await first.StopAsync();
        await first.DisposeAsync();
        Assert.Equal("the server closed the connection: the server is stopping; connecting again in 1 s", await told.Reader.ReadAsync(limit.Token));
        await using var second = await LiveHost.StartAsync();
        server = Running(second);
        while (!await second.IsWatchedAsync("acme.runs"))
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, limit.Token);
        }

        await second.SendAsync("acme.runs", """{"from":"q","seq":1,"kind":"delta","changes":[{"key":"r","version":1,"status":"running"}]}""");
        Assert.True(await next);
        Assert.Equal("acme.runs", feed.Current.Group);
        Assert.Equal("connected again; what came meanwhile is not shown", await told.Reader.ReadAsync(limit.Token));

        next = feed.MoveNextAsync().AsTask();
        await limit.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
    }

    [Fact]
    public async Task Without_a_server_or_a_tenant_there_is_one_message_and_no_feed()
    {
        var folder = new DataFolder(_folder);
        var failure = Assert.Throws<CommandFailure>(() => RunningServer.Find(folder));
        Assert.Equal((1, $"--data: no server runs on '{_folder}'; start 'serve' or 'demo'"), (failure.ExitCode, failure.Message));

        await using var host = await LiveHost.StartAsync();
        await File.WriteAllTextAsync(folder.AdminKey, LiveHost.AdminKey + "\n");
        await File.WriteAllTextAsync(folder.LockJson, """{"pid":1,"command":"run","port":null}""");
        Assert.Throws<CommandFailure>(() => RunningServer.Find(folder));
        await File.WriteAllTextAsync(folder.LockJson, $$"""{"pid":1,"command":"serve","port":{{host.Address.Port}}}""");
        Assert.Equal(Running(host), RunningServer.Find(folder));

        Assert.Equal("--tenant: no tenant 'bolt'", (await FailureAsync("bolt", Running(host))).Message);
        Assert.StartsWith("the server does not answer: ", (await FailureAsync("acme", new(new Uri("http://127.0.0.1:1"), "x"))).Message, StringComparison.Ordinal);
        Assert.Equal("the server answers 401", (await FailureAsync("acme", Running(host) with { Key = "wrong" })).Message);
    }

    [Fact]
    public void A_headline_is_one_line_once_whatever_its_text_tries()
    {
        var lines = new WatchLines();
        const string Item = """{"key":"a","version":1,"publishedAt":"2026-11-02T12:00:05Z","symbols":["AAPL","MSFT"],"label":"positive","score":0.8123,"title":"Up\n\u001b[31m \u202Eand away"}""";
        var line = Assert.Single(lines.Of(Message("acme.items.-", Item)));
        Assert.Equal("2026-11-02 12:00:05Z  AAPL,MSFT     positive  +0.81  Up  [31m  and away", line);
        Assert.Empty(lines.Of(Message("acme.items.AAPL", Item)));
        Assert.Empty(lines.Of(Message("acme.items.-", """{"key":"b","version":1,"removed":true}""")));
        Assert.Single(lines.Of(Message("acme.items.-", """{"key":"c","version":1,"title":"Bare"}""")));
    }

    [Fact]
    public void A_run_is_a_line_where_something_changed()
    {
        var lines = new WatchLines();
        Assert.Equal(
            ["run R: running, 45 %, 1,200 records, 300/s, 20 s left"],
            lines.Of(Message("acme.runs", """{"key":"R","version":1,"status":"running","percent":45,"etaSeconds":20,"records":{"read":1200},"recordsPerSecond":300}""")));
        Assert.Empty(lines.Of(Message("acme.runs", """{"key":"R","version":2,"base":1,"percent":45}""")));
        Assert.Empty(lines.Of(Message("acme.runs", """{"key":"R|tiingo/news","version":2,"status":"running"}""")));
        Assert.Equal(
            ["run R: completed, 100 %, 1,200 records, 300/s"],
            lines.Of(Message("acme.runs", """{"key":"R","version":3,"base":2,"status":"completed","percent":100,"etaSeconds":null}""")));
    }

    [Fact]
    public void For_programs_each_change_is_a_line_of_json()
    {
        Assert.Equal(
            ["""{"group":"acme.items.-","change":{"key":"a","title":"\u202Ex"}}""", """{"group":"acme.items.-","change":{"key":"b"}}"""],
            WatchLines.Json(Message("acme.items.-", """{"key":"a","title":"\u202Ex"}""", """{"key":"b"}""")));
    }

    [Fact]
    public void Symbols_are_groups_of_their_own()
    {
        Assert.Equal(["acme.items.-", "acme.runs"], WatchCommand.Groups("acme", []));
        Assert.Equal(["acme.items.AAPL", "acme.items.BRK_2eB", "acme.runs"], WatchCommand.Groups("acme", ["aapl", "BRK.B", "AAPL"]));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static RunningServer Running(LiveHost host) => new(new Uri($"http://127.0.0.1:{host.Address.Port}"), LiveHost.AdminKey);

    private static async Task<CommandFailure> FailureAsync(string tenant, RunningServer server)
    {
        var feed = new LiveFeed(() => server, tenant, ["acme.runs"], _ => { }, TimeProvider.System);
        return await Assert.ThrowsAsync<CommandFailure>(async () => await feed.ReadAsync(default).GetAsyncEnumerator().MoveNextAsync());
    }

    private static LiveMessage Message(string group, params string[] changes) => LiveMessage.Read(Encoding.UTF8.GetBytes(
        $$$"""{"type":"message","from":"group","group":"{{{group}}}","dataType":"json","data":{"from":"p","seq":1,"kind":"delta","changes":[{{{string.Join(',', changes)}}}]}}"""));
}
