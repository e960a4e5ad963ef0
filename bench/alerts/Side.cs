using System.Diagnostics;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Pages;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;

namespace Sentiment.AlertBench;

/// <summary>A tenant whose pages are committed and told as a chunk's activity does it.</summary>
internal sealed class Side(IServiceProvider services, string tenant)
{
    private const string Run = "20260101T000000000Z-bench000";
    private const string Table = "tiingo/news";
    private Stored<ChunkRow> _chunk = null!;

    public static IReadOnlyList<string> Symbols { get; } = [.. Enumerable.Range(0, 500).Select(s => FormattableString.Invariant($"S{s:000}"))];

    public string Tenant => tenant;

    /// <summary>The time that pages took, from the first write to the last announcement.</summary>
    public TimeSpan Took { get; set; }

    /// <summary>The processor time of the whole process meanwhile.</summary>
    public TimeSpan Worked { get; set; }

    public static Tenant Of(string id) => new(id, id, Symbols, [Table], new Dictionary<string, string> { ["tiingo"] = "env:BENCH_TOKEN" });

    public static Task BeginAsync(IServiceProvider services, DateTimeOffset now, params Tenant[] tenants) => services.GetRequiredService<RunStore>().TryCreateAsync(
        new(Run, new([], [], null, null, "bench"), now, null, WorkStatus.Running, tenants.Length, new IngestionOptions(), OverlapPolicy.Skip), "bench", tenants, default);

    public async Task OpenAsync(DateTimeOffset now)
    {
        var chunks = services.GetRequiredService<ChunkStore>();
        var row = new ChunkRow { Run = Run, Tenant = tenant, Table = Table, Number = 1, Symbols = Symbols, From = now.AddDays(-2), To = now.AddDays(2), Window = CursorDate.Published };
        await chunks.PlanAsync([row], default);
        _chunk = (await chunks.GetAsync(row.Id, default))!;
    }

    public async Task CommitAsync(IReadOnlyList<SourceRecord> records)
    {
        var time = TimeProvider.System;
        using var process = Process.GetCurrentProcess();
        var (begun, worked) = (time.GetTimestamp(), process.TotalProcessorTime);
        var number = _chunk.Row.Page + 1;
        var committed = await services.GetRequiredService<PageCommitter>().CommitAsync(_chunk.Row, number, time.GetUtcNow(), records, isNew: true, default);
        _chunk = await services.GetRequiredService<ChunkStore>().SaveAsync(_chunk.Row with { Page = number, Ledger = _chunk.Row.Ledger + committed.Ledger }, _chunk.ETag, default);
        _chunk = _chunk with { Row = await services.GetRequiredService<PageAnnouncers>().AnnounceAsync(_chunk.Row, committed.Counted, default) };
        Took += time.GetElapsedTime(begun);
        process.Refresh();
        Worked += process.TotalProcessorTime - worked;
    }
}
