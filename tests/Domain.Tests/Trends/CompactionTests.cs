using CsCheck;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Pages;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Items;
using Sentiment.Domain.Retention;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tests.Support;
using Sentiment.Domain.Trends;

namespace Sentiment.Domain.Tests.Trends;

public class CompactionTests
{
    private static readonly DateTimeOffset Noon = IngestionHost.Start.AddDays(-1);
    private static readonly string[] Symbols = ["AAPL", "MSFT"];
    private static readonly string[] Day = ["20300109", "20300110"];

    // What happens to a chunk: a page of some items, committed, tried twice or left without its checkpoint; an earlier page
    // written again by a holder that was overtaken; the chunk's end, well or not; a fold.
    private enum Deed { Page, Twice, Uncommitted, Stale, End, Fail, Fold }

    private static readonly Deed[] Often = [Deed.Page, Deed.Page, Deed.Page, Deed.Twice, Deed.Uncommitted, Deed.Stale, Deed.Stale, Deed.End, Deed.Fail, Deed.Fold, Deed.Fold];

    private static readonly Gen<(Deed Deed, int Chunk, int[] Items)[]> Deeds = Gen.Select(
        Gen.Int[0, Often.Length - 1].Select(i => Often[i]),
        Gen.Int[0, 2], Gen.Int[0, 11].Array[1, 5]).Array[4, 24];

    [Fact]
    public async Task Whatever_happens_in_whatever_order_bars_equal_a_recount_of_the_items_to_the_byte()
    {
        await using var host = new IngestionHost();
        var number = 0;
        await Gen.Select(Deeds, Deeds).SampleAsync(async (first, second) =>
        {
            var tenant = $"t{Interlocked.Increment(ref number)}";
            var story = new Story(host, tenant);
            foreach (var deeds in (IReadOnlyList<(Deed, int, int[])>[])[first, second])
            {
                await story.BeginAsync();
                foreach (var (deed, chunk, items) in deeds)
                {
                    await story.DoAsync(deed, chunk, items);
                    await story.CheckAsync();
                }

                await story.CloseAsync();
                await story.DoAsync(Deed.Fold, 0, []);
                await story.CheckAsync();
            }
        }, iter: 60, threads: 1);
    }

    [Fact]
    public async Task A_full_segment_and_its_list_stay_within_one_write()
    {
        await using var host = new IngestionHost();
        var chunk = (await host.PlanAsync("r1", "acme", ["AAPL"])).Single();
        var stored = await host.Get<ChunkStore>().GetAsync(chunk, default);
        var trends = host.Get<TrendStore>();
        Item At(int page, int minute) => new(
            $"{page:D16}{minute:D16}", "wire/news", $"{page}-{minute}", ["AAPL"], "x", null, Noon.Date.AddMinutes(minute), 100_000, 200_000, 700_000, "m", "c", 1);

        // Large partials nearly fill the segment; then many that fall into buckets it has already, so that only its list grows.
        const int Large = 8, All = 1500;
        for (var page = 1; page <= All; page++)
        {
            var number = page;
            var minutes = page < Large ? 1440 : page == Large ? 1000 : 1;
            await trends.WriteAsync(
                "acme", new(chunk.ToString(), page), [.. Enumerable.Range(0, minutes).Select(m => (At(number, m), $"S{Math.Min(number, Large)}", true))], [], default);
        }

        await host.Get<ChunkStore>().SaveAsync(stored!.Row with { Status = WorkStatus.Completed, Page = All, EndedAt = IngestionHost.Start.AddHours(-1) }, stored.ETag, default);
        var before = await BytesAsync(host, "acme", Day[0]);
        var folded = 0;
        for (var result = await FoldAsync(host, "acme", Day[0]); ; result = await FoldAsync(host, "acme", Day[0]))
        {
            folded += result.Folded;
            if (!result.HasMore)
            {
                break;
            }
        }

        Assert.Equal(All, folded);
        Assert.Equal(before, await BytesAsync(host, "acme", Day[0]));
    }

