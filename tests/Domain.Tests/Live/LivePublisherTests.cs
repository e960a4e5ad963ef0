using System.Text.Json;
using Microsoft.Extensions.Options;
using Sentiment.Domain.Alerts.Delivery;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Items;
using Sentiment.Domain.Live;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Tests.Support;
using Sentiment.Domain.Trends;
using Sentiment.Testing;

namespace Sentiment.Domain.Tests.Live;

public class LivePublisherTests
{
    private const string Apple = "acme.items.AAPL";
    private const string Microsoft = "acme.items.MSFT";
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(new LiveOptions().IntervalMilliseconds);

    [Fact]
    public async Task A_committed_page_is_told_to_whoever_watches_its_groups()
    {
        await using var host = new LiveHost();
        host.Ingestion.Vendor.Pages = _ => [[Told("1", 5, "AAPL"), Told("2", 9, "AAPL", "MSFT")]];
        var chunk = (await host.PlanAsync("r1", ["AAPL", "MSFT"])).Single();
        using var publisher = host.Publisher(host.Signals);
        await publisher.StartAsync(default);
        await host.Ingestion.ProcessAsync(chunk);

        foreach (var (group, expected) in ((string, string[])[])[(Apple, ["1", "2"]), (Microsoft, ["2"]), ("acme.items.-", ["1", "2"])])
        {
            var message = await host.Hub.NextAsync(group);
            Assert.Equal((publisher.From, "delta"), (message.GetProperty("from").GetString(), message.GetProperty("kind").GetString()));
            Assert.Equal(expected, Changes(message).Select(c => c.GetProperty("title").GetString()![5..]));
            Assert.Equal(EntriesOf(message), LiveClient.EntriesOf(await host.SnapshotAsync(group)));
        }

        // 5 and 9 minutes before noon are of the same hour.
        var bars = await host.Hub.NextAsync("acme.trends.AAPL");
        Assert.Equal(
            [("1h|2030-01-10T11:00:00Z", 2), ("1m|2030-01-10T11:51:00Z", 1), ("1m|2030-01-10T11:55:00Z", 1)],
            Changes(bars).Select(c => (c.GetProperty("key").GetString()!, c.GetProperty("n").GetInt32())));
        Assert.Equal(EntriesOf(bars), LiveClient.EntriesOf(await host.SnapshotAsync("acme.trends.AAPL")));
        await publisher.StopAsync(default);
    }

    [Fact]
    public async Task A_group_that_was_idle_is_told_at_once_and_a_busy_one_once_an_interval()
    {
        await using var host = new LiveHost();
        await StoreAsync(host);
        var time = new ToldTime(LiveHost.Now);
        using var publisher = host.Publisher(host.Signals, time);
        await publisher.StartAsync(default);
        Tell(host, "1");
        Assert.Equal(1, Seq(await host.Hub.NextAsync(Apple)));
        await time.WaitedForAsync(Interval);

        Tell(host, "2");
        Tell(host, "3");
        time.Advance(Interval - TimeSpan.FromMilliseconds(1));
        Tell(host, "4");
        Assert.Empty(host.Hub.Rest(Apple));
        time.Advance(TimeSpan.FromMilliseconds(1));
        var second = await host.Hub.NextAsync(Apple);
        Assert.Equal(2, Seq(second));
        Assert.Equal(["2", "3", "4"], Changes(second).Select(c => c.GetProperty("title").GetString()![5..]).Order());

        // Idle for an interval, it is told at once again.
        await time.WaitedForAsync(Interval);
        time.Advance(Interval);
        await IdleAsync(host.Signals);
        Tell(host, "5");
        Assert.Equal(3, Seq(await host.Hub.NextAsync(Apple)));
        await publisher.StopAsync(default);
    }

