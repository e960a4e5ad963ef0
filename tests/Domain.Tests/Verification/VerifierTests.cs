using System.Text;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Ingestion.Tables;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tests.Support;

namespace Sentiment.Domain.Tests.Verification;

/// <summary>One stored row or body is tampered with; the recount names it.</summary>
public class VerifierTests
{
    private static readonly DateTimeOffset Noon = IngestionHost.Start.AddDays(-1);

    public static TheoryData<string, string, string, string, string> Changes => new()
    {
        // Partition's start, key's start, what is replaced (empty: the row is removed), by what, what the recount says.
        { "items|acme|", "a", "", "", "record a is no item" },
        { "items|acme|", "a", "Headline a", "Headline z", "item acme wire/news a: differs from its record in the archive" },
        { "items|acme|", "a", "\"chunk\":\"r1|", "\"chunk\":\"r9|", "which does not exist" },
        { "items|acme|", "a", "\"page\":1", "\"page\":9", "item acme wire/news a: stamped r1|acme|wire~2fnews|000001 page 9, which does not exist" },
        { "index|acme|", "s|AAPL|", "", "", "its membership of AAPL is missing" },
        { "index|acme|", "t|", "", "", "have their place in time" },
        { "index|acme|", "g|", "", "", "item acme wire/news a: its index row of tag 'earnings' is missing" },
        { "items|acme|", "a", "Earnings", "Mergers", "item acme wire/news a: its index row of tag 'mergers' is missing" },
        { "items|acme|", "a", "Earnings", "Mergers", "item acme wire/news a does not name that symbol or tag" },
        { "days|acme", "n|", "", "", "item acme wire/news a: its day is not listed as one with items of its table" },
        { "quarantine|acme|", "id:bad", "", "", "invalid record id:bad is not in quarantine" },
        { "trends|acme|", "p|", "", "", "aggregates of acme on 20300109 by the minute: differ from a recount of its memberships" },
        { "trends|acme|", "p|", "\"n\":1", "\"n\":2", "aggregates of acme on 20300109 by the hour: differ from a recount of its memberships" },
        { "run|r1", "c|", "\"accepted\":2", "\"accepted\":3", "its ledger says 3 accepted" },
        { "run|r1", "c|", "\"skipped\":1", "\"skipped\":0", "its ledger says 2 accepted, 1 quarantined, 4 read, 0 skipped; a recount finds 2, 1, 4, 1" },
        { "run|r1", "c|", "\"announced\":1", "\"announced\":0", "ended with 1 pages of which 0 are announced" },
        { "run|r1", "w|", "\"duplicate\":1", "\"duplicate\":2", "table acme wire/news of run r1: says" },
        { "pages|r1", "p|", "", "", "page 1: committed and not pinned" },
        { "table|acme|", "c|", "", "", "completed and its coverage is missing" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_row_tampered_with_is_named(string partition, string key, string replaced, string by, string problem)
    {
        await using var host = await FinishedAsync();
        await TamperAsync(host, partition, key, replaced, by);
        var problems = (await host.VerifyAsync()).Problems;
        Assert.Contains(problems, p => p.Contains(problem, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_lost_or_damaged_is_named(bool damaged)
    {
        await using var host = await FinishedAsync();
        var blob = (await host.Get<ChunkStore>().PageAsync(new("r1", "acme", "wire/news", 1), 1, default))!.Blob;
        await host.Get<IBlobStore>().DeleteAsync(blob, default);
        if (damaged)
        {
            await host.Get<IBlobStore>().PutAsync(blob, "{\"Records\":[]}"u8.ToArray(), default);
        }

        Assert.Contains(
            $"chunk r1|acme|wire~2fnews|000001 page 1: its archived body '{blob}' is missing or damaged", (await host.VerifyAsync()).Problems);
    }

    [Fact]
    public async Task A_watermark_beyond_what_was_covered_is_named()
    {
        await using var host = await FinishedAsync();
        await host.Get<TableStateStore>().MoveWatermarkAsync("acme", "wire/news", new(IngestionHost.Start.AddHours(1), ["AAPL"]), null, default);
        Assert.Equal(
            ["watermark of acme wire/news: at 2030-01-10T13:00:00.0000000Z, where AAPL is covered only up to 2030-01-10T12:00:00.0000000Z"],
            (await host.VerifyAsync()).Problems);
    }

    [Fact]
    public async Task A_hole_between_spans_that_no_failed_chunk_names_is_named()
    {
        await using var host = await FinishedAsync();
        host.Time.Advance(TimeSpan.FromDays(2));
        await host.PlanAsync("r2", "acme");
        var chunk = await host.ChunkAsync(new("r1", "acme", "wire/news", 1)) with
        {
            Run = "r2",
            From = IngestionHost.Start.AddDays(1),
            To = IngestionHost.Start.AddDays(2),
            Status = WorkStatus.Pending,
            Page = 0,
            Announced = 0,
            Drained = false,
            FetchedAt = null,
            Ledger = Ledger.Empty,
        };
        await host.Get<ChunkStore>().PlanAsync([chunk], default);
        Assert.Equal(ChunkResult.Done, (await host.ProcessAsync(chunk.Id)).Result);
        await host.CoverAsync(chunk.Id);
        Assert.Equal(
            ["coverage of acme wire/news AAPL: a hole from 2030-01-10T12:00:00.0000000Z to 2030-01-11T12:00:00.0000000Z that no failed chunk names"],
            (await host.VerifyAsync()).Problems);
    }

    [Theory]
    [InlineData("\"state\":\"Failed\"", "\"state\":\"Covered\"", "failed and recorded as covered")]
    [InlineData("", "", "failed and no hole is recorded")]
    public async Task A_failed_chunk_whose_hole_is_not_recorded_is_named(string replaced, string by, string problem)
    {
        await using var host = Open();
        var chunk = (await host.PlanAsync("r1", "acme", ["AAPL"])).Single();
        await host.Get<ChunkFailure>().FailAsync(chunk, "404 from wire", FailureKind.Permanent, default);
        await host.CoverAsync(chunk);
        await host.Get<RunStore>().PutTableAsync("r1", new("acme", "wire/news", WorkStatus.Failed, "404 from wire", 1, 0, 1, Ledger.Empty), default);
        Assert.Empty((await host.VerifyAsync()).Problems);
        await TamperAsync(host, "table|acme|", "c|", replaced, by);
        Assert.Equal([$"chunk r1|acme|wire~2fnews|000001: {problem}"], (await host.VerifyAsync()).Problems);
    }

    [Fact]
    public async Task An_unended_chunk_of_an_ended_run_is_named()
    {
        await using var host = await FinishedAsync();
        await host.Get<ChunkStore>().PlanAsync([await host.ChunkAsync(new("r1", "acme", "wire/news", 1)) with { Number = 2, Status = WorkStatus.Pending, Page = 0 }], default);
        await host.Get<RunStore>().SetStatusAsync("r1", WorkStatus.Completed, IngestionHost.Start, default);
        Assert.Contains("chunk r1|acme|wire~2fnews|000002: Pending in run r1, which has ended", (await host.VerifyAsync()).Problems);
    }

    [Fact]
    public async Task Rows_above_the_checkpoint_of_an_unfinished_chunk_are_in_flight_and_no_problem()
    {
        await using var host = Open();
        var chunk = (await host.PlanAsync("r1", "acme", ["AAPL"])).Single();
        host.Faults.Before = (name, writes) => name == "run|r1" && writes[0].Data.Span.IndexOf("\"page\":1"u8) >= 0
            ? throw new CrashException() : Task.CompletedTask;
        await Assert.ThrowsAsync<CrashException>(() => host.ProcessAsync(chunk));
        var findings = await host.VerifyAsync();
        Assert.Empty(findings.Problems);
        Assert.Equal((0, 0, 5), (findings.Items, findings.Pages, findings.InFlight));
    }

    [Fact]
    public async Task What_is_sound_is_counted_and_has_no_problem()
    {
        await using var host = await FinishedAsync();
        var findings = await host.VerifyAsync();
        Assert.Empty(findings.Problems);
        Assert.Equal((1, 1, 1, 2, 2, 1, 0), (findings.Runs, findings.Chunks, findings.Pages, findings.Items, findings.Memberships, findings.Quarantined, findings.InFlight));
    }

    private static IngestionHost Open()
    {
        var host = new IngestionHost();
        host.Vendor.Pages = _ => [[
            new("a", "Headline a", Noon, ["AAPL"]) { Tags = ["Earnings"] }, new("b", "Headline b", Noon.AddMinutes(1), ["AAPL"]), new("a", "Headline a", Noon, ["AAPL"]),
            new("bad", null, Noon, ["AAPL"]), new("old", "Headline", Noon.AddDays(-40), ["AAPL"])]];
        return host;
    }

    private static async Task<IngestionHost> FinishedAsync()
    {
        var host = Open();
        var chunk = (await host.PlanAsync("r1", "acme", ["AAPL"])).Single();
        await host.ProcessAsync(chunk);
        await host.CoverAsync(chunk);
        await host.Get<RunStore>().PutTableAsync("r1", new("acme", "wire/news", WorkStatus.Completed, null, 1, 1, 0, (await host.ChunkAsync(chunk)).Ledger), default);
        return host;
    }

    private static async Task TamperAsync(IngestionHost host, string partition, string key, string replaced, string by)
    {
        TableRow? row = null;
        await using (var snapshot = await host.Get<ITableSnapshots>().OpenSnapshotAsync(default))
        {
            await foreach (var name in snapshot.PartitionsAsync(partition, default))
            {
                await foreach (var found in snapshot.QueryAsync(TableRange.Prefix(name, key), default))
                {
                    row ??= found;
                }
            }
        }

        Assert.NotNull(row);
        var text = Encoding.UTF8.GetString(row.Data.Span);
        Assert.Contains(replaced, text, StringComparison.Ordinal);
        var write = replaced.Length == 0 ? TableWrite.Delete(row.Key)
            : TableWrite.Upsert(row.Key, row.Version, Encoding.UTF8.GetBytes(text.Replace(replaced, by, StringComparison.Ordinal)));
        await host.Tables.WriteAsync(row.Partition, [write], default);
    }
}