    [Fact]
    public async Task A_day_larger_than_a_write_is_folded_into_several_segments_and_a_reader_sees_one_day()
    {
        await using var host = new IngestionHost();
        var chunk = (await host.PlanAsync("r1", "acme", ["AAPL"])).Single();
        var stored = await host.Get<ChunkStore>().GetAsync(chunk, default);
        var trends = host.Get<TrendStore>();
        for (var page = 1; page <= 20; page++)
        {
            var number = page;
            await trends.WriteAsync("acme", new(chunk.ToString(), page), [.. Enumerable.Range(0, 1440).Select(minute => (new Item(
                $"{number:D16}{minute:D16}", "wire/news", $"{number}-{minute}", ["AAPL"], "x", null, Noon.Date.AddMinutes(minute), 100_000, 200_000, 700_000, "m", "c", 1), $"S{number}", true))], [], default);
        }

        await host.Get<ChunkStore>().SaveAsync(stored!.Row with { Status = WorkStatus.Completed, Page = 20, EndedAt = IngestionHost.Start.AddHours(-1) }, stored.ETag, default);
        var before = await BytesAsync(host, "acme", Day[0]);
        var result = await FoldAsync(host, "acme", Day[0]);
        Assert.Equal((20, true, false), (result.Folded, result.IsComplete, result.HasMore));
        Assert.Equal(before, await BytesAsync(host, "acme", Day[0]));
        var keys = (await host.RowsAsync("trends|acme|")).Select(r => r.Split(' ')[1][..2]).ToList();
        Assert.True(keys.Count(k => k == "f|") > 1);
        Assert.DoesNotContain("p|", keys);
    }

    [Fact]
    public async Task A_reader_that_is_overtaken_by_a_fold_reads_again()
    {
        await using var host = new IngestionHost();
        var story = new Story(host, "acme");
        await story.BeginAsync();
        await story.DoAsync(Deed.Page, 0, [0, 1, 2, 3]);
        await story.DoAsync(Deed.Page, 1, [4, 5, 6, 7]);
        await story.CloseAsync();
        var whole = await BytesAsync(host, "acme", Day[0]);
        var folded = false;
        var read = await TrendStore.DayAsync(host.Get<ITableReader>(), "acme", Day[0], async _ =>
        {
            if (!folded)
            {
                folded = true;
                await FoldAsync(host, "acme", Day[0]);
            }

            return true;
        }, default);
        Assert.Equal(whole, Bytes(read.Values));
    }

    private static Task<FoldResult> FoldAsync(IngestionHost host, string tenant, string day) => host.Get<Compaction>().FoldAsync(
        tenant, day, new PageStandings(host.Get<ChunkStore>(), host.Time.GetUtcNow()), new TimeBudget(host.Time, 30), default);

    private static string Bytes(IEnumerable<Bucket> buckets) => System.Text.Encoding.UTF8.GetString(
        Rows.Write([.. buckets.OrderBy(b => b.Symbol, StringComparer.Ordinal).ThenBy(b => b.Minute)], RowJson.Default.ListBucket));

    private static async Task<string> BytesAsync(IngestionHost host, string tenant, string day) => Bytes((await TrendStore.DayAsync(
        host.Get<ITableReader>(), tenant, day, async s => await host.Get<ChunkStore>().IsCommittedAsync(s, default), default)).Values);

    /// <summary>Runs of one tenant, one after the other, each with three chunks.</summary>
    private sealed class Story(IngestionHost host, string tenant)
    {
        private readonly List<(ChunkRow Row, int Page, int[] Items)> _committed = [];
        private IReadOnlyList<ChunkId> _chunks = [];
        private int _runs;

        public async Task BeginAsync() => _chunks = await host.PlanAsync($"{tenant}-r{++_runs}", tenant, Symbols, Symbols, Symbols);

