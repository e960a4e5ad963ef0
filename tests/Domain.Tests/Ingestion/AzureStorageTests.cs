using Sentiment.Adapters.AzureStorage;
using Sentiment.Azurite;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Items;
using Sentiment.Domain.Scoring;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tests.Support;

namespace Sentiment.Domain.Tests.Ingestion;

/// <summary>The ingestion on Azure's tables and blobs leaves the rows that it leaves on SQLite and files.</summary>
public class AzureStorageTests
{
    private static readonly DateTimeOffset Noon = IngestionHost.Start.AddDays(-2);

    private static async Task<AzureStorageOptions> AccountAsync() => new()
    {
        ConnectionString = (await AzuriteServer.SharedAsync()).ConnectionString,
        Table = AzuriteServer.FreshName(),
        Container = AzuriteServer.FreshName(),
    };

    [Fact]
    public async Task Whole_runs_leave_the_same_rows_as_on_one_machine()
    {
        var local = await RunsAsync(null);
        var azure = await RunsAsync(await AccountAsync());
        Assert.Equal(local.Reports, azure.Reports);
        Assert.Equal(local.Rows, azure.Rows);
        Assert.Equal(local.Items, azure.Items);
        Assert.True(local.Items.Count > 1_000);
    }

    [Fact]
    public async Task A_crash_at_any_write_leaves_the_same_rows_as_on_one_machine_without_it()
    {
        var (expected, _, writes) = await EveryWriteTests.UndisturbedAsync();
        for (var crash = 1; crash <= writes; crash++)
        {
            await using var host = EveryWriteTests.Open(_ => 0, await AccountAsync());
            await EveryWriteTests.CrashAsync(host, crash, afterwards: crash % 2 == 0);
            await host.AssertCleanAsync();
            await EveryWriteTests.GoOnAsync(host);
            await host.AssertCleanAsync();
            Assert.Equal(expected, await host.RowsAsync());
        }
    }

    // New items, then new ones among known ones, then all of them again.
    private static async Task<(List<Ledger> Reports, IReadOnlyList<string> Rows, IReadOnlyList<string> Items)> RunsAsync(AzureStorageOptions? azure)
    {
        await using var host = new IngestionHost(ScriptedVendor.Describe(symbolsPerChunk: 2)) { Azure = azure };
        host.Bounds = host.Bounds with { ChunkWindow = 1, TableWindow = 1, TenantWindow = 1 };
        var known = 0;
        host.Vendor.Pages = request => [.. Enumerable.Range(0, 2).Select(page => (IReadOnlyList<Told>)[
            .. Enumerable.Range(0, 150 + known).Select(i => new Told(
                $"{request.Symbols[0]}-{page}-{i}", $"Headline {i}", Noon.AddMinutes(i * 11), [request.Symbols[i % request.Symbols.Count]]) { Tags = [$"Tag {i % 3}"] }),
            new("shared", "Headline shared", Noon, ["AAPL", "MSFT", "TSLA"]), new("bad", null, Noon, ["AAPL"])])];
        await host.StartEngineAsync();
        var roster = IngestionHost.Roster(host.Tenant("acme", "AAPL", "MSFT", "TSLA"), host.Tenant("beta", "AAPL"));
        var reports = new List<Ledger>();
        foreach (var more in (int[])[0, 60, 60])
        {
            known = more;
            var report = await host.EndAsync(await host.BeginAsync(roster, request: new RunRequest([], [], Noon.AddDays(-1), null)));
            Assert.Equal(WorkStatus.Completed, report.Run.Status);
            reports.Add(report.Records);
            host.Time.Advance(TimeSpan.FromMinutes(5));
        }

        Assert.Equal((0, reports[0].Accepted + 360), (reports[2].Accepted, reports[0].Accepted + reports[1].Accepted));
        return (reports, await host.RowsAsync(), await ItemsAsync(host.Get<ITableReader>()));
    }

    private static async Task<IReadOnlyList<string>> ItemsAsync(ITableReader reader)
    {
        var found = new List<string>();
        foreach (var query in (ItemQuery[])[
            new("acme"), new("acme") { Symbols = ["AAPL", "TSLA"] }, new("acme") { Tags = ["tag 0", "tag 2"], Labels = [SentimentLabel.Positive] },
            new("acme") { Symbols = ["MSFT"], Tags = ["tag 1"] }, new("beta") { From = Noon.AddHours(5), To = Noon.AddHours(20) }])
        {
            var next = (ItemPlace?)null;
            do
            {
                (var items, next) = await ItemList.ReadAsync(reader, query, 130, next, default);
                found.AddRange(items.Select(i => $"{i.SourceId} {i.PublishedAt:O} {string.Join(',', i.Symbols)}"));
            }
            while (next is not null);
        }

        return found;
    }
}