    [Fact]
    public async Task A_group_whose_hub_fails_holds_no_other_and_is_told_as_a_whole_at_its_next_change()
    {
        await using var host = new LiveHost();
        await StoreAsync(host);
        var time = new ToldTime(LiveHost.Now);
        var refused = new List<long>();
        var isDown = true;
        host.Hub.Before = (group, message, _) =>
        {
            if (group == Apple && isDown)
            {
                refused.Add(Seq(message));
                throw new LiveHubException("down", isTransient: true);
            }

            return Task.CompletedTask;
        };
        using var publisher = host.Publisher(host.Signals, time);
        await publisher.StartAsync(default);
        Tell(host, "1");
        await time.WaitedForAsync(TimeSpan.FromMilliseconds(200));
        host.Signals.Whole(new("acme", LiveKind.Items, "MSFT"));
        await host.Hub.NextAsync(Microsoft);
        await time.WaitedForAsync(Interval);

        time.Advance(TimeSpan.FromMilliseconds(200));
        await time.WaitedForAsync(TimeSpan.FromSeconds(1));
        time.Advance(TimeSpan.FromSeconds(1));
        await time.WaitedForAsync(Interval);
        Assert.Equal([refused[0], refused[0], refused[0]], refused);
        isDown = false;
        time.Advance(Interval);
        await IdleAsync(host.Signals);
        Tell(host, "2");
        var whole = await host.Hub.NextAsync(Apple);

        // The number was used up: a client sees that something is missing.
        Assert.Equal(refused[0] + 1, Seq(whole));
        Assert.Equal(EntriesOf(whole), LiveClient.EntriesOf(await host.SnapshotAsync(Apple)));
        await publisher.StopAsync(default);
    }

    [Fact]
    public async Task What_is_wrong_for_good_is_not_tried_again()
    {
        await using var host = new LiveHost();
        await StoreAsync(host);
        var time = new ToldTime(LiveHost.Now);
        var attempts = 0;
        host.Hub.Before = (_, _, _) => ++attempts == 1 ? throw new LiveHubException("refused", isTransient: false) : Task.CompletedTask;
        using var publisher = host.Publisher(host.Signals, time);
        await publisher.StartAsync(default);
        Tell(host, "1");
        await time.WaitedForAsync(Interval);
        Assert.Equal(1, attempts);
        Tell(host, "2");
        time.Advance(Interval);
        Assert.Equal(2, Seq(await host.Hub.NextAsync(Apple)));
        await publisher.StopAsync(default);
    }

