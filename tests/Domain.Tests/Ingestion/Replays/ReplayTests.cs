using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Pages;
using Sentiment.Domain.Ingestion.Replays;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Tests.Support;

namespace Sentiment.Domain.Tests.Ingestion.Replays;

/// <summary>The archive gone through again, without a vendor call.</summary>
public class ReplayTests
{
    private static readonly DateTimeOffset Noon = IngestionHost.Start.AddDays(-1);
    private static readonly RunRequest Quarantine = new([], [], null, null, ReplayKind.Quarantine);
    private static readonly RunRequest Raw = new([], [], null, null, ReplayKind.Raw);

    private static TenantRoster Acme(IngestionHost host, TenantRetention? kept = null) =>
        IngestionHost.Roster(host.Tenant("acme", "AAPL", "MSFT") with { Retention = kept });

    // Two pages a symbol, of which the first has a good record, one without a title, one without an id, and one of the future.
    private static async Task<IngestionHost> RunAsync(TenantRetention? kept = null)
    {
        var host = new IngestionHost();
        host.Vendor.Pages = request => [
            [
                new($"{request.Symbols[0]}-1", "Headline", Noon, request.Symbols) { Tags = ["Earnings"] }, new($"{request.Symbols[0]}-2", null, Noon.AddMinutes(1), request.Symbols),
                new(null, $"Headline of {request.Symbols[0]}", Noon.AddMinutes(2), request.Symbols), new($"{request.Symbols[0]}-4", "Headline", Noon.AddDays(30), request.Symbols),
            ],
            [new($"{request.Symbols[0]}-5", "Headline", Noon.AddDays(-3), request.Symbols), new("shared", "Headline", Noon.AddHours(1), ["AAPL", "MSFT"]) { Tags = ["Earnings", "Tech"] }]];
        await host.StartEngineAsync();
        var report = await host.EndAsync(await host.BeginAsync(Acme(host, kept)));
        Assert.Equal(new Ledger(5, 1, 6, 0), report.Records);
        Assert.Equal(new Dictionary<string, long> { ["id"] = 2, ["published date"] = 2, ["title"] = 2 }, report.Tenants.Single().Tables.Single().Quarantined);

        // The next run meets all of it again, by its lookback.
        host.Time.Advance(TimeSpan.FromMinutes(1));
        await host.EndAsync(await host.BeginAsync(Acme(host, kept)));
        host.Time.Advance(TimeSpan.FromMinutes(1));
        host.Vendor.Before = (_, _, _) => throw new InvalidOperationException("No vendor is asked.");
        return host;
    }

    // The program's next version finds titles and ids where this one does not look.
    private static SourceRecord Better(SourceRecord record) => record with
    {
        SourceId = record.SourceId ?? "found-" + record.Title![^4..],
        Title = record.Title ?? "Headline found " + record.SourceId,
    };

    [Fact]
    public async Task Quarantined_records_that_are_valid_by_now_become_items_under_a_ledger_of_their_own()
    {
        await using var host = await RunAsync();
        host.Vendor.Reading = Better;
        Assert.NotEmpty((await host.VerifyAsync()).Problems);
        var report = await host.EndAsync(await host.BeginAsync(Acme(host), request: Quarantine));
        Assert.Equal((WorkStatus.Completed, 2, new Ledger(4, 2, 0, 0)), (report.Run.Status, report.ChunkTally.Total, report.Records));
        var findings = await host.VerifyAsync();
        Assert.Equal((9, 10, 6), (findings.Items, findings.Memberships, findings.Quarantined));
        var (records, _) = await QuarantineList.ReadAsync(host.Get<ITableReader>(), "acme", null, 100, null, default);
        Assert.Equal(4, records.Count(r => r.Record.AcceptedBy?.StartsWith(report.Run.Id, StringComparison.Ordinal) == true));
        Assert.All(records.Where(r => r.Record.AcceptedBy is null), r => Assert.StartsWith("published date", r.Record.Reason, StringComparison.Ordinal));

        // Again: nothing that is stored is stored twice, and what is still wrong is still there.
        host.Time.Advance(TimeSpan.FromMinutes(1));
        report = await host.EndAsync(await host.BeginAsync(Acme(host), request: Quarantine));
        Assert.Equal(new Ledger(0, 6, 0, 0), report.Records);
    }

    [Fact]
    public async Task Where_nothing_is_open_there_is_nothing_to_do()
    {
        await using var host = new IngestionHost();
        host.Vendor.Pages = _ => [[new("a", "Headline", Noon, ["AAPL"])]];
        await host.StartEngineAsync();
        await host.EndAsync(await host.BeginAsync(Acme(host)));
        host.Time.Advance(TimeSpan.FromMinutes(1));
        var report = await host.EndAsync(await host.BeginAsync(Acme(host), request: Quarantine));
        Assert.Equal((WorkStatus.Completed, 0), (report.Run.Status, report.ChunkTally.Total));
    }

    [Fact]
    public async Task A_crash_at_any_write_of_a_replay_loses_nothing_and_doubles_nothing()
    {
        var writes = await ReplayChunkAsync(0);
        Assert.InRange(writes, 8, 40);
        for (var write = 1; write <= writes; write++)
        {
            await ReplayChunkAsync(write);
        }
    }

