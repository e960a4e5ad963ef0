using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tests.Support;

namespace Sentiment.Domain.Tests.Ingestion;

public class ChunkTests
{
    private static readonly DateTimeOffset Noon = IngestionHost.Start.AddDays(-1);

    private static IReadOnlyList<Told> Page(int number) => [new($"n{number}", $"Headline {number}", Noon.AddMinutes(number), ["AAPL"])];

    private static IngestionHost Open(int pages)
    {
        var host = new IngestionHost();
        host.Vendor.Pages = _ => [.. Enumerable.Range(1, pages).Select(Page)];
        return host;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_holder_that_another_one_has_superseded_writes_no_checkpoint_any_more(int page)
    {
        await using var host = Open(3);
        var chunk = (await host.PlanAsync("r1", "acme", ["AAPL"])).Single();
        host.Vendor.Before = async (_, call, _) =>
        {
            if (call == page)
            {
                var stored = (await host.Get<ChunkStore>().GetAsync(chunk, default))!;
                await host.Get<ChunkStore>().SaveAsync(stored.Row with { Epoch = stored.Row.Epoch + 1 }, stored.ETag, default);
            }
        };
        Assert.Equal(ChunkResult.More, (await host.ProcessAsync(chunk)).Result);
        Assert.Equal(page, host.Vendor.Calls.Count);
        var row = await host.ChunkAsync(chunk);
        Assert.Equal((page - 1, 2L, WorkStatus.Running), (row.Page, row.Epoch, row.Status));

        Assert.Equal(ChunkResult.Done, (await host.ProcessAsync(chunk)).Result);
        Assert.Equal((3, 3L), ((await host.ChunkAsync(chunk)).Page, (await host.ChunkAsync(chunk)).Epoch));
        Assert.Equal(3, host.Vendor.Calls.Count);
        await host.AssertCleanAsync();
    }

    [Fact]
    public async Task A_holder_superseded_between_pages_writes_nothing_more()
    {
        await using var host = Open(3);
        var chunk = (await host.PlanAsync("r1", "acme", ["AAPL"])).Single();
        var writes = 0;
        host.Announced.Before = async (_, page) =>
        {
            if (page == 1)
            {
                var stored = (await host.Get<ChunkStore>().GetAsync(chunk, default))!;
                await host.Get<ChunkStore>().SaveAsync(stored.Row with { Epoch = stored.Row.Epoch + 1 }, stored.ETag, default);
                writes = host.Faults.Writes;
            }
        };
        Assert.Equal(ChunkResult.More, (await host.ProcessAsync(chunk)).Result);
        Assert.Equal(writes, host.Faults.Writes);
        Assert.Single(host.Vendor.Calls);
    }

    [Fact]
    public async Task A_used_up_time_budget_hands_the_chunk_back_and_the_next_call_carries_on()
    {
        await using var host = Open(3);
        host.Vendor.Before = (_, _, _) =>
        {
            host.Time.Advance(TimeSpan.FromSeconds(host.Bounds.ChunkSeconds));
            return Task.CompletedTask;
        };
        var chunk = (await host.PlanAsync("r1", "acme", ["AAPL"])).Single();
        for (var page = 1; page <= 2; page++)
        {
            Assert.Equal(new ChunkOutcome(ChunkResult.More), await host.ProcessAsync(chunk));
            var row = await host.ChunkAsync(chunk);
            Assert.Equal((page, page, WorkStatus.Running), (row.Page, row.Announced, row.Status));
            await host.AssertCleanAsync();
        }

        Assert.Equal(new ChunkOutcome(ChunkResult.Done), await host.ProcessAsync(chunk));
        Assert.Equal(3, host.Vendor.Calls.Count);
        Assert.Equal([1, 2, 3], host.Announced.Of(chunk));
        await host.AssertCleanAsync();
    }

    [Fact]
    public async Task A_wait_the_vendor_wants_is_passed_on_and_advances_nothing()
    {
        await using var host = Open(2);
        var until = IngestionHost.Start.AddMinutes(7);
        host.Vendor.Before = (_, call, _) => call == 2 ? throw new SourceWaitException("slow down", until) : Task.CompletedTask;
        var chunk = (await host.PlanAsync("r1", "acme", ["AAPL"])).Single();
        Assert.Equal(new ChunkOutcome(ChunkResult.Wait, until), await host.ProcessAsync(chunk));
        Assert.Equal(1, (await host.ChunkAsync(chunk)).Page);
        Assert.False((await host.ChunkAsync(chunk)).HasEnded);
        Assert.Equal(ChunkResult.Done, (await host.ProcessAsync(chunk)).Result);
        Assert.Equal(2, (await host.ChunkAsync(chunk)).Ledger.Accepted);
    }

    [Fact]
    public async Task A_refused_credential_stops_the_table_and_fails_the_chunk_with_the_reason()
    {
        await using var host = Open(2);
        host.Vendor.Before = (_, call, _) => call == 2 ? throw new SourceStoppedException("401 from wire") : Task.CompletedTask;
        var chunk = (await host.PlanAsync("r1", "acme", ["AAPL"])).Single();
        Assert.Equal(new ChunkOutcome(ChunkResult.Stopped, Reason: "401 from wire"), await host.ProcessAsync(chunk));
        var row = await host.ChunkAsync(chunk);
        Assert.Equal((WorkStatus.Failed, "401 from wire", 1, 1), (row.Status, row.Reason, row.Page, row.Announced));
        Assert.Equal(IngestionHost.Start, row.EndedAt);
        await host.AssertCleanAsync();
    }

    [Fact]
    public async Task A_credential_that_leads_nowhere_stops_the_table_without_a_call()
    {
        await using var host = Open(1);
        host.Secrets.Missing.Add("env:acme-wire");
        var chunk = (await host.PlanAsync("r1", "acme", ["AAPL"])).Single();
        var outcome = await host.ProcessAsync(chunk);
        Assert.Equal((ChunkResult.Stopped, "The environment has no 'env:acme-wire'."), (outcome.Result, outcome.Reason));
        Assert.Empty(host.Vendor.Calls);
    }

    [Fact]
    public async Task A_permanent_error_fails_that_chunk_alone()
    {
        await using var host = Open(1);
        host.Vendor.Before = (request, _, _) => request.Symbols[0] == "AAPL" ? throw new SourceException("404 from wire", false) : Task.CompletedTask;
        var chunks = await host.PlanAsync("r1", "acme", ["AAPL"], ["MSFT"]);
        Assert.Equal(new ChunkOutcome(ChunkResult.Done), await host.ProcessAsync(chunks[0]));
        Assert.Equal(new ChunkOutcome(ChunkResult.Done), await host.ProcessAsync(chunks[1]));
        Assert.Equal((WorkStatus.Failed, "404 from wire"), ((await host.ChunkAsync(chunks[0])).Status, (await host.ChunkAsync(chunks[0])).Reason));
        Assert.Equal(WorkStatus.Completed, (await host.ChunkAsync(chunks[1])).Status);
        await host.AssertCleanAsync();
    }

    [Fact]
    public async Task A_transient_error_is_for_the_caller_to_try_again_from_the_checkpoint()
    {
        await using var host = Open(2);
        host.Vendor.Before = (_, call, _) => call == 2 ? throw new SourceException("503 from wire", true) : Task.CompletedTask;
        var chunk = (await host.PlanAsync("r1", "acme", ["AAPL"])).Single();
        Assert.Equal("503 from wire", (await Assert.ThrowsAsync<SourceException>(() => host.ProcessAsync(chunk))).Message);
        Assert.Equal((1, WorkStatus.Running), ((await host.ChunkAsync(chunk)).Page, (await host.ChunkAsync(chunk)).Status));
        Assert.Equal(ChunkResult.Done, (await host.ProcessAsync(chunk)).Result);
        Assert.Equal([null, "1", "1"], host.Vendor.Calls.Select(c => c.Cursor));
    }

    [Fact]
    public async Task Pages_are_announced_after_their_checkpoint_in_order_and_again_where_the_row_does_not_say_so()
    {
        await using var host = Open(3);
        var chunk = (await host.PlanAsync("r1", "acme", ["AAPL"])).Single();
        var rows = new List<ChunkRow>();
        host.Announced.Before = async (row, page) =>
        {
            var stored = await host.ChunkAsync(chunk);
            rows.Add(stored);
            Assert.True(stored.Page >= page && stored.Announced < page && !stored.HasEnded);
            Assert.Equal(stored.Page, row.Page);
            if (page == 2 && rows.Count == 2)
            {
                throw new TimeoutException("nobody listens");
            }
        };
        await Assert.ThrowsAsync<TimeoutException>(() => host.ProcessAsync(chunk));
        Assert.Equal((2, 1), ((await host.ChunkAsync(chunk)).Page, (await host.ChunkAsync(chunk)).Announced));
        Assert.Equal(ChunkResult.Done, (await host.ProcessAsync(chunk)).Result);
        Assert.Equal([1, 2, 3], host.Announced.Of(chunk));
        Assert.All(rows, r => Assert.True(r.Announced <= r.Page));
        Assert.Equal(3, (await host.ChunkAsync(chunk)).Announced);
    }

    [Fact]
    public async Task Giving_a_chunk_up_announces_what_it_has_committed_first()
    {
        await using var host = Open(3);
        var chunk = (await host.PlanAsync("r1", "acme", ["AAPL"])).Single();
        host.Announced.Before = (_, page) => page == 2 && host.Announced.All.Count == 1 && host.Vendor.Calls.Count == 2
            ? throw new TimeoutException("nobody listens") : Task.CompletedTask;
        await Assert.ThrowsAsync<TimeoutException>(() => host.ProcessAsync(chunk));
        host.Announced.Before = (_, _) => Task.CompletedTask;
        await host.Get<ChunkFailure>().FailAsync(chunk, "given up", FailureKind.Cancelled, default);
        await host.Get<ChunkFailure>().FailAsync(chunk, "given up again", FailureKind.Cancelled, default);
        var row = await host.ChunkAsync(chunk);
        Assert.Equal((WorkStatus.Failed, "given up", 2, 2), (row.Status, row.Reason, row.Page, row.Announced));
        Assert.Equal([1, 2], host.Announced.Of(chunk));
        Assert.Equal(ChunkResult.Done, (await host.ProcessAsync(chunk)).Result);
        Assert.Equal(row, await host.ChunkAsync(chunk) with { Symbols = row.Symbols });
    }

    [Fact]
    public async Task A_pinned_page_is_never_asked_for_again()
    {
        await using var host = Open(1);
        var chunk = (await host.PlanAsync("r1", "acme", ["AAPL"])).Single();
        host.Faults.Before = (name, _) => name.StartsWith("items|", StringComparison.Ordinal) ? throw new CrashException() : Task.CompletedTask;
        await Assert.ThrowsAsync<CrashException>(() => host.ProcessAsync(chunk));
        await host.CloseAsync();
        host.Vendor.Pages = _ => [Page(99), Page(100)];
        host.Vendor.Before = (_, _, _) => throw new SourceStoppedException("401 from wire");
        Assert.Equal(ChunkResult.Done, (await host.ProcessAsync(chunk)).Result);
        Assert.Single(host.Vendor.Calls);
        Assert.NotNull(await host.Tables.GetAsync("items|acme|wire~2fnews", "n1", default));
        await host.AssertCleanAsync();
    }

    [Fact]
    public async Task A_lost_archive_fails_the_chunk_and_says_which_body()
    {
        await using var host = Open(1);
        var chunk = (await host.PlanAsync("r1", "acme", ["AAPL"])).Single();
        host.Faults.Before = (name, _) => name.StartsWith("items|", StringComparison.Ordinal) ? throw new CrashException() : Task.CompletedTask;
        await Assert.ThrowsAsync<CrashException>(() => host.ProcessAsync(chunk));
        await host.CloseAsync();
        var pinned = (await host.Get<ChunkStore>().PageAsync(chunk, 1, default))!;
        await host.Get<IBlobStore>().DeleteAsync(pinned.Blob, default);
        Assert.Equal(ChunkResult.Done, (await host.ProcessAsync(chunk)).Result);
        Assert.Contains(pinned.Blob, (await host.ChunkAsync(chunk)).Reason, StringComparison.Ordinal);
    }
}