    [Fact]
    public async Task A_group_has_one_send_under_way_and_its_messages_come_in_order()
    {
        await using var host = new LiveHost();
        await StoreAsync(host);
        var (under, most) = (0, 0);
        host.Hub.Before = async (_, _, _) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref under));
            await Task.Yield();
            Interlocked.Decrement(ref under);
        };
        var time = new ToldTime(LiveHost.Now);
        using var publisher = host.Publisher(host.Signals, time);
        await publisher.StartAsync(default);
        for (var number = 1; number <= 20; number++)
        {
            Tell(host, "1");
            Assert.Equal(number, Seq(await host.Hub.NextAsync(Apple)));
            await time.WaitedForAsync(Interval);
            time.Advance(Interval);
        }

        Assert.Equal(1, most);
        await publisher.StopAsync(default);
    }

    [Fact]
    public async Task Ingestion_goes_on_while_the_hub_hangs()
    {
        await using var host = new LiveHost();
        host.Ingestion.Vendor.Pages = _ => [[Told("1", 5, "AAPL")], [Told("2", 6, "AAPL")], [Told("3", 7, "AAPL")]];
        var gate = new Gate();
        host.Hub.Before = (_, _, token) => gate.PassAsync(token);
        var chunk = (await host.PlanAsync("r1", ["AAPL"])).Single();
        using var publisher = host.Publisher(host.Signals);
        await publisher.StartAsync(default);
        var outcome = await host.Ingestion.ProcessAsync(chunk);
        Assert.Equal(ChunkResult.Done, outcome.Result);
        Assert.Equal(3, (await host.Ingestion.ChunkAsync(chunk)).Announced);
        await gate.ReachedAsync();
        gate.Open();
        await host.Hub.NextAsync(Apple);
        await publisher.StopAsync(default);
    }

    [Fact]
    public async Task A_send_that_takes_too_long_is_given_up_though_the_hub_does_not_listen()
    {
        await using var host = new LiveHost();
        await StoreAsync(host);
        var never = new TaskCompletionSource();
        var attempts = 0;
        host.Hub.Before = (_, _, _) => ++attempts == 1 ? never.Task : Task.CompletedTask;
        var time = new ToldTime(LiveHost.Now);
        using var publisher = host.Publisher(host.Signals, time);
        await publisher.StartAsync(default);
        Tell(host, "1");
        await time.WaitedForAsync(LivePublisher.Timeout);
        time.Advance(LivePublisher.Timeout);
        await time.WaitedForAsync(TimeSpan.FromMilliseconds(200));
        time.Advance(TimeSpan.FromMilliseconds(200));
        Assert.Equal(1, Seq(await host.Hub.NextAsync(Apple)));
        never.SetResult();
        await publisher.StopAsync(default);
    }

    [Fact]
    public async Task Groups_that_nobody_watches_read_nothing_from_the_store()
    {
        await using var host = new LiveHost();
        await StoreAsync(host);
        var reads = new CountedReads(host.Ingestion.Tables);
        var asked = new List<string>();
        (host.Hub.IsWatched, host.Hub.Asked) = (_ => false, asked.Add);
        using var publisher = host.Publisher(host.Signals, state: State(host, reads));
        foreach (var kind in Enum.GetValues<LiveKind>())
        {
            host.Signals.Whole(new("acme", kind, kind is LiveKind.Items or LiveKind.Trends ? "AAPL" : null));
        }

        await LiveHost.DrainAsync(publisher, host.Signals);
        Assert.Equal(["acme.alerts", Apple, "acme.metrics", "acme.runs", "acme.trends.AAPL"], asked.Order(StringComparer.Ordinal));
        Assert.Equal((0, 0), (reads.Count, host.Signals.Open));
        host.Hub.IsWatched = _ => true;
        Tell(host, "1");
        await LiveHost.DrainAsync(publisher, host.Signals);
        Assert.Equal(1, reads.Count);
    }

    // One range of the day's partials, what is folded, and the minutes: whatever there is of other symbols and days.
    [Fact]
    public async Task Bars_are_told_from_three_ranges_of_the_symbols_day()
    {
        await using var host = new LiveHost();
        await StoreAsync(host);
        var reads = new CountedReads(host.Ingestion.Tables);
        using var publisher = host.Publisher(host.Signals, state: State(host, reads));
        host.Signals.Changed(new("acme", LiveKind.Trends, "AAPL"), Bucket.MinuteOf(LiveHost.Now.AddMinutes(-1)));
        await LiveHost.DrainAsync(publisher, host.Signals);
        Assert.Equal(3, reads.Count);
        Assert.Equal(2, Changes(await host.Hub.NextAsync("acme.trends.AAPL")).Count);
    }

    [Fact]
    public async Task A_page_that_a_crash_left_unannounced_is_told_after_the_restart()
    {
        await using var host = new LiveHost();
        host.Ingestion.Vendor.Pages = _ => [[Told("1", 5, "AAPL")]];
        var chunk = (await host.PlanAsync("r1", ["AAPL"])).Single();
        host.Ingestion.Announced.Before = (_, _) => throw new InvalidOperationException("The process ends.");
        host.Signals = host.Another();
        await Assert.ThrowsAsync<InvalidOperationException>(() => host.Ingestion.ProcessAsync(chunk));
        await host.Ingestion.CloseAsync();

        host.Ingestion.Announced.Before = (_, _) => Task.CompletedTask;
        host.Signals = host.Another();
        using var publisher = host.Publisher(host.Signals);
        await host.Ingestion.ProcessAsync(chunk);
        await LiveHost.DrainAsync(publisher, host.Signals);
        foreach (var group in (string[])[Apple, "acme.items.-", "acme.trends.AAPL", "acme.trends.-"])
        {
            Assert.Equal(EntriesOf(await host.Hub.NextAsync(group)), LiveClient.EntriesOf(await host.SnapshotAsync(group)));
        }
    }

    [Fact]
    public async Task An_item_that_gets_a_further_symbol_is_told_to_all_of_its_groups_as_it_is_then()
    {
        await using var host = new LiveHost();
        host.Ingestion.Vendor.Pages = request => [[Told("1", 5, request.Symbols[0])]];
        var chunks = await host.PlanAsync("r1", ["AAPL"], ["MSFT"]);
        using var publisher = host.Publisher(host.Signals);
        await host.Ingestion.ProcessAsync(chunks[0]);
        await LiveHost.DrainAsync(publisher, host.Signals);
        await host.Ingestion.ProcessAsync(chunks[1]);
        await LiveHost.DrainAsync(publisher, host.Signals);
        foreach (var group in (string[])[Apple, Microsoft, "acme.items.-"])
        {
            var last = host.Hub.Rest(group)[^1];
            Assert.Equal(["AAPL", "MSFT"], Changes(last).Single().GetProperty("symbols").EnumerateArray().Select(s => s.GetString()));
        }

        Assert.Single(host.Hub.Rest("acme.trends.-"));
    }

    [Fact]
    public async Task A_page_that_accepts_nothing_changes_the_runs_alone()
    {
        await using var host = new LiveHost();
        host.Ingestion.Vendor.Pages = _ => [[Told("1", 5, "AAPL")]];
        using var publisher = host.Publisher(host.Signals);
        await host.Ingestion.ProcessAsync((await host.PlanAsync("r1", ["AAPL"])).Single());
        await LiveHost.DrainAsync(publisher, host.Signals);
        var groups = new List<string>();
        host.Hub.Asked = groups.Add;
        await host.Ingestion.ProcessAsync((await host.PlanAsync("r2", ["AAPL"])).Single());
        await LiveHost.DrainAsync(publisher, host.Signals);
        Assert.Equal(["acme.runs"], groups.Distinct());
    }

    [Fact]
    public async Task What_changes_of_a_run_is_told_to_each_of_its_tenants()
    {
        await using var host = new LiveHost();
        await host.PlanAsync("r1", ["AAPL"]);
        using var publisher = host.Publisher(host.Signals);
        await publisher.StartAsync(default);
        var message = await host.Hub.NextAsync("acme.runs");
        Assert.Contains("r1", Changes(message).Select(c => c.GetProperty("key").GetString()));
        await publisher.StopAsync(default);
    }

    private static LiveState State(LiveHost host, CountedReads reads)
    {
        var options = Options.Create(new TrendOptions());
        return new(
            reads, new(reads, host.Ingestion.Get<ChunkStore>(), new PlainDocuments(), options), new(reads, new PlainDocuments()),
            new(reads, host.Ingestion.Get<SourceCatalog>(), host.Ingestion.Secrets, host.Ingestion.Time), host.Ingestion.Get<AlertStore>(),
            host.Ingestion.Get<ITenantDirectory>(), new PlainDocuments(), host.Ingestion.Time);
    }

    /// <summary>Six items of AAPL, one of MSFT, committed and told to nobody.</summary>
    private static async Task StoreAsync(LiveHost host)
    {
        host.Ingestion.Vendor.Pages = _ => [[Told("m1", 3, "MSFT"), .. Enumerable.Range(1, 6).Select(n => Told(n.ToString(System.Globalization.CultureInfo.InvariantCulture), n, "AAPL"))]];
        host.Signals = host.Another();
        await host.Ingestion.ProcessAsync((await host.PlanAsync("r0", ["AAPL", "MSFT"])).Single());
        host.Signals = host.Another();
    }

    private static void Tell(LiveHost host, string id)
    {
        var at = LiveHost.Now.AddMinutes(-int.Parse(id, System.Globalization.CultureInfo.InvariantCulture));
        host.Signals.Changed(new("acme", LiveKind.Items, "AAPL"), new ItemRef("wire/news", id, new(at, Item.IdOf("acme", "wire/news", id))));
    }

    private static async Task IdleAsync(LiveSignals signals)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (signals.Open > 0)
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static Told Told(string id, int minutesAgo, params string[] symbols) => new(id, $"text {id}", LiveHost.Now.AddMinutes(-minutesAgo), symbols);

    private static long Seq(JsonElement message) => message.GetProperty("seq").GetInt64();

    private static List<JsonElement> Changes(JsonElement message) => [.. message.GetProperty("changes").EnumerateArray()];

    private static IReadOnlyList<string> EntriesOf(JsonElement message)
    {
        var client = new LiveClient();
        client.Take(JsonElement.Parse("""{"version":0,"entries":[]}"""));
        client.Receive(message);
        return client.Entries;
    }
}
