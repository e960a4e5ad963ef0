using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Ingestion.Tables;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Tests.Support;

namespace Sentiment.Domain.Tests.Ingestion;

/// <summary>What several runs leave behind when parts of them fail.</summary>
public class HardTimesTests
{
    private static readonly DateTimeOffset Noon = IngestionHost.Start.AddDays(-1);

    [Fact]
    public async Task A_page_given_up_in_a_run_is_made_whole_by_the_next()
    {
        await using var host = await RunTests.StartAsync();
        host.Vendor.Pages = _ => [[new("both", "Headline both", Noon, ["AAPL", "MSFT"])]];
        host.Bounds = host.Bounds with { ChunkWindow = 1 };

        // The first chunk's item is written, its aggregates never; the second one meets the item.
        host.Faults.Before = (name, writes) => name.StartsWith("trends|", StringComparison.Ordinal) && writes[0].Key.Contains("000001|000001", StringComparison.Ordinal)
            ? throw new IOException("the disk is full") : Task.CompletedTask;
        var roster = IngestionHost.Roster(host.Tenant("acme", "AAPL", "MSFT"));
        var first = await host.EndAsync(await host.BeginAsync(roster));
        Assert.Equal((new Tally(2, 1, 1), new Ledger(0, 1, 0, 0)), (first.ChunkTally, first.Records));
        Assert.Equal("the disk is full", first.Tenants[0].Reason);

        host.Faults.Before = (_, _) => Task.CompletedTask;
        host.Time.Advance(TimeSpan.FromMinutes(1));
        var second = await host.EndAsync(await host.BeginAsync(roster));
        Assert.Equal(new Ledger(1, 1, 0, 0), second.Records);
        var findings = await host.VerifyAsync();
        Assert.Equal((1, 2, 0), (findings.Items, findings.Memberships, findings.InFlight));
    }

    [Fact]
    public async Task A_failed_new_symbol_holds_nobody_back_and_begins_with_its_history_again()
    {
        await using var host = await RunTests.StartAsync();
        await host.EndAsync(await host.BeginAsync(IngestionHost.Roster(host.Tenant("acme", "AAPL"))));
        host.Vendor.Before = (request, _, _) => request.Symbols[0] == "NEW" ? throw new SourceException("404 from wire", false) : Task.CompletedTask;
        var roster = IngestionHost.Roster(host.Tenant("acme", "AAPL", "NEW"));
        host.Time.Advance(TimeSpan.FromHours(1));
        await host.EndAsync(await host.BeginAsync(roster));
        var watermark = (await host.Get<TableStateStore>().WatermarkAsync("acme", "wire/news", default))!.Row;
        Assert.Equal(IngestionHost.Start.AddHours(1), watermark.At);
        Assert.Equal(["AAPL"], watermark.Symbols);

        host.Vendor.Before = (_, _, _) => Task.CompletedTask;
        host.Time.Advance(TimeSpan.FromHours(1));
        await host.EndAsync(await host.BeginAsync(roster));
        Assert.Equal(host.Time.GetUtcNow().AddDays(-7), host.Vendor.Calls.Last(c => c.Symbols[0] == "NEW").From);
        Assert.Equal(["AAPL", "NEW"], (await host.Get<TableStateStore>().WatermarkAsync("acme", "wire/news", default))!.Row.Symbols);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Runs_of_which_every_so_many_calls_fail_never_leave_a_hole_without_a_name(int every)
    {
        await using var host = await RunTests.StartAsync(ScriptedVendor.Describe(axis: ChunkAxis.SymbolDays, lookback: TimeSpan.FromHours(1)));
        host.Vendor.Before = (_, call, _) => call % 7 == every ? throw new SourceException("404 from wire", false) : Task.CompletedTask;
        string[][] watched = [["AAPL", "MSFT"], ["AAPL"], ["AAPL", "NEW"], ["MSFT", "NEW"], ["AAPL", "MSFT", "NEW"]];
        var mark = DateTimeOffset.MinValue;
        for (var round = 0; round < 10; round++)
        {
            await host.EndAsync(await host.BeginAsync(IngestionHost.Roster(host.Tenant("acme", watched[round % watched.Length]))));
            var next = (await host.Get<TableStateStore>().WatermarkAsync("acme", "wire/news", default))?.Row.At ?? mark;
            Assert.True(next >= mark);
            mark = next;
            host.Time.Advance(TimeSpan.FromHours(round == 5 ? 300 : 30));
        }
    }
}
