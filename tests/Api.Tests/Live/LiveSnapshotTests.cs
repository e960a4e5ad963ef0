using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Sentiment.Api.Tests.Support;
using Sentiment.Domain.Live;
using Sentiment.Domain.Storage;

namespace Sentiment.Api.Tests.Live;

public sealed class LiveSnapshotTests
{
    private const string Live = "/api/tenants/acme/live/";

    [Theory]
    [InlineData("acme.items.AAPL", "symbol=AAPL&")]
    [InlineData("acme.items.-", "")]
    public async Task Items_are_the_newest_fifty_as_the_list_has_them(string group, string filter)
    {
        await using var host = await ApiHost.StartAsync(withRecords: true);
        var entries = await EntriesAsync(host, group);
        var list = (await host.GetAsync($"/api/tenants/acme/items?{filter}limit=50")).Json.GetProperty("items").EnumerateArray().ToList();
        Assert.NotEmpty(list);
        Assert.Equal(list.Select(i => i.GetProperty("id").GetString()), entries.Select(e => e.GetProperty("key").GetString()));
        Assert.Equal(list.Select(Fields), entries.Select(Fields));
    }

    [Theory]
    [InlineData("acme.trends.AAPL", "symbol=AAPL&")]
    [InlineData("acme.trends.-", "")]
    public async Task Bars_are_those_of_the_trend_without_prices_and_without_what_stands_out(string group, string filter)
    {
        await using var host = await ApiHost.StartAsync(withRecords: true);
        var entries = await EntriesAsync(host, group);
        var expected = new List<(string, string)>();
        foreach (var (resolution, from) in ((string, string)[])[("1h", "2030-01-09T13:00:00Z"), ("1m", "2030-01-10T11:01:00Z")])
        {
            var bars = (await host.GetAsync($"/api/tenants/acme/trends?{filter}resolution={resolution}&from={from}&to=2030-01-10T12:01:00Z")).Json.GetProperty("bars");
            expected.AddRange(bars.EnumerateArray().Where(b => b.GetProperty("n").GetInt32() > 0).Select(b => ($"{resolution}|{b.GetProperty("time").GetString()}", Fields(b, "price", "spikes"))));
        }

        Assert.Contains(expected, e => e.Item1.StartsWith("1h|", StringComparison.Ordinal));
        Assert.Equal(expected, entries.Select(e => (e.GetProperty("key").GetString()!, Fields(e))));
    }

    [Fact]
    public async Task Metrics_are_the_sections_of_the_metrics()
    {
        await using var host = await ApiHost.StartAsync(withRecords: true);
        var entries = await EntriesAsync(host, "acme.metrics");
        var metrics = (await host.GetAsync("/api/tenants/acme/metrics")).Json;
        Assert.Equal(
            metrics.EnumerateObject().Where(p => p.Name is not ("tenant" or "asOf")).Select(p => (p.Name, p.Value.GetRawText())),
            entries.Select(e => (e.GetProperty("key").GetString()!, e.GetProperty("value").GetRawText())));
    }

