using Sentiment.Adapters.AzureStorage;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Tests.Support;

namespace Sentiment.Domain.Tests.Ingestion;

/// <summary>The process ends at every single write in turn; what is there in the end is as if it had not.</summary>
public class EveryWriteTests
{
    private static readonly DateTimeOffset Noon = IngestionHost.Start.AddDays(-2);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_crash_at_any_write_leaves_what_would_have_been_there_without_it(bool afterwards)
    {
        var (expected, announced, writes) = await UndisturbedAsync();
        Assert.InRange(writes, 25, 200);
        for (var crash = 1; crash <= writes; crash++)
        {
            await using var host = Open(_ => 0);
            await CrashAsync(host, crash, afterwards);
            await AssertCleanAsync(host, crash);

            var chunks = await GoOnAsync(host);
            await AssertCleanAsync(host, crash);
            Assert.Equal(0, (await host.VerifyAsync()).InFlight);
            Assert.Equal(expected, await host.RowsAsync());
            Assert.Equal(announced, chunks.Select(c => string.Join(',', host.Announced.Of(c).Distinct())));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_pinned_page_is_asked_for_once_even_where_the_vendor_changes_its_answers(bool afterwards)
    {
        var (_, _, writes) = await UndisturbedAsync();
        for (var crash = 1; crash <= writes; crash++)
        {
            await using var host = Open(call => call);
            await CrashAsync(host, crash, afterwards);
            await AssertCleanAsync(host, crash);
            var pinned = await PinnedAsync(host);
            var calls = pinned.ConvertAll(p => host.Vendor.CallsFor(p.Symbol, p.Cursor));

            await GoOnAsync(host);
            await AssertCleanAsync(host, crash);
            Assert.Equal(calls, pinned.ConvertAll(p => host.Vendor.CallsFor(p.Symbol, p.Cursor)));
            Assert.All(calls, c => Assert.Equal(1, c));
        }
    }

    private static async Task AssertCleanAsync(IngestionHost host, int crash)
    {
        var problems = (await host.VerifyAsync()).Problems;
        Assert.True(problems.Count == 0, $"After a crash at write {crash}: {string.Join('\n', problems)}");
    }

    // Two chunks that share an item; pages over two days with everything that a page can hold.
    internal static IngestionHost Open(Func<int, int> version, AzureStorageOptions? azure = null)
    {
        var host = new IngestionHost { Azure = azure };
        host.Vendor.Pages = request =>
        {
            var symbol = request.Symbols[0];
            Told News(string id, double hours) => new(id, $"Headline {id} {version(host.Vendor.Calls.Count)}", Noon.AddHours(hours), ["AAPL", "MSFT"]) { Tags = ["Earnings", id] };
            return
            [
                [News($"{symbol}-1", 0), News("both", 1), News($"{symbol}-1", 0), new($"{symbol}-bad", null, Noon, [symbol]), News("old", -1000)],
                [News($"{symbol}-2-{version(host.Vendor.Calls.Count)}", 20), News("both", 1), new("bad", null, Noon, [symbol]), new(null, "x", Noon, [])],
                [News($"{symbol}-3", 21), News($"{symbol}-4", 2)],
            ];
        };
        return host;
    }

    internal static async Task<(IReadOnlyList<string> Rows, List<string> Announced, int Writes)> UndisturbedAsync()
    {
        await using var host = Open(_ => 0);
        var chunks = await host.PlanAsync("r1", "acme", ["AAPL"], ["MSFT"]);
        var before = host.Faults.Writes;
        foreach (var chunk in chunks)
        {
            Assert.Equal(ChunkResult.Done, (await host.ProcessAsync(chunk)).Result);
        }

        await AssertCleanAsync(host, 0);
        return (await host.RowsAsync(), [.. chunks.Select(c => string.Join(',', host.Announced.Of(c)))], host.Faults.Writes - before);
    }

    internal static async Task CrashAsync(IngestionHost host, int at, bool afterwards)
    {
        var chunks = await host.PlanAsync("r1", "acme", ["AAPL"], ["MSFT"]);
        (host.Faults.CrashAt, host.Faults.Afterwards) = (host.Faults.Writes + at, afterwards);
        await Assert.ThrowsAsync<CrashException>(async () =>
        {
            foreach (var chunk in chunks)
            {
                await host.ProcessAsync(chunk);
            }
        });
        await host.CloseAsync();
    }

    internal static async Task<IReadOnlyList<ChunkId>> GoOnAsync(IngestionHost host)
    {
        ChunkId[] chunks = [new("r1", "acme", "wire/news", 1), new("r1", "acme", "wire/news", 2)];
        foreach (var chunk in chunks)
        {
            Assert.Equal(ChunkResult.Done, (await host.ProcessAsync(chunk)).Result);
            Assert.Equal(WorkStatus.Completed, (await host.ChunkAsync(chunk)).Status);
        }

        return chunks;
    }

    private static async Task<List<(string Symbol, string? Cursor)>> PinnedAsync(IngestionHost host)
    {
        var found = new List<(string, string?)>();
        for (var chunk = 1; chunk <= 2; chunk++)
        {
            var cursor = (string?)null;
            for (var page = 1; await host.Get<ChunkStore>().PageAsync(new("r1", "acme", "wire/news", chunk), page, default) is { } row; page++)
            {
                found.Add((chunk == 1 ? "AAPL" : "MSFT", cursor));
                cursor = row.NextCursor;
            }
        }

        return found;
    }
}