    private static async Task<int> ReplayChunkAsync(int crashAt)
    {
        await using var host = await RunAsync();
        host.Vendor.Reading = Better;
        var run = new RunRow("r9", new([], [], null, null, "file-1", ReplayKind.Quarantine), host.Time.GetUtcNow(), null, WorkStatus.Running, 1, host.Bounds, OverlapPolicy.Skip);
        await host.Get<RunStore>().TryCreateAsync(run, "hash-r9", Acme(host).Tenants, default);
        var count = await host.Get<ReplayPlan>().WriteAsync(run, ReplayKind.Quarantine, Acme(host).Tenants[0], new("r9", "acme", host.Vendor.Description.Table), default);
        Assert.Equal(2, count);
        var id = new ChunkId("r9", "acme", host.Vendor.Description.Table, 1);
        var begun = host.Faults.Writes;
        if (crashAt > 0)
        {
            host.Faults.CrashAt = begun + crashAt;
            await Assert.ThrowsAsync<CrashException>(() => host.ProcessAsync(id));
            host.Faults.Reset();
        }

        Assert.Equal(ChunkResult.Done, (await host.ProcessAsync(id)).Result);
        var writes = host.Faults.Writes - begun;
        Assert.Equal(ChunkResult.Done, (await host.ProcessAsync(id with { Number = 2 })).Result);
        Assert.Equal(new Ledger(2, 1, 0, 0), (await host.ChunkAsync(id)).Ledger);
        var findings = await host.VerifyAsync();
        Assert.Empty(findings.Problems);
        Assert.Equal((9, 10, 0), (findings.Items, findings.Memberships, findings.InFlight));
        return writes;
    }

    [Theory]
    [InlineData("items|acme|")]
    [InlineData("index|acme|")]
    [InlineData("trends|acme|")]
    public async Task Rows_that_were_lost_come_back_from_the_archive_as_they_were(string lost)
    {
        await using var host = await RunAsync();
        var before = await host.RowsAsync("items|", "index|", "trends|", "quarantine|");
        await using (var snapshot = await host.Get<ITableSnapshots>().OpenSnapshotAsync(default))
        {
            foreach (var partition in await snapshot.PartitionsAsync(lost, default).ToListAsync())
            {
                await foreach (var row in snapshot.QueryAsync(new(partition), default))
                {
                    await host.Tables.WriteAsync(partition, [TableWrite.Delete(row.Key)], default);
                }
            }
        }

        Assert.NotEmpty((await host.VerifyAsync()).Problems);
        var report = await host.EndAsync(await host.BeginAsync(Acme(host), request: Raw));
        Assert.Equal(before, await host.RowsAsync("items|", "index|", "trends|", "quarantine|"));
        Assert.Equal(lost == "items|acme|" ? 5 : 0, report.Records.Accepted);
        Assert.Equal(4, report.ChunkTally.Completed);
    }

    [Fact]
    public async Task What_retention_would_remove_again_does_not_come_back()
    {
        await using var host = await RunAsync();
        await using (var snapshot = await host.Get<ITableSnapshots>().OpenSnapshotAsync(default))
        {
            var partition = (await snapshot.PartitionsAsync("items|acme|", default).ToListAsync()).Single();
            await host.Tables.WriteAsync(partition, [TableWrite.Delete("AAPL-5"), TableWrite.Delete("AAPL-1")], default);
        }

        var run = await host.BeginAsync(Acme(host, new(Items: 2)), request: Raw);
        await host.Time.MoveUntilAsync(host.Get<RunStarter>().WaitForEndAsync(run, default), run);
        Assert.Equal(1, (await host.ReportAsync(run)).Records.Accepted);
        Assert.Equal(4, (await host.RowsAsync("items|acme|")).Count);
    }

    [Fact]
    public async Task A_replay_with_a_window_is_refused()
    {
        await using var host = new IngestionHost();
        var refusal = await Assert.ThrowsAsync<RunRequestException>(() => host.BeginAsync(Acme(host), request: Raw with { From = Noon }));
        Assert.StartsWith("replay: no 'from'", refusal.Problems.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_is_gone_fails_its_chunk_with_the_reason_and_leaves_the_others_alone()
    {
        await using var host = await RunAsync();
        var page = await host.Get<ChunkStore>().PageAsync(new((await RunStore.ListAsync(host.Get<ITableReader>(), null, 1, null, default))[0].Run.Id, "acme", "wire/news", 1), 1, default);
        await host.Get<IBlobStore>().DeleteAsync(page!.Blob, default);
        var run = await host.BeginAsync(Acme(host), request: Raw);
        await host.Time.MoveUntilAsync(host.Get<RunStarter>().WaitForEndAsync(run, default), run);
        var report = await host.ReportAsync(run);

        // The second run's answer was the same, to the byte, and lies in the same place.
        Assert.Equal((2, 2), (report.ChunkTally.Completed, report.ChunkTally.Failed));
        Assert.StartsWith($"The archive has no '{page.Blob}' any more", report.Tenants.Single().Tables.Single().Reason, StringComparison.Ordinal);
    }
}
