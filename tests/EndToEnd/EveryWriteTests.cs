using System.Globalization;
using Sentiment.Simulator;
using Xunit.Abstractions;

namespace Sentiment.EndToEnd;

public sealed class EveryWriteTests(ITestOutputHelper output)
{
    private static readonly string[] Symbols = ["AAPL", "MSFT"];

    /// <summary>One chunk at a time, so that the writes come in the same order each time.</summary>
    private static Dictionary<string, string> OneAtATime(Vendors vendors) => new(vendors.Environment)
    {
        ["Ingestion__TableWindow"] = "1",
        ["Ingestion__ChunkWindow"] = "1",
        ["Ingestion__HistoryDays"] = "5",
    };

    [Theory]
    [InlineData("before")]
    [InlineData("after")]
    public async Task A_process_that_ends_at_any_single_write_leaves_nothing_lost_and_nothing_doubled(string when)
    {
        var feed = Vendors.Feed(itemsPerSymbol: 60) with { HistoryDays = 1, BadShare = 0.05, SharedShare = 0.3, ItemsPerSymbolPerDay = 0 };
        var writes = await CountAsync(feed);
        output.WriteLine($"{writes} writes");
        Assert.InRange(writes, 30, 150);
        var two = new ParallelOptions { MaxDegreeOfParallelism = 2 };
        await Parallel.ForEachAsync(Enumerable.Range(1, writes), two, async (write, _) => await EndAtAsync(feed, write, when));
    }

    private static async Task EndAtAsync(SimulatorOptions feed, int write, string when)
    {
        await using var vendors = await Vendors.StartAsync(feed);
        using var place = new Workplace();
        place.Write(("acme", Symbols, "GOOD_TOKEN"));
        var number = write.ToString(CultureInfo.InvariantCulture);
        await using (var process = SentimentProcess.StartFaultHost(OneAtATime(vendors), place.Data, place.Tenants, number, when))
        {
            var ended = await process.WaitAsync();
            Assert.True(ended.ExitCode == 137, $"write {write}: {ended}");
        }

        await using var stored = new StoredTruth(place.Data);
        await stored.AssertVerifiesAsync();

        // What the vendor would answer now is not what it answered then.
        await vendors.PostAsync("/_sim/items", new { symbol = Symbols[write % 2], backdateHours = write % 30, vendor = write % 3 == 0 ? "finnhub" : "tiingo" });
        var resumed = await RunAsync(vendors, place);
        await vendors.FreezeAsync();
        Assert.NotEqual(resumed, await RunAsync(vendors, place));
        await stored.AssertVerifiesAsync();
        await stored.AssertEqualsAsync(vendors, "acme", Symbols);
    }

    private static async Task<string> RunAsync(Vendors vendors, Workplace place)
    {
        var ended = await SentimentProcess.RunAsync(OneAtATime(vendors), place.Run("--json"));
        Assert.True(ended.ExitCode == 0, ended.ToString());
        return ended.Json.GetProperty("run").GetString()!;
    }

    private static async Task<int> CountAsync(SimulatorOptions feed)
    {
        await using var vendors = await Vendors.StartAsync(feed);
        using var place = new Workplace();
        place.Write(("acme", Symbols, "GOOD_TOKEN"));
        await using var process = SentimentProcess.StartFaultHost(OneAtATime(vendors), place.Data, place.Tenants, "0", "before");
        var ended = await process.WaitAsync();
        Assert.True(ended.ExitCode == 0, ended.ToString());
        return int.Parse(ended.Output.Trim(), CultureInfo.InvariantCulture);
    }
}
