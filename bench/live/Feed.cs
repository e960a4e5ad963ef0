using System.Text.Json;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Tenants;

namespace Sentiment.LiveBench;

/// <summary>A vendor with a day of items in its first page and so many new ones, of now, in every other; addresses end with when they were answered, in Unix milliseconds.</summary>
internal sealed class Feed(int perPage) : ITableSource
{
    public const string Table = "bench/news";
    private const int HistoryItems = 3000;
    private static readonly string[] Symbols = ["AAPL", "MSFT", "NVDA", "AMZN", "META"];
    private int _next;

    /// <summary>Who watches it.</summary>
    public static Tenant Watched { get; } = new("bench", "bench", Symbols, [Table], new Dictionary<string, string>());

    public SourceDescription Description { get; } = new(Table, "bench", ChunkAxis.SymbolBatch, CursorDate.Published, TimeSpan.FromHours(1), 100, 1) { Auth = SourceAuth.Open };

    /// <summary>Begins a run.</summary>
    public static Task RunAsync(IServiceProvider services, string run) => services.GetRequiredService<RunStore>().TryCreateAsync(
        new(run, new([], [], null, null, "bench"), TimeProvider.System.GetUtcNow(), null, WorkStatus.Running, 1, new(), OverlapPolicy.Skip), "bench", [Watched], default);

    /// <summary>Has the product work on a chunk of the run, which is one page.</summary>
    public static async Task PageAsync(IServiceProvider services, string run, int number)
    {
        var now = TimeProvider.System.GetUtcNow();
        var chunk = new ChunkRow
        {
            Run = run,
            Tenant = Watched.Id,
            Table = Table,
            Number = number,
            Symbols = Symbols,
            From = now.AddDays(-1),
            To = now.AddDays(1),
            Window = CursorDate.Published,
            PlannedCalls = 1,
        };
        await services.GetRequiredService<ChunkStore>().PlanAsync([chunk], default);
        await ActivatorUtilities.CreateInstance<ProcessChunk>(services).RunAsync(new("bench", nameof(ProcessChunk), 1), new(chunk.Id, 60), default);
    }

    public Task<SourceBody> FetchAsync(PageRequest request, CancellationToken cancellationToken)
    {
        var first = Interlocked.Add(ref _next, HistoryItems) - HistoryItems;
        return Task.FromResult(new SourceBody(JsonSerializer.SerializeToUtf8Bytes(first), TimeProvider.System.GetUtcNow()));
    }

    public SourcePage Parse(PageRequest request, SourceBody body)
    {
        var first = JsonSerializer.Deserialize<int>(body.Bytes.Span);
        return new([.. Enumerable.Range(first, first == 0 ? HistoryItems : perPage).Select(n => new SourceRecord(
            $"{n}", $"{Symbols[n % Symbols.Length]} {(n % 3 == 0 ? "beats" : "misses")} what analysts expected of its quarter, for the {n}th time",
            $"https://news.example/{n}/{body.FetchedAt.ToUnixTimeMilliseconds()}",
            body.FetchedAt.AddSeconds(first == 0 ? -28.8 * n : -(n % 40)), null, [Symbols[n % Symbols.Length]], JsonSerializer.SerializeToUtf8Bytes(n)))], null);
    }
}