        public async Task DoAsync(Deed deed, int number, int[] items)
        {
            if (deed == Deed.Fold)
            {
                foreach (var day in Day)
                {
                    await FoldAsync(host, tenant, day);
                }
            }
            else if (deed == Deed.Stale)
            {
                if (_committed.Count > 0)
                {
                    await WriteStaleAsync(_committed[((number * 5) + items[0]) % _committed.Count]);
                }
            }
            else if (await host.Get<ChunkStore>().GetAsync(_chunks[number], default) is { Row.HasEnded: false } held)
            {
                await DoAsync(deed, held, items);
            }
        }

        public async Task CloseAsync()
        {
            for (var chunk = 0; chunk < _chunks.Count; chunk++)
            {
                await DoAsync(Deed.End, chunk, []);
            }
        }

        /// <summary>Bars are what the memberships of committed pages give, counted anew.</summary>
        public async Task CheckAsync()
        {
            foreach (var day in Day)
            {
                var counted = new List<(Item, string)>();
                await foreach (var row in host.Tables.QueryAsync(TableRange.Prefix(ItemStore.IndexPartition(tenant, day), "s|"), default))
                {
                    var hint = Rows.Read(row, RowJson.Default.Membership);
                    if (await host.Get<ChunkStore>().IsCommittedAsync(new(hint.Chunk, hint.Page), default))
                    {
                        var item = await host.Tables.GetAsync(ItemStore.Partition(tenant, hint.Table), ItemStore.Key(hint.SourceId), default);
                        counted.Add((Rows.Read(item!, RowJson.Default.Item), row.Key.Split('|')[1]));
                    }
                }

                Assert.Equal(Bytes(TrendStore.Pack(counted)), await BytesAsync(host, tenant, day));
            }
        }

        private async Task DoAsync(Deed deed, Stored<ChunkRow> held, int[] items)
        {
            var chunks = host.Get<ChunkStore>();
            switch (deed)
            {
                case Deed.End or Deed.Fail:
                    await chunks.SaveAsync(held.Row with
                    {
                        Status = deed == Deed.End ? WorkStatus.Completed : WorkStatus.Failed,
                        EndedAt = host.Time.GetUtcNow() - ChunkRow.Grace,
                    }, held.ETag, default);
                    break;
                case Deed.Uncommitted:
                    // The page is pinned, so a redo has the same records; here the chunk then fails.
                    await WriteAsync(held.Row, held.Row.Page + 1, items);
                    await DoAsync(Deed.Fail, held, []);
                    break;
                default:
                    for (var tries = deed == Deed.Twice ? 2 : 1; tries > 0; tries--)
                    {
                        await WriteAsync(held.Row, held.Row.Page + 1, items);
                    }

                    await chunks.SaveAsync(held.Row with { Page = held.Row.Page + 1 }, held.ETag, default);
                    _committed.Add((held.Row, held.Row.Page + 1, items));
                    break;
            }
        }

        private async Task WriteStaleAsync((ChunkRow Row, int Page, int[] Items) page)
        {
            try
            {
                await WriteAsync(page.Row, page.Page, page.Items);
            }
            catch (ChunkSupersededException)
            {
                // It met rows of a page of another run, which are not its to take over.
            }
        }

        // An item's date and symbols follow from its number, so that it is the same whenever it comes.
        private Task<CommittedPage> WriteAsync(ChunkRow chunk, int page, int[] items) => host.Get<PageCommitter>().CommitAsync(
            chunk, page, IngestionHost.Start, [.. items.Select(i => new SourceRecord(
                $"i{i}", $"Headline {i}", null, Noon.AddHours(4 * (i % 6)).AddSeconds(20 * (i % 4)), null, [.. Symbols.Where((_, s) => (i + page + s) % 3 != 0)], default))], isNew: false, default);
    }
}
