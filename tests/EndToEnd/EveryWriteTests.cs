using System.Globalization;
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
        ["Ingestion__HistoryDays"] = "13",
    };

    [Theory]
    [InlineData("before")]
    [InlineData("after")]
    public async Task A_process_that_ends_at_any_single_write_leaves_nothing_lost_and_nothing_doubled(string when)
    {
        await using var vendors = await Vendors.StartAsync(Vendors.Feed(itemsPerSymbol: 60) with { HistoryDays = 10, BadShare = 0.05, SharedShare = 0.3, ItemsPerSymbolPerDay = 0 });
        var writes = await CountAsync(vendors);
        output.WriteLine($"{writes} writes");
        Assert.InRange(writes, 30, 300);
        for (var write = 1; write <= writes; write++)
        {
            using var place = new Workplace();
            place.Write(("acme", Symbols, "GOOD_TOKEN"));
            var number = write.ToString(CultureInfo.InvariantCulture);
            await using (var process = SentimentProcess.StartFaultHost(OneAtATime(vendors), place.Data, place.Tenants, number, when))
            {
                var ended = await process.WaitAsync();
                Assert.True(ended.ExitCode == 137, $"write {write}: {ended}");
            }

            await vendors.PostAsync("/_sim/items", new { symbol = Symbols[write % 2], backdateHours = write % 30, vendor = write % 3 == 0 ? "finnhub" : "tiingo" });
            var verified = await SentimentProcess.RunAsync(vendors.Environment, "verify", "--data", place.Data);
            Assert.True(verified.ExitCode == 0 || !File.Exists(Path.Combine(place.Data, "tables.db")), $"verify after write {write}: {verified}");
            Assert.Equal(0, (await SentimentProcess.RunAsync(OneAtATime(vendors), place.Run())).ExitCode);
            var last = await SentimentProcess.RunAsync(OneAtATime(vendors), place.Run());
            Assert.True(last.ExitCode == 0, last.ToString());
            verified = await SentimentProcess.RunAsync(vendors.Environment, "verify", "--data", place.Data);
            Assert.True(verified.ExitCode == 0, $"verify at the end, write {write}: {verified}");
            await using var stored = new StoredTruth(place.Data);
            await stored.AssertEqualsAsync(vendors, "acme", Symbols);
        }
    }

    private static async Task<int> CountAsync(Vendors vendors)
    {
        using var place = new Workplace();
        place.Write(("acme", Symbols, "GOOD_TOKEN"));
        await using var process = SentimentProcess.StartFaultHost(OneAtATime(vendors), place.Data, place.Tenants, "0", "before");
        var ended = await process.WaitAsync();
        Assert.True(ended.ExitCode == 0, ended.ToString());
        return int.Parse(ended.Output.Trim(), CultureInfo.InvariantCulture);
    }
}
