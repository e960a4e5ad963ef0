using System.Runtime.CompilerServices;
using System.Text;
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
    public async Task A_full_day_of_many_sources_is_folded_within_what_one_write_may_hold()
    {
        await using var host = new IngestionHost();
        var symbol = new string('S', 32);
        var trends = host.Get<TrendStore>();
        for (var source = 0; source < 9; source++)
        {
            // Chunks of which nothing is known are those of runs that retention has removed.
            for (var page = 1; page <= 40; page++)
            {
                var number = page;
                var minutes = page == 1 ? 1440 : 3;
                await trends.WriteAsync("acme", new($"r1|acme|wire~2fnews-{source}|000001", page), Enumerable.Range(0, minutes).Select(m => new CountedItem(symbol, new Item(
                    $"{number:D16}{m:D16}", $"wire/news-{source}", $"{number}-{m}", [symbol], "x", null, Noon.Date.AddMinutes(m).AddTicks(9_999_999), 1_000_000, 0, 0, "m", "c", 1))), [], default);
            }
        }

        var before = await BytesAsync(host, "acme", Day[0]);
        Assert.Equal((360, true, false), await FoldAllAsync(host));
        Assert.Equal(before, await BytesAsync(host, "acme", Day[0]));
        Assert.DoesNotContain(await host.RowsAsync("trends|acme|"), r => r.Split(' ')[1].StartsWith("p|", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_list_of_what_is_folded_goes_on_in_another_row_before_it_is_too_large()
    {
        await using var host = new IngestionHost();
        var trends = host.Get<TrendStore>();
        var item = new Item("i", "wire/news", "1", ["AAPL"], "x", null, Noon, 100_000, 200_000, 700_000, "m", "c", 1);
        var run = new string('r', 150);
        const int All = 2700;
        for (var page = 1; page <= All; page++)
        {
            await trends.WriteAsync("acme", new($"{run}|acme|wire~2fnews|000001", page), [new("AAPL", item)], [], default);
        }

        Assert.Equal((All, true, false), await FoldAllAsync(host));
        Assert.Equal(2, (await host.RowsAsync("trends|acme|")).Count(r => r.Split(' ')[1].StartsWith("f|AAPL|", StringComparison.Ordinal) && !r.Contains("|000000 ", StringComparison.Ordinal)));

        // Both lists are looked at: a page of either that is written again counts no second time.
        var before = await BytesAsync(host, "acme", Day[0]);
        await trends.WriteAsync("acme", new($"{run}|acme|wire~2fnews|000001", 1), [new("AAPL", item)], [], default);
        await trends.WriteAsync("acme", new($"{run}|acme|wire~2fnews|000001", All), [new("AAPL", item)], [], default);
        Assert.Equal(before, await BytesAsync(host, "acme", Day[0]));
        Assert.Equal((0, true, false), await FoldAllAsync(host));
        Assert.Equal(before, await BytesAsync(host, "acme", Day[0]));
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

        // The fold comes after the partials were read and before the rest, or between the list and what was folded.
        foreach (var kind in (string[])["f|", "m|"])
        {
            await story.BeginAsync();
            await story.DoAsync(Deed.Page, 0, [8, 9]);
            await story.CloseAsync();
            whole = await BytesAsync(host, "acme", Day[0]);
            var reader = new OvertakenReader(host.Get<ITableReader>(), kind, () => FoldAsync(host, "acme", Day[0]));
            var read = await TrendReader.DayAsync(reader, "acme", Day[0], null, Grain.Minute, host.Get<ChunkStore>().CommittedAsync, default);
            Assert.True(reader.IsOvertaken);
            Assert.Equal(whole, Encoding.UTF8.GetString(TrendBytes.Of(read)));
        }
    }

    private static Task<FoldResult> FoldAsync(IngestionHost host, string tenant, string day) => host.Get<Compaction>().FoldAsync(
        tenant, day, new PageStandings(host.Get<ChunkStore>(), host.Time.GetUtcNow()), new TimeBudget(host.Time, 30), default);

    private static async Task<(int, bool, bool)> FoldAllAsync(IngestionHost host)
    {
        for (var folded = 0; ;)
        {
            var result = await FoldAsync(host, "acme", Day[0]);
            folded += result.Folded;
            if (!result.HasMore)
            {
                return (folded, result.IsComplete, result.HasMore);
            }
        }
    }

    private static async Task<string> BytesAsync(IngestionHost host, string tenant, string day, Grain grain = Grain.Minute) => Encoding.UTF8.GetString(
        TrendBytes.Of(await TrendReader.DayAsync(host.Get<ITableReader>(), tenant, day, null, grain, host.Get<ChunkStore>().CommittedAsync, default)));

    /// <summary>Lets something happen just before rows of a kind are read for the first time.</summary>
    private sealed class OvertakenReader(ITableReader inner, string kind, Func<Task> before) : ITableReader
    {
        public bool IsOvertaken { get; private set; }

        public Task<TableRow?> GetAsync(string partition, string key, CancellationToken cancellationToken) => inner.GetAsync(partition, key, cancellationToken);

        public Task<IReadOnlyList<TableRow>> GetManyAsync(string partition, IReadOnlyCollection<string> keys, CancellationToken cancellationToken) =>
            inner.GetManyAsync(partition, keys, cancellationToken);

        public async IAsyncEnumerable<TableRow> QueryAsync(TableRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            if (!IsOvertaken && range.From.StartsWith(kind, StringComparison.Ordinal))
            {
                IsOvertaken = true;
                await before();
            }

            await foreach (var row in inner.QueryAsync(range, cancellationToken))
            {
                yield return row;
            }
        }
    }

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
                var counted = new List<(Item Item, string Symbol)>();
                await foreach (var row in host.Tables.QueryAsync(TableRange.Prefix(ItemStore.IndexPartition(tenant, day), "s|"), default))
                {
                    var hint = Rows.Read(row, RowJson.Default.Membership);
                    if (await host.Get<ChunkStore>().IsCommittedAsync(new(hint.Chunk, hint.Page), default))
                    {
                        var item = await host.Tables.GetAsync(ItemStore.Partition(tenant, hint.Table), ItemStore.Key(hint.SourceId), default);
                        counted.Add((Rows.Read(item!, RowJson.Default.Item), row.Key.Split('|')[1]));
                    }
                }

                await foreach (var row in host.Tables.QueryAsync(TableRange.Prefix(ItemStore.IndexPartition(tenant, day), "t|"), default))
                {
                    var hint = Rows.Read(row, RowJson.Default.Membership);
                    var item = Rows.Read((await host.Tables.GetAsync(ItemStore.Partition(tenant, hint.Table), ItemStore.Key(hint.SourceId), default))!, RowJson.Default.Item);
                    if (await host.Get<ChunkStore>().IsCommittedAsync(new(item.Chunk, item.Page), default))
                    {
                        counted.Add((item, TrendStore.AllItems));
                    }
                }

                Assert.Equal(Encoding.UTF8.GetString(TrendBytes.Of(counted, Grain.Minute)), await BytesAsync(host, tenant, day));
                Assert.Equal(Encoding.UTF8.GetString(TrendBytes.Of(counted, Grain.Hour)), await BytesAsync(host, tenant, day, Grain.Hour));
                foreach (var symbol in Symbols)
                {
                    var own = await TrendReader.DayAsync(host.Get<ITableReader>(), tenant, day, symbol, Grain.Minute, host.Get<ChunkStore>().CommittedAsync, default);
                    Assert.Equal(TrendBytes.Of(counted.Where(c => c.Symbol == symbol), Grain.Minute), TrendBytes.Of(own));
                }
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
