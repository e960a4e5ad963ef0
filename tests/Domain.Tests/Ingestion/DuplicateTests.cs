using System.Collections.Concurrent;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Tests.Support;

namespace Sentiment.Domain.Tests.Ingestion;

/// <summary>Pages of which all or much is known.</summary>
public class DuplicateTests
{
    private static readonly DateTimeOffset Noon = IngestionHost.Start.AddDays(-2);

    private static IngestionHost Open()
    {
        var host = new IngestionHost();
        host.Vendor.Pages = request => [[.. Enumerable.Range(0, 20).Select(i => new Told($"n{i}", $"Headline {i}", Noon.AddHours(i), ["AAPL", "MSFT"]))]];
        return host;
    }

    private static async Task<Ledger> RunAsync(IngestionHost host, string run, params string[] symbols)
    {
        var chunk = (await host.PlanAsync(run, "acme", symbols)).Single();
        Assert.Equal(ChunkResult.Done, (await host.ProcessAsync(chunk)).Result);
        await host.AssertCleanAsync();
        return (await host.ChunkAsync(chunk)).Ledger;
    }

    [Fact]
    public async Task A_page_of_duplicates_writes_no_row_of_items_index_or_aggregates()
    {
        await using var host = Open();
        Assert.Equal(new Ledger(20, 0, 0, 0), await RunAsync(host, "r1", "AAPL"));
        Assert.Equal(new Ledger(0, 20, 0, 0), await RunAsync(host, "r2", "MSFT"));
        var written = new ConcurrentQueue<string>();
        host.Faults.Before = (name, _) =>
        {
            written.Enqueue(name);
            return Task.CompletedTask;
        };

        // Known from the items' own page, and from the page that came under the other symbol later.
        Assert.Equal(new Ledger(0, 20, 0, 0), await RunAsync(host, "r3", "AAPL"));
        Assert.Equal(new Ledger(0, 20, 0, 0), await RunAsync(host, "r4", "MSFT"));
        Assert.Equal(new Ledger(0, 20, 0, 0), await RunAsync(host, "r5", "AAPL", "MSFT"));
        Assert.DoesNotContain(written, name => name.Split('|')[0] is "items" or "index" or "trends" or "quarantine");
        Assert.NotEmpty(written);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task Memberships_of_known_items_that_an_abandoned_page_wrote_are_taken_over_by_duplicates(int write)
    {
        await using var host = Open();
        await RunAsync(host, "r1", "AAPL");
        await AbandonAsync(host, "r2", write, "MSFT");
        Assert.Equal(new Ledger(0, 20, 0, 0), await RunAsync(host, "r3", "AAPL", "MSFT"));
        var findings = await host.VerifyAsync();
        Assert.Equal((20, 40, 0), (findings.Items, findings.Memberships, findings.InFlight));
    }

    [Fact]
    public async Task A_page_tried_again_after_another_run_took_its_rows_over_counts_none_of_them()
    {
        await using var host = Open();
        host.Vendor.Pages = _ => [[new("a", "Headline a", Noon, ["AAPL"])]];

        // Epoch, body, pin, item, index, aggregates: the checkpoint never comes.
        await AbandonAsync(host, "r1", 7, "AAPL");
        Assert.Equal(new Ledger(1, 0, 0, 0), await RunAsync(host, "r2", "AAPL"));
        var chunk = new ChunkId("r1", "acme", "wire/news", 1);
        var failed = (await host.Get<ChunkStore>().GetAsync(chunk, default))!;
        await host.Get<ChunkStore>().SaveAsync(failed.Row with { Status = WorkStatus.Pending, Reason = null, EndedAt = null }, failed.ETag, default);
        Assert.Equal(ChunkResult.Done, (await host.ProcessAsync(chunk)).Result);
        Assert.Equal(new Ledger(0, 1, 0, 0), (await host.ChunkAsync(chunk)).Ledger);
        await host.AssertCleanAsync();
    }

    private static async Task AbandonAsync(IngestionHost host, string run, int write, params string[] symbols)
    {
        var chunk = (await host.PlanAsync(run, "acme", symbols)).Single();
        host.Faults.CrashAt = host.Faults.Writes + write;
        await Assert.ThrowsAsync<CrashException>(() => host.ProcessAsync(chunk));
        await host.CloseAsync();
        await host.Get<ChunkFailure>().FailAsync(chunk, "cancelled", FailureKind.Cancelled, default);
        await host.Get<RunStore>().SetStatusAsync(run, WorkStatus.Failed, host.Time.GetUtcNow(), default);
    }
}
