using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Pages;
using Sentiment.Domain.Items;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tests.Support;

namespace Sentiment.Domain.Tests.Ingestion;

public class PageTests
{
    private static readonly DateTimeOffset Noon = IngestionHost.Start.AddDays(-1);

    private static Told News(string id, int minute = 0, params string[] symbols) =>
        new(id, $"Headline {id}", Noon.AddMinutes(minute), symbols.Length == 0 ? ["AAPL"] : symbols);

    private static SortedPage Sort(params Told[] records)
    {
        var vendor = new ScriptedVendor(ScriptedVendor.Describe(), TimeProvider.System);
        var chunk = new ChunkRow
        {
            Run = "r",
            Tenant = "acme",
            Table = "wire/news",
            Number = 1,
            Symbols = ["AAPL", "MSFT"],
            From = Noon.AddHours(-1),
            To = Noon.AddHours(1),
            Window = CursorDate.Published,
        };
        var bytes = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new { Records = records, Next = (string?)null });
        var page = vendor.Parse(new(["AAPL"], Noon, Noon, CursorDate.Published, null, null), new(bytes, Noon));
        return SortedPage.Of(page.Records, chunk, Noon);
    }

    [Fact]
    public void Each_invalid_record_has_a_reason_that_names_the_field()
    {
        var page = Sort(
            new(null, "no id", Noon, []), new(" ", "blank id", Noon, []), new(new string('x', 1025), "long id", Noon, []),
            new("no-title", null, Noon, []), new("blank-title", " ", Noon, []), new("long-title", new string('ü', 32_769), Noon, []),
            new("no-date", "title", null, []), new("ahead", "title", Noon.AddHours(24).AddTicks(1), []));
        Assert.Equal(
            ["id: missing", "id: missing", "id: at most 1024 characters expected", "title: a text of 1 to 65,536 bytes expected, found none",
             "title: a text of 1 to 65,536 bytes expected, found none", "title: a text of 1 to 65,536 bytes expected, found 65538",
             "published date: missing or not readable", "published date: 2030-01-10T12:00:00.0000001Z is more than 24 h ahead"],
            page.Invalid.Values.Select(i => i.Reason));
        Assert.Empty(page.Valid);
        Assert.Equal(0, page.Skipped + page.Repeats);
    }

    [Fact]
    public void A_text_of_exactly_64_KB_and_a_date_of_exactly_24_hours_ahead_are_valid()
    {
        var page = Sort(new("long", new string('ü', 32_768), Noon, []), new("ahead", "title", Noon.AddHours(24), []));
        Assert.Empty(page.Invalid);
        Assert.Equal(1, page.Skipped);
        Assert.Equal(["long"], page.Valid.Keys);
    }

    [Fact]
    public void The_window_takes_its_start_and_leaves_its_end_out()
    {
        var page = Sort(News("start", -60), News("before", -61), News("last", 59), News("end", 60));
        Assert.Equal(["start", "last"], page.Valid.Keys);
        Assert.Equal(2, page.Skipped);
    }

    [Fact]
    public void Repeats_in_a_page_are_duplicates_whose_watched_symbols_join()
    {
        var page = Sort(
            News("a", 0, "AAPL", "TSLA"), News("a", 5, "MSFT"), News("a", 6, "AAPL"), new(null, "same", Noon, []), new(null, "same", Noon, []));
        Assert.Equal(3, page.Repeats);
        Assert.Equal(["AAPL", "MSFT"], page.Valid["a"].Symbols);
        Assert.Equal(Noon, page.Valid["a"].Record.PublishedAt);
        Assert.Single(page.Invalid);
    }

    [Fact]
    public void A_crawl_window_looks_at_the_crawl_date_where_there_is_one()
    {
        var record = new SourceRecord("a", "t", null, Noon.AddDays(-3), Noon, [], default);
        Assert.True(RecordRules.IsInWindow(record, CursorDate.Crawled, Noon, Noon.AddTicks(1)));
        Assert.False(RecordRules.IsInWindow(record, CursorDate.Published, Noon, Noon.AddTicks(1)));
        Assert.False(RecordRules.IsInWindow(record with { CrawledAt = null }, CursorDate.Crawled, Noon, Noon.AddTicks(1)));
    }

    [Fact]
    public async Task Every_record_of_a_page_is_in_the_ledger_once()
    {
        await using var host = new IngestionHost();
        host.Vendor.Pages = _ => [[
            News("a"), News("b", 1), News("a"), new("old", "too old", Noon.AddDays(-30), ["AAPL"]), new("bad", null, Noon, ["AAPL"]), new(null, "x", Noon, [])]];
        var chunk = (await host.PlanAsync("r1", "acme", ["AAPL"])).Single();
        Assert.Equal(ChunkResult.Done, (await host.ProcessAsync(chunk)).Result);

        var ledger = (await host.ChunkAsync(chunk)).Ledger;
        Assert.Equal(new Ledger(2, 1, 2, 1), ledger);
        Assert.Equal(5, ledger.Read);
        var findings = await host.VerifyAsync();
        Assert.Empty(findings.Problems);
        Assert.Equal((2, 2, 2, 0), (findings.Items, findings.Memberships, findings.Quarantined, findings.InFlight));
    }

    [Fact]
    public async Task An_item_is_stored_complete()
    {
        await using var host = new IngestionHost();
        host.Vendor.Pages = _ => [[News("42", 3, "MSFT", "AAPL", "TSLA")]];
        var chunk = (await host.PlanAsync("r1", "acme", ["AAPL", "MSFT"])).Single();
        await host.ProcessAsync(chunk);

        var score = host.Scorer.Score("Headline 42");
        var item = (await ItemsAsync(host)).Single();
        Assert.Equal(
            new Item(Item.IdOf("acme", "wire/news", "42"), "wire/news", "42", item.Symbols, "Headline 42", "https://wire.example/42", Noon.AddMinutes(3),
                score.Negative, score.Neutral, score.Positive, "letters@00000001", chunk.ToString(), 1), item);
        Assert.Equal(["AAPL", "MSFT"], item.Symbols);
        Assert.Matches("^[0-9a-f]{32}$", item.Id);
    }

    [Fact]
    public async Task Committing_a_page_again_changes_nothing_and_gives_the_same_ledger()
    {
        await using var host = new IngestionHost();
        host.Vendor.Pages = _ => [[News("a"), News("b", 1400), News("a"), new("bad", null, Noon, ["AAPL"])]];
        var chunk = (await host.PlanAsync("r1", "acme", ["AAPL"])).Single();
        var (row, records) = (await host.ChunkAsync(chunk), await RecordsAsync(host, chunk));
        var committer = host.Get<PageCommitter>();
        var first = await committer.CommitAsync(row, 1, IngestionHost.Start, records, true, default);
        var rows = await host.RowsAsync();

        host.Scorer.Model = "other@00000002";
        host.Scorer.Shift = 1000;
        var second = await committer.CommitAsync(row, 1, IngestionHost.Start, records, false, default);
        Assert.Equal((new Ledger(2, 1, 1, 0), 2), (first.Ledger, first.Inserted));
        Assert.Equal((first.Ledger, 0), (second.Ledger, second.Inserted));
        Assert.Equal(new Dictionary<string, long> { ["title"] = 1 }, second.Reasons);
        Assert.Equal(rows, await host.RowsAsync());
    }

    [Fact]
    public async Task The_same_item_under_another_chunks_symbol_is_a_duplicate_with_its_own_membership()
    {
        await using var host = new IngestionHost();
        host.Vendor.Pages = request => [[News("a", 0, "AAPL", "MSFT"), News(request.Symbols[0], 1, request.Symbols[0])]];
        var chunks = await host.PlanAsync("r1", "acme", ["AAPL"], ["MSFT"]);
        await host.ProcessAsync(chunks[0]);
        Assert.Equal(["AAPL"], (await ItemsAsync(host)).Single(i => i.SourceId == "a").Symbols);
        await host.ProcessAsync(chunks[1]);

        Assert.Equal(new Ledger(2, 0, 0, 0), (await host.ChunkAsync(chunks[0])).Ledger);
        Assert.Equal(new Ledger(1, 1, 0, 0), (await host.ChunkAsync(chunks[1])).Ledger);
        var item = (await ItemsAsync(host)).Single(i => i.SourceId == "a");
        Assert.Equal(["AAPL", "MSFT"], item.Symbols);
        Assert.Equal(chunks[0].ToString(), item.Chunk);
        Assert.Equal(["MSFT", "a"], (await ItemsAsync(host, "MSFT")).Select(i => i.SourceId));
        var findings = await host.VerifyAsync();
        Assert.Empty(findings.Problems);
        Assert.Equal((3, 4), (findings.Items, findings.Memberships));
    }

    [Fact]
    public async Task A_later_version_of_an_item_leaves_the_first_one_standing()
    {
        await using var host = new IngestionHost();
        host.Vendor.Pages = _ => [[News("a")]];
        var chunks = await host.PlanAsync("r1", "acme", ["AAPL"], ["AAPL"]);
        await host.ProcessAsync(chunks[0]);
        host.Vendor.Pages = _ => [[new("a", "Corrected", Noon.AddDays(-1), ["AAPL"])]];
        await host.ProcessAsync(chunks[1]);
        var item = (await ItemsAsync(host)).Single();
        Assert.Equal(("Headline a", Noon), (item.Title, item.PublishedAt));
        Assert.Equal(new Ledger(0, 1, 0, 0), (await host.ChunkAsync(chunks[1])).Ledger);
        await host.AssertCleanAsync();
    }

    [Fact]
    public async Task A_page_of_more_records_than_a_write_takes_is_committed_whole()
    {
        await using var host = new IngestionHost();
        host.Vendor.Pages = _ => [[.. Enumerable.Range(0, 1234).Select(i => News($"n{i}", -i, "AAPL", "MSFT"))]];
        var chunk = (await host.PlanAsync("r1", "acme", ["AAPL", "MSFT"])).Single();
        await host.ProcessAsync(chunk);
        Assert.Equal(1234, (await host.ChunkAsync(chunk)).Ledger.Accepted);
        var findings = await host.VerifyAsync();
        Assert.Empty(findings.Problems);
        Assert.Equal((1234, 2468), (findings.Items, findings.Memberships));
    }

    [Fact]
    public async Task Ids_of_any_characters_and_length_stay_different()
    {
        await using var host = new IngestionHost();
        var ids = new[] { "a|b", "a~7cb", "A", "a", "ä", new string('x', 1024), new string('x', 1023) + "y", "a/b", "a b" };
        host.Vendor.Pages = _ => [[.. ids.Select(id => News(id))]];
        var chunk = (await host.PlanAsync("r1", "acme", ["AAPL"])).Single();
        await host.ProcessAsync(chunk);
        Assert.Equal(ids.Order(StringComparer.Ordinal), (await ItemsAsync(host)).Select(i => i.SourceId).Order(StringComparer.Ordinal));
        await host.AssertCleanAsync();
    }

    private static async Task<IReadOnlyList<SourceRecord>> RecordsAsync(IngestionHost host, ChunkId chunk)
    {
        var row = await host.ChunkAsync(chunk);
        var request = new PageRequest(row.Symbols, row.From, row.To, row.Window, null, null);
        return host.Vendor.Parse(request, await host.Vendor.FetchAsync(request, default)).Records;
    }

    private static async Task<IReadOnlyList<Item>> ItemsAsync(IngestionHost host, string? symbol = null) => await ItemList.AllAsync(
        host.Get<ITableReader>(), new("acme") { Symbols = symbol is null ? [] : [symbol], From = Noon.AddDays(-10), To = Noon.AddDays(10) }, default).ToListAsync();
}
