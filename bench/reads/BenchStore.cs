using System.Globalization;
using System.Threading.Channels;
using Sentiment.Adapters.Sqlite;
using Sentiment.Benches;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Pages;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Items;
using Sentiment.Domain.Metrics;
using Sentiment.Domain.Prices;
using Sentiment.Domain.Retention;
using Sentiment.Domain.Scoring;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Trends;
using Sentiment.LocalHost;

namespace Sentiment.ReadBench;

/// <summary>A store of many items, written by the product's own page commit: 500 tenants of 50 symbols.</summary>
internal static class BenchStore
{
    public const int Tenants = 500;
    public const int SymbolsEach = 50;
    public const string Dense = "dense";
    private const string Run = "20260101T000000000Z-bench000";
    private const int PerPage = 1000;
    private static readonly string[] Tables = ["tiingo/news", "finnhub/company-news"];
    private static readonly string[] Tags = [.. Enumerable.Range(0, 40).Select(t => $"tag{t}")];

    public static TenantRoster Roster { get; } = new(
        [.. Enumerable.Range(0, Tenants).Select(t => Of($"tenant-{t:000}", [.. Enumerable.Range(0, SymbolsEach).Select(s => Symbol(t, s))])), Of(Dense, ["DENSE"])], "bench");

    public static string Symbol(int tenant, int symbol) => FormattableString.Invariant($"T{tenant:000}S{symbol:00}");

    /// <summary>Writes all of it over a span of days; the last day stays as pages left it, the others are folded, as an hour's work would.</summary>
    public static async Task FillAsync(string folder, int items, int span, DateTimeOffset now)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Services.AddPipeline(builder.Configuration, folder);
        builder.Services.AddSingleton<HeldTables>().AddSingleton<ITableStore>(p => p.GetRequiredService<HeldTables>()).AddSingleton<ITableReader>(p => p.GetRequiredService<HeldTables>());
        builder.Services.AddSingleton<ISentimentScorer, LetterScorer>();
        await using var services = builder.Services.BuildServiceProvider();
        var held = services.GetRequiredService<HeldTables>();

        // The product makes its file.
        var file = services.GetRequiredService<SqliteTableStore>();
        await file.WriteAsync("bench", [TableWrite.Upsert("made", Rows.Version, "1"u8.ToArray())], default);
        await file.DisposeAsync();
        var full = Channel.CreateBounded<List<IReadOnlyList<TableRow>>>(2);
        var writing = Task.Run(async () =>
        {
            using var bulk = new BulkRows(Path.Combine(folder, "tables.db"));
            await foreach (var rows in full.Reader.ReadAllAsync())
            {
                bulk.Put(rows);
            }
        });
        var random = new Random(20260101);
        await services.GetRequiredService<RunStore>().TryCreateAsync(
            new(Run, new([], [], null, null, "bench"), now.AddDays(-1), null, WorkStatus.Running, Tenants, new IngestionOptions(), OverlapPolicy.Skip), "bench", [.. Roster.Tenants], default);
        var written = 0;
        for (var t = 0; t < Roster.Tenants.Count && !writing.IsCompleted; t++)
        {
            var tenant = Roster.Tenants[t];
            if (tenant.Id == Dense)
            {
                // An item a minute for a week, for the sizes of many bars.
                await CommitAsync(services, tenant, Tables[0], [.. Enumerable.Range(0, 7 * 1440).Select(m => Text(random, "DENSE", $"d{m}", now.AddMinutes(-m - 1)))], span, now);
            }
            else
            {
                var own = (int)(((long)items * (t + 1) / Tenants) - ((long)items * t / Tenants));
                foreach (var table in Tables)
                {
                    await CommitAsync(services, tenant, table, Texts(random, t, table, own / 2, span, now), span, now);
                    written += own / 2;
                }

                await PricesAsync(services, tenant.Id, Symbol(t, 0), span, now, random);
            }

            await MarkAsync(services, tenant.Id, now);
            await services.GetRequiredService<MetricsUpkeep>().CountAsync(tenant, default);
            await full.Writer.WriteAsync(held.Take(name => !name.Contains(tenant.Id, StringComparison.Ordinal)));
            if ((t + 1) % 50 == 0)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {t + 1} tenants, {written:#,0} items"));
            }
        }