    [Fact]
    public async Task Runs_have_the_tenants_own_part_alone()
    {
        await using var host = await ApiHost.StartAsync(withRecords: true);
        var entries = (await EntriesAsync(host, "acme.runs")).ToDictionary(e => e.GetProperty("key").GetString()!);
        var chunks = (await host.GetAsync($"/api/runs/{Records.Run}/chunks?tenant=acme")).Json.GetProperty("items").EnumerateArray().ToList();
        Assert.NotEmpty(chunks);
        foreach (var chunk in chunks)
        {
            var entry = entries[$"{Records.Run}|{chunk.GetProperty("table").GetString()}|{chunk.GetProperty("number").GetInt32()}"];
            Assert.Equal(chunk.GetProperty("status").GetString(), entry.GetProperty("status").GetString());
            Assert.Equal(chunk.GetProperty("records").GetProperty("accepted").GetInt64(), entry.GetProperty("accepted").GetInt64());
        }

        Assert.Equal("2030-01-10T12:00:00Z", entries[Records.Run].GetProperty("startedAt").GetString());
        Assert.DoesNotContain(ApiHost.Marker, (await host.GetAsync(Live + "acme.runs")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_tag_is_the_entries_alone_and_changes_with_them()
    {
        await using var host = await ApiHost.StartAsync(withRecords: true);
        foreach (var group in (string[])["acme.items.AAPL", "acme.trends.AAPL", "acme.runs"])
        {
            var first = await host.GetAsync(Live + group);
            Assert.Equal(200, first.Status);
            host.Time.Advance(TimeSpan.FromSeconds(1));
            var again = await host.SendAsync("GET", Live + group, headers: ("If-None-Match", first.Headers["ETag"]));
            Assert.Equal((304, 0), (again.Status, again.Bytes.Length));
            var whole = await host.GetAsync(Live + group);
            Assert.Equal(1000, whole.Json.GetProperty("version").GetInt64() - first.Json.GetProperty("version").GetInt64());
        }

        var before = (await host.GetAsync(Live + "acme.runs")).Headers["ETag"];
        await Records.CommitAsync(host.Services, Records.Roster.Tenants[0], "wire/news", 2);
        Assert.NotEqual(before, (await host.GetAsync(Live + "acme.runs")).Headers["ETag"]);
    }

    [Fact]
    public async Task The_version_is_of_before_the_read()
    {
        await using var host = await ApiHost.StartAsync(withRecords: true);
        var version = (await host.GetAsync(Live + "acme.runs")).Json.GetProperty("version").GetInt64();
        Assert.Equal(Records.Now.ToUnixTimeMilliseconds() - 1, version);
    }

    [Fact]
    public async Task Another_tenants_group_is_refused_as_its_routes_are()
    {
        await using var host = await ApiHost.StartAsync(withRecords: true);
        var own = await host.KeyAsync("acme");
        foreach (var key in (string[])[own, ApiHost.AdminKey])
        {
            foreach (var group in (string[])["bolt.runs", "nobody.metrics", $"bolt.items.{ApiHost.Marker}"])
            {
                var answer = await host.GetAsync(Live + group, key);
                Assert.Equal((403, "tenant: this key reaches its own tenant alone"), (answer.Status, answer.Detail));
            }
        }

        Assert.Equal(403, (await host.GetAsync("/api/tenants/bolt/live/bolt.runs", own)).Status);
        Assert.Equal(200, (await host.GetAsync(Live + "acme.runs", own)).Status);
    }

    [Fact]
    public async Task A_name_that_is_no_groups_is_named_and_a_symbol_of_which_there_is_nothing_is_empty()
    {
        await using var host = await ApiHost.StartAsync(withRecords: true);
        foreach (var name in (string[])["acme", "acme.items", "acme.items.aapl", "acme.things", "acme.items.BRK.B"])
        {
            var answer = await host.GetAsync(Live + name);
            Assert.Equal(400, answer.Status);
            Assert.StartsWith("group: ", answer.Detail, StringComparison.Ordinal);
        }

        Assert.Empty(await EntriesAsync(host, "acme.items.BRK_2eB"));
        Assert.Empty(await EntriesAsync(host, "acme.trends.BRK_2eB"));
    }

    // On Azure nobody can tell who listens.
    [Fact]
    public async Task Whoever_reads_a_snapshot_makes_the_tenant_count_as_watched_where_that_is_kept()
    {
        await using var host = await ApiHost.StartAsync(true, services => services.AddSingleton<LiveInterest>());
        var interest = new LiveInterest(host.Services.GetRequiredService<ITableStore>(), host.Time);
        Assert.False(await interest.IsWatchedAsync("acme", default));
        await host.GetAsync(Live + "acme.runs");
        host.Time.Advance(LiveInterest.BelieveFor);
        Assert.True(await interest.IsWatchedAsync("acme", default));
        Assert.False(await interest.IsWatchedAsync("bolt", default));
    }

    private static async Task<List<JsonElement>> EntriesAsync(ApiHost host, string group)
    {
        var answer = await host.GetAsync(Live + group);
        Assert.Equal(200, answer.Status);
        Assert.Equal(group, answer.Json.GetProperty("group").GetString());
        return [.. answer.Json.GetProperty("entries").EnumerateArray()];
    }

    private static string Fields(JsonElement entry) => Fields(entry, []);

    private static string Fields(JsonElement entry, params string[] without) =>
        string.Join(", ", entry.EnumerateObject().Where(p => p.Name != "key" && !without.Contains(p.Name)).Select(p => $"{p.Name}={p.Value.GetRawText()}"));
}
