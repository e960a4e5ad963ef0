using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Tests.Support;

namespace Sentiment.Domain.Tests.Ingestion;

/// <summary>Another vendor takes over where the first one keeps failing.</summary>
public class FallbackTests
{
    private static async Task<IngestionHost> StartAsync()
    {
        var host = new IngestionHost(ScriptedVendor.Describe(), ScriptedVendor.Describe("other/news", "other"));
        foreach (var vendor in host.Vendors)
        {
            vendor.Pages = request => [[.. request.Symbols.SelectMany(symbol => Enumerable.Range(1, 2)
                .Select(i => new Told($"{symbol}-{i}", $"Headline {i} of {symbol}", IngestionHost.Start.AddHours(-i), [symbol])))]];
        }

        await host.StartEngineAsync();
        return host;
    }

    private static Tenant Of(IngestionHost host) =>
        host.Tenant("acme", "AAPL", "MSFT", "TSLA") with { Tables = ["wire/news"], Fallbacks = new Dictionary<string, string> { ["wire/news"] = "other/news" } };

    private static Task Failing(string message) => throw new SourceWaitException(message, IngestionHost.Start.AddSeconds(15)) { IsFailing = true };

    [Fact]
    public async Task The_other_vendors_table_is_read_at_once_and_its_items_say_so()
    {
        await using var host = await StartAsync();
        host.Vendor.Before = (_, _, _) => Failing("wire has been failing");
        var report = await host.EndAsync(await host.BeginAsync(IngestionHost.Roster(Of(host))));
        Assert.Equal(IngestionHost.Start, report.Run.EndedAt);
        var (other, wire) = (report.Tenants[0].Tables[0], report.Tenants[0].Tables[1]);
        Assert.Equal(("wire/news", WorkStatus.Failed, "wire has been failing; other/news took over"), (wire.Table, wire.Status, wire.Reason));
        Assert.Equal(("other/news", WorkStatus.Completed, new Tally(3, 3, 0)), (other.Table, other.Status, other.Chunks));
        Assert.Equal(6, other.Records.Accepted);
        Assert.Equal(WorkStatus.Partial, report.Run.Status);
        Assert.Equal(0, (await host.VerifyAsync()).ProblemCount);
        var stored = await host.Get<Sentiment.Domain.Items.ItemStore>().KnownAsync("acme", "other/news", ["AAPL-1", "TSLA-2"], default);
        Assert.All(stored.Values, item => Assert.Equal("other/news", item.Row.Table));
        Assert.Equal(2, stored.Count);

        // Back again, the first one is read from where it stood, and the other one is left alone.
        host.Vendor.Before = (_, _, _) => Task.CompletedTask;
        host.Vendors[1].Calls.Clear();
        host.Time.Advance(TimeSpan.FromMinutes(5));
        report = await host.EndAsync(await host.BeginAsync(IngestionHost.Roster(Of(host))));
        Assert.Equal(["wire/news"], report.Tenants[0].Tables.Select(t => t.Table));
        Assert.Equal(6, report.Records.Accepted);
        Assert.Empty(host.Vendors[1].Calls);
    }

    [Fact]
    public async Task A_vendor_whose_limits_are_used_up_is_waited_for()
    {
        await using var host = await StartAsync();
        host.Vendor.Before = (_, call, _) => call == 1 ? throw new SourceWaitException("60 calls a minute", IngestionHost.Start.AddMinutes(1)) : Task.CompletedTask;
        var run = await host.BeginAsync(IngestionHost.Roster(Of(host)));
        await host.Time.NextTimerAsync();
        host.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(WorkStatus.Completed, (await host.EndAsync(run)).Run.Status);
        Assert.Empty(host.Vendors[1].Calls);
    }

    [Fact]
    public async Task Where_both_fail_both_say_why()
    {
        await using var host = await StartAsync();
        host.Vendor.Before = (_, _, _) => Failing("wire has been failing");
        host.Vendors[1].Before = (_, _, _) => throw new SourceStoppedException("401 from other");
        var report = await host.EndAsync(await host.BeginAsync(IngestionHost.Roster(Of(host))));
        Assert.Equal(WorkStatus.Failed, report.Run.Status);
        Assert.Equal(["401 from other", "wire has been failing; other/news took over"], report.Tenants[0].Tables.Select(t => t.Reason));
    }
}