        full.Writer.Complete();
        await writing;
    }

    /// <summary>Notes which days are folded, as the hourly fold does.</summary>
    private static async Task MarkAsync(IServiceProvider services, string tenant, DateTimeOffset now)
    {
        var days = services.GetRequiredService<DayStore>();
        foreach (var (day, mark) in (await days.AllAsync(tenant, default)).Where(d => d.Day != Rows.Day(now)))
        {
            await days.ChangeAsync(tenant, day, mark, mark.Row with { IsFolded = true }, default);
        }
    }

    private static Tenant Of(string id, IReadOnlyList<string> symbols) =>
        new(id, id, symbols, Tables, new Dictionary<string, string> { ["tiingo"] = "env:BENCH_TOKEN", ["finnhub"] = "env:BENCH_TOKEN" });

    private static List<SourceRecord> Texts(Random random, int tenant, string table, int count, int span, DateTimeOffset now)
    {
        var ticks = TimeSpan.FromDays(span).Ticks;
        return [.. Enumerable.Range(0, count).Select(n => Text(random, Symbol(tenant, Zipf(random, SymbolsEach)), $"{table[0]}{n}-{random.Next():x8}", now.AddTicks(-random.NextInt64(ticks))))];
    }

    private static SourceRecord Text(Random random, string symbol, string id, DateTimeOffset at) => new(
        id, $"{symbol} {random.Next(100_000)} quarterly figures beat what analysts had expected of them, shares move", $"https://example.com/news/{id}", at, null, [symbol], default)
    {
        Tags = [Tags[random.Next(Tags.Length)], Tags[random.Next(Tags.Length)]],
    };

    /// <summary>A number below a bound; small ones come much more often, as the symbols that people watch do.</summary>
    public static int Zipf(Random random, int bound) => Math.Min(bound - 1, (int)Math.Floor(Math.Exp(random.NextDouble() * Math.Log(bound + 1)) - 1));

    private static async Task CommitAsync(IServiceProvider services, Tenant tenant, string table, List<SourceRecord> records, int span, DateTimeOffset now)
    {
        // A day's pages are of a chunk of their own, so that the last day's are still open to late writes.
        var chunk = new ChunkRow
        {
            Run = Run,
            Tenant = tenant.Id,
            Table = table,
            Number = 1,
            Symbols = tenant.Symbols,
            From = now.AddDays(-span - 1),
            To = now,
            Window = CursorDate.Published,
            Status = WorkStatus.Completed,
            Page = 1_000_000,
            EndedAt = now.AddHours(-2),
        };
        var recent = chunk with { Number = 2, EndedAt = now };
        await services.GetRequiredService<ChunkStore>().PlanAsync([chunk, recent], default);
        var committer = services.GetRequiredService<PageCommitter>();
        var lastDay = Rows.Day(now);
        foreach (var part in records.OrderBy(r => r.PublishedAt).GroupBy(r => Rows.Day(r.PublishedAt!.Value) == lastDay ? recent : chunk))
        {
            foreach (var (page, index) in part.Chunk(PerPage).Select((p, i) => (p, i)))
            {
                await committer.CommitAsync(part.Key, index + 1, now, page, isNew: true, default);
            }
        }

        var standings = new PageStandings(services.GetRequiredService<ChunkStore>(), now);
        var budget = new TimeBudget(TimeProvider.System, 3600);
        foreach (var day in records.Select(r => Rows.Day(r.PublishedAt!.Value)).Distinct())
        {
            await services.GetRequiredService<Compaction>().FoldAsync(tenant.Id, day, standings, budget, default);
        }
    }

    private static async Task PricesAsync(IServiceProvider services, string tenant, string symbol, int span, DateTimeOffset now, Random random)
    {
        const string Table = "tiingo/intraday";
        var prices = services.GetRequiredService<PriceStore>();
        await prices.RegisterAsync(tenant, Table, [symbol], default);
        var midnight = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        await prices.InsertAsync(tenant, Table, Enumerable.Range(0, span).SelectMany(d => Enumerable.Range(0, 78).Select(b => midnight.AddDays(-d).AddMinutes(870 + (5 * b))))
            .Where(at => at < now).Select(at => new PriceBar(Table, symbol, at, 100 + random.Next(10), 112, 98, 101.25m, random.Next(1, 100_000), false, "bench", 1)), default);
    }
}
