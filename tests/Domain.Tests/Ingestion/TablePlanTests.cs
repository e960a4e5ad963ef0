using CsCheck;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Ingestion.Tables;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Tests.Support;

namespace Sentiment.Domain.Tests.Ingestion;

public class TablePlanTests
{
    private static readonly DateTimeOffset Now = IngestionHost.Start;
    private static readonly Gen<string[]> Symbols = Gen.Int[0, 9].Select(i => "S" + i).Array[1, 8].Select(s => s.Distinct().ToArray());
    private static readonly Gen<SourceDescription> Sources = Gen.Select(
        Gen.Bool, Gen.Int[1, 4], Gen.Int[1, 5], Gen.Int[0, 100],
        (byDays, symbols, days, hours) => ScriptedVendor.Describe(
            axis: byDays ? ChunkAxis.SymbolDays : ChunkAxis.SymbolBatch, symbolsPerChunk: symbols, daysPerChunk: days, lookback: TimeSpan.FromHours(hours)));

    private static readonly Gen<Watermark?> Watermarks = Gen.Select(Gen.Bool, Gen.Int[-500, 5], Symbols,
        (some, hours, symbols) => some ? new Watermark(Now.AddHours(hours), symbols) : null);

    private static RunRow Run(DateTimeOffset? from = null, DateTimeOffset? to = null) => new(
        "r1", new([], [], from, to, "f"), Now, null, WorkStatus.Running, 1, new IngestionOptions(), OverlapPolicy.Skip);

    private static Tenant Tenant(params string[] symbols) => new("acme", "Acme", symbols, ["wire/news"], new Dictionary<string, string>());

    private static ChunkRow Ended(ChunkRow chunk, bool completed, DateTimeOffset? fetchedAt = null) =>
        chunk with { Status = completed ? WorkStatus.Completed : WorkStatus.Failed, FetchedAt = fetchedAt ?? Now };

    [Fact]
    public void A_new_table_begins_with_its_history()
    {
        var chunk = TablePlan.Of(Run(), Tenant("A", "B"), ScriptedVendor.Describe(symbolsPerChunk: 5), null).Single();
        Assert.Equal((Now.AddDays(-7), Now, CursorDate.Published, 1), (chunk.From, chunk.To, chunk.Window, chunk.Number));
        Assert.Equal(["A", "B"], chunk.Symbols);
    }

    [Fact]
    public void A_known_table_begins_its_lookback_before_the_watermark()
    {
        var source = ScriptedVendor.Describe(cursor: CursorDate.Crawled, lookback: TimeSpan.FromHours(1));
        var chunk = TablePlan.Of(Run(), Tenant("A"), source, new(Now.AddMinutes(-5), ["A"])).Single();
        Assert.Equal((Now.AddMinutes(-65), Now, CursorDate.Crawled), (chunk.From, chunk.To, chunk.Window));
    }

    [Fact]
    public void An_explicit_window_is_about_the_published_date_whatever_the_watermark()
    {
        var run = Run(Now.AddDays(-30), Now.AddDays(-29));
        var chunk = TablePlan.Of(run, Tenant("A"), ScriptedVendor.Describe(cursor: CursorDate.Crawled), new(Now, ["A"])).Single();
        Assert.Equal((Now.AddDays(-30), Now.AddDays(-29), CursorDate.Published), (chunk.From, chunk.To, chunk.Window));
    }

    [Fact]
    public void A_symbol_added_later_gets_a_history_of_its_own()
    {
        var plan = TablePlan.Of(Run(), Tenant("A", "NEW", "B"), ScriptedVendor.Describe(symbolsPerChunk: 5), new(Now.AddHours(-1), ["A", "B", "GONE"]));
        Assert.Equal([("NEW", Now.AddDays(-7)), ("A,B", Now.AddHours(-73))], plan.Select(c => (string.Join(',', c.Symbols), c.From)));
    }

    [Fact]
    public void Chunks_by_days_are_one_symbol_and_so_many_days()
    {
        var plan = TablePlan.Of(Run(), Tenant("A", "B"), ScriptedVendor.Describe(axis: ChunkAxis.SymbolDays, daysPerChunk: 3), null);
        Assert.Equal(
            [("A", -7.0, -4.0), ("A", -4, -1), ("A", -1, 0), ("B", -7, -4), ("B", -4, -1), ("B", -1, 0)],
            plan.Select(c => (c.Symbols.Single(), (c.From - Now).TotalDays, (c.To - Now).TotalDays)));
        Assert.Equal([1, 2, 3, 4, 5, 6], plan.Select(c => c.Number));
    }

    [Fact]
    public void With_nothing_to_do_there_is_no_chunk() =>
        Assert.Empty(TablePlan.Of(Run(), Tenant("A"), ScriptedVendor.Describe(), new(Now, ["A"])));

