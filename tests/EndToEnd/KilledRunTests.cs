using Xunit.Abstractions;

namespace Sentiment.EndToEnd;

public sealed class KilledRunTests(ITestOutputHelper output)
{
    private const int Kills = 50;

    [Fact]
    public async Task Fifty_kills_lose_nothing_and_double_nothing()
    {
        string[] mine = ["AAPL", "MSFT", "NVDA", "AMZN", "TSLA", "JPM", "XOM", "KO", "BA", "V", "S0000", "S0001"];
        string[] theirs = ["AAPL", "GOOGL", "AMD", "META", "F", "GS", "BP", "PEP", "CAT", "MA", "S0001", "S0002"];
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        using var place = new Workplace();
        place.Write(("acme", mine, "GOOD_TOKEN"), ("bolt", theirs, "GOOD_TOKEN"), ("core", mine, "GOOD_TOKEN"), ("dune", theirs, "GOOD_TOKEN"), ("echo", mine, "GOOD_TOKEN"));
        await using var vendors = await Vendors.StartAsync(Vendors.Feed(itemsPerSymbol: 400) with { ItemsPerSymbolPerDay = 500 });
        await vendors.PostAsync("/_sim/faults", new { latencyMs = 200 });

        // The run has some 360 pages; every process is killed after a few pages of its own, and then at any moment.
        // Should it end before the last kill, the next one, with what was added meanwhile, takes the rest.
        var narrow = new Dictionary<string, string>(vendors.Environment)
        {
            ["Ingestion__TenantWindow"] = "1",
            ["Ingestion__ChunkWindow"] = "2",
        };
        var landed = 0;
        var ended = 0;
        for (var kill = 0; landed < Kills; kill++)
        {
            await using var process = SentimentProcess.Start(narrow, place.Run("--json"));
            var before = await PagesAsync(place);
            var target = Math.Max(1, before.Pages) + random.Next(0, 5);
            while (!process.HasExited && (await PagesAsync(place)).Pages < target)
            {
                await Task.Delay(1);
            }

            await Task.Delay(random.Next(0, 40));
            if (process.HasExited)
            {
                var early = await process.WaitAsync();
                Assert.True(early.ExitCode == 0 && ++ended <= 10, $"after {landed} kills: {early}");
                continue;
            }

            if (kill % 10 == 5)
            {
                var during = await SentimentProcess.RunAsync(vendors.Environment, "verify", "--data", place.Data);
                Assert.True(during.ExitCode == 0, $"verify beside the run: {during}");
            }

            await process.KillAsync();
            landed += (await PagesAsync(place)).Pages > 0 ? 1 : 0;
            await vendors.PostAsync("/_sim/items", new { symbol = mine[random.Next(mine.Length)], count = random.Next(1, 4), backdateHours = random.Next(0, 40), vendor = random.Next(2) == 0 ? "tiingo" : "finnhub" });
        }

        var at = await PagesAsync(place);
        output.WriteLine($"{landed} kills; {ended} runs ended between them; the last one killed has {at.Pages} pages");
        var after = await SentimentProcess.RunAsync(vendors.Environment, "verify", "--data", place.Data);
        Assert.True(after.ExitCode == 0, $"verify after the last kill: {after}");

        var finished = await SentimentProcess.RunAsync(vendors.Environment, place.Run("--json"));
        Assert.True(finished.ExitCode == 0, finished.ToString());
        var run = finished.Json.GetProperty("run").GetString();

        // A run whose process was killed between its end and the process's is not gone on with.
        Assert.Equal(!at.HasEnded, at.Run == run);

        // What arrived while it was killed again and again is the next run's.
        await vendors.FreezeAsync();
        var next = await SentimentProcess.RunAsync(vendors.Environment, place.Run("--json"));
        Assert.True(next.ExitCode == 0, next.ToString());
        Assert.NotEqual(run, next.Json.GetProperty("run").GetString());
        var verified = await SentimentProcess.RunAsync(vendors.Environment, "verify", "--data", place.Data);
        Assert.True(verified.ExitCode == 0, verified.ToString());
        output.WriteLine($"{finished.Output}{next.Output}{verified.Output}");
        await using var stored = new StoredTruth(place.Data);
        await stored.AssertEqualsAsync(vendors, "acme", mine);
        await stored.AssertEqualsAsync(vendors, "bolt", theirs);
        await stored.AssertEqualsAsync(vendors, "core", mine);
    }

    private static async Task<(int Pages, string? Run, bool HasEnded)> PagesAsync(Workplace place)
    {
        if (!File.Exists(Path.Combine(place.Data, "tables.db")))
        {
            return (0, null, false);
        }

        await using var stored = new StoredTruth(place.Data);
        var report = await stored.NewestRunAsync();
        return report is null ? (0, null, false) : (await stored.PagesAsync(report.Run.Id), report.Run.Id, report.Run.EndedAt is not null);
    }
}