    [Fact]
    public void Every_symbol_is_planned_over_one_span_without_a_gap_or_an_overlap() =>
        Gen.Select(Sources, Symbols, Watermarks).Sample((source, symbols, watermark) =>
        {
            var plan = TablePlan.Of(Run(), Tenant(symbols), source, watermark);
            Assert.Equal(Enumerable.Range(1, plan.Count), plan.Select(c => c.Number));
            foreach (var symbol in symbols)
            {
                var own = plan.Where(c => c.Symbols.Contains(symbol)).ToList();
                var isKnown = watermark?.Symbols.Contains(symbol) == true;
                if (isKnown && watermark!.At >= Now)
                {
                    Assert.Empty(own);
                    continue;
                }

                Assert.Equal(isKnown ? watermark!.At - source.Lookback : Now.AddDays(-7), own[0].From);
                Assert.Equal(Now, own[^1].To);
                Assert.All(own.Zip(own.Skip(1)), pair => Assert.Equal(pair.First.To, pair.Second.From));
                Assert.All(own, c => Assert.True(c.From < c.To && c.Symbols.Count <= source.SymbolsPerChunk));
            }
        });

    [Fact]
    public void A_watermark_goes_forward_only_up_to_the_first_gap_of_a_known_symbol_and_never_past_a_fetch() =>
        Gen.Select(Sources, Symbols, Watermarks, Gen.Bool.Array[200], Gen.Int[-3, 3].Array[200]).Sample((source, symbols, watermark, completed, fetched) =>
        {
            var plan = TablePlan.Of(Run(), Tenant(symbols), source, watermark)
                .Select((c, i) => Ended(c, completed[i % 200], Now.AddHours(fetched[i % 200]))).ToList();
            var next = TablePlan.Advance(watermark, symbols, plan);
            if (plan.Count == 0)
            {
                Assert.Equal(watermark, next);
                return;
            }

            if (next is null)
            {
                Assert.True(watermark is null && plan.Any(c => c.Status == WorkStatus.Failed));
                return;
            }

            Assert.True(watermark is null || next.At >= watermark.At, "it never goes back");
            var moved = watermark is null || next.At > watermark.At;
            foreach (var symbol in next.Symbols.Where(_ => moved))
            {
                foreach (var chunk in plan.Where(c => c.Symbols.Contains(symbol)))
                {
                    Assert.True(chunk.Status == WorkStatus.Completed || chunk.From >= next.At, "it stops at a failed chunk");
                    Assert.True(chunk.Status != WorkStatus.Completed || chunk.To < next.At || chunk.FetchedAt >= next.At || chunk.To <= chunk.FetchedAt, "it never passes a fetch");
                }
            }

            var failedNew = plan.Where(c => c.Status == WorkStatus.Failed).SelectMany(c => c.Symbols)
                .Where(s => watermark is not null && !watermark.Symbols.Contains(s));
            Assert.Empty(next.Symbols.Intersect(failedNew));
        });

    [Fact]
    public void The_watermark_of_a_run_that_completed_is_its_end()
    {
        var plan = TablePlan.Of(Run(), Tenant("A"), ScriptedVendor.Describe(axis: ChunkAxis.SymbolDays), null).Select(c => Ended(c, true)).ToList();
        var next = TablePlan.Advance(null, ["A"], plan)!;
        Assert.Equal(Now, next.At);
        Assert.Equal(["A"], next.Symbols);
    }

    [Fact]
    public void A_failed_first_day_leaves_no_watermark_and_a_failed_later_day_stops_it_there()
    {
        var plan = TablePlan.Of(Run(), Tenant("A"), ScriptedVendor.Describe(axis: ChunkAxis.SymbolDays), null);
        Assert.Null(TablePlan.Advance(null, ["A"], [.. plan.Select(c => Ended(c, c.Number != 1))]));
        Assert.Equal(Now.AddDays(-4), TablePlan.Advance(null, ["A"], [.. plan.Select(c => Ended(c, c.Number is not (4 or 6)))])!.At);
    }

    [Theory]
    [InlineData(59, 0)]
    [InlineData(60, 1)]
    public void A_stream_is_asked_no_more_often_than_is_worth_it(int minutes, int chunks) => Assert.Equal(
        chunks, TablePlan.Of(Run(), Tenant("A"), ScriptedVendor.Describe() with { Interval = TimeSpan.FromHours(1) }, new(Now.AddMinutes(-minutes), ["A"])).Count);

    [Fact]
    public void Whoever_was_left_the_longest_goes_first()
    {
        var watermark = new Watermark(Now.AddHours(-9), ["A", "B", "C"]) { Ahead = new Dictionary<string, DateTimeOffset> { ["A"] = Now.AddHours(-1), ["C"] = Now.AddHours(-4) } };
        var plan = TablePlan.Of(Run(), Tenant("A", "B", "C"), ScriptedVendor.Describe(axis: ChunkAxis.SymbolDays, lookback: TimeSpan.FromHours(1)), watermark);
        Assert.Equal([("B", -10.0), ("C", -5), ("A", -2)], plan.Select(c => (c.Symbols.Single(), (c.From - Now).TotalHours)));
    }

    [Fact]
    public void A_chunk_left_for_later_holds_back_its_own_symbols_alone()
    {
        var source = ScriptedVendor.Describe(axis: ChunkAxis.SymbolDays, daysPerChunk: 30, lookback: TimeSpan.Zero);
        var first = TablePlan.Advance(null, ["A", "B", "C"],
            [.. TablePlan.Of(Run(), Tenant("A", "B", "C"), source, null).Select(c => c.Symbols[0] == "C" ? c with { Status = WorkStatus.Deferred } : Ended(c, true))])!;
        Assert.Equal((Now, Now, null), (first.Of("A"), first.Of("B"), first.Of("C")));

        // An hour later C has its turn and B is left.
        var later = Run() with { StartedAt = Now.AddHours(1) };
        var plan = TablePlan.Of(later, Tenant("A", "B", "C"), source, first);
        Assert.Equal(["C", "A", "B"], plan.Select(c => c.Symbols[0]));
        var second = TablePlan.Advance(first, ["A", "B", "C"],
            [.. plan.Select(c => c.Symbols[0] == "B" ? c with { Status = WorkStatus.Deferred } : Ended(c, true, later.StartedAt))])!;
        Assert.Equal((Now, Now.AddHours(1), Now, Now.AddHours(1)), (second.At, second.Of("A"), second.Of("B"), second.Of("C")));
        Assert.Equal("B", TablePlan.Of(later with { StartedAt = Now.AddHours(2) }, Tenant("A", "B", "C"), source, second)[0].Symbols[0]);
    }

    [Fact]
    public void Chunks_grow_where_little_comes_and_shrink_where_much_does_within_their_bounds()
    {
        var source = ScriptedVendor.Describe(axis: ChunkAxis.SymbolDays, daysPerChunk: 7) with { MostDaysPerChunk = 28 };
        Assert.Equal(7, ChunkSize.Of(source, null, 100).Days);
        Assert.Equal(28, ChunkSize.Of(source, new(1, 500, 0.1), 100).Days);
        Assert.Equal(20, ChunkSize.Of(source, new(100, 500, 0.1), 100).Days);
        Assert.Equal(1, ChunkSize.Of(source, new(50_000, 500, 0.1), 100).Days);
        Assert.Equal(4, ChunkSize.Of(source, new(100, 10_000, 0.1), 100).Days);
        var paged = ScriptedVendor.Describe(symbolsPerChunk: 10) with { PageSize = 1000, MostSymbolsPerChunk = 50 };
        Assert.Equal(50, ChunkSize.Of(paged, new(10, 500, 0.1), 7).Symbols);
        Assert.Equal(14, ChunkSize.Of(paged, new(100, 500, 0.1), 7).Symbols);
        Assert.Equal(2, ChunkSize.Of(paged, new(100, 500, 30), 7).Symbols);
    }

    [Fact]
    public void Calls_are_reckoned_from_what_came_of_late()
    {
        var paged = ScriptedVendor.Describe(symbolsPerChunk: 10, lookback: TimeSpan.Zero) with { PageSize = 1000, PageOverlap = 10 };
        var watermark = new Watermark(Now.AddDays(-1), ["A", "B"]) { Pace = new(1200, 500, 0.1) };
        var chunk = TablePlan.Of(Run(), Tenant("A", "B"), paged, watermark).Single();
        Assert.Equal((3, 2400), (chunk.PlannedCalls, chunk.PlannedRecords));
        var next = TablePlan.Advance(watermark, ["A", "B"], [Ended(chunk, true) with { Page = 3, Ledger = new(1000, 400, 0, 600), Bytes = 2_000_000, Milliseconds = 600 }])!;
        Assert.Equal((1160, 600, 0.12), (next.Pace!.RecordsPerSymbolDay, next.Pace.BytesPerRecord, Math.Round(next.Pace.SecondsPerPage, 3)));
    }

    [Fact]
    public async Task Planning_again_changes_nothing()
    {
        await using var host = new IngestionHost();
        var chunk = (await host.PlanAsync("r1", "acme", ["AAPL"])).Single();
        await host.ProcessAsync(chunk);
        var before = await host.RowsAsync();
        var row = await host.ChunkAsync(chunk);
        await host.Get<ChunkStore>().PlanAsync([row with { Status = WorkStatus.Pending, Page = 0 }], default);
        Assert.Equal(before, await host.RowsAsync());
    }
}
