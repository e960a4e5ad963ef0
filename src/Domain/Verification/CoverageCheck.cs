using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Ingestion.Spans;
using Sentiment.Domain.Ingestion.Tables;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Verification;

/// <summary>
/// Checks that the coverage map says what came of every chunk, and that it has no hole without a name up to each watermark,
/// but for the time of runs that retention has removed with their coverage.
/// </summary>
internal static class CoverageCheck
{
    /// <summary>Checks that what came of a chunk of a table that has ended is recorded.</summary>
    public static async Task CheckRecordedAsync(ITableReader reader, RunRow run, ChunkRow chunk, Findings findings, CancellationToken cancellationToken)
    {
        var expected = Coverage.Of(chunk, run.Arguments.IsExplicit);

        // Failures have been recorded for as long as chunks say how they failed.
        if (!chunk.HasEnded || expected is null || (chunk.Status != WorkStatus.Completed && chunk.Failure is null))
        {
            return;
        }

        var isSuccess = chunk.Status == WorkStatus.Completed;
        var recorded = await TableStateStore.RecordedAsync(reader, chunk, cancellationToken).ConfigureAwait(false);
        findings.Expect(recorded is not null, $"chunk {chunk.Id}: {(isSuccess ? "completed and its coverage is missing" : "failed and no hole is recorded")}");
        findings.Expect(
            recorded is null || isSuccess == recorded.State is SpanState.Covered or SpanState.Empty,
            $"chunk {chunk.Id}: {(isSuccess ? "completed and recorded as a hole" : "failed and recorded as covered")}");
    }

    /// <summary>Checks what a tenant's tables cover.</summary>
    public static async Task RunAsync(
        ITableReader reader, IReadOnlyDictionary<string, RunRow> runs, CommittedChunks chunks, string tenant, Findings findings, CancellationToken cancellationToken)
    {
        foreach (var table in chunks.Of(tenant).GroupBy(c => c.Table))
        {
            var rows = await TableStateStore.CoverageAsync(reader, tenant, table.Key, null, null, cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false);

            // Explicit windows are where the caller wanted them: they may close a hole, but join nothing.
            var planned = table.Where(c => runs[c.Run].Arguments is { IsExplicit: false }).ToList();
            var ours = planned.Select(c => c.Id.ToString()).ToHashSet(StringComparer.Ordinal);
            foreach (var window in rows.Where(r => ours.Contains(r.Chunk)).Select(r => r.Window).Distinct().ToList())
            {
                var map = new CoverageMap(new(tenant, table.Key, [], window, DateTimeOffset.MaxValue, 0));
                var starts = new HashSet<(string Symbol, DateTimeOffset From)>();
                foreach (var row in rows.Concat(Unrecorded(planned)))
                {
                    var isOurs = ours.Contains(row.Chunk);
                    map.Lay(row with { IsExplicit = !isOurs });
                    if (isOurs && StartsAnew(row, runs))
                    {
                        starts.UnionWith(row.Symbols.Select(s => (s, row.From)));
                    }
                }

                foreach (var hole in map.Spans(null).Where(s => s.State == SpanState.Missing && !starts.Contains((s.Symbol, s.To)) && !(s.To <= chunks.RunsBefore)))
                {
                    findings.Add($"coverage of {tenant} {table.Key} {hole.Symbol}: a hole from {hole.From.UtcDateTime:O} to {hole.To.UtcDateTime:O} that no failed chunk names");
                }
            }

            await CheckWatermarkAsync(reader, tenant, table.Key, rows.Where(r => ours.Contains(r.Chunk)), findings, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task CheckWatermarkAsync(
        ITableReader reader, string tenant, string table, IEnumerable<Coverage> rows, Findings findings, CancellationToken cancellationToken)
    {
        var watermark = (await TableStateStore.WatermarkAsync(reader, tenant, table, cancellationToken).ConfigureAwait(false))?.Row;
        var ends = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        foreach (var row in rows.Where(r => r.State is SpanState.Covered or SpanState.Empty))
        {
            foreach (var symbol in row.Symbols)
            {
                ends[symbol] = ends.TryGetValue(symbol, out var end) && end > row.To ? end : row.To;
            }
        }

        foreach (var (symbol, end) in ends)
        {
            findings.Expect(
                watermark is null || !watermark.Symbols.Contains(symbol) || end >= watermark.At,
                $"watermark of {tenant} {table}: at {watermark?.At.UtcDateTime:O}, where {symbol} is covered only up to {end.UtcDateTime:O}");
        }
    }

    // Chunks that failed before failures were recorded name their holes themselves, and so do those of tables under way.
    private static IEnumerable<Coverage> Unrecorded(IEnumerable<ChunkRow> planned) => planned
        .Where(c => c.Status != WorkStatus.Completed).Select(c => Coverage.Of(c, isExplicit: false)).OfType<Coverage>();

    // A symbol watched again after a pause begins with a new table's history: the pause is no hole.
    private static bool StartsAnew(Coverage span, IReadOnlyDictionary<string, RunRow> runs) =>
        runs.TryGetValue(span.Chunk[..span.Chunk.IndexOf('|', StringComparison.Ordinal)], out var run)
        && span.From == run.StartedAt - TimeSpan.FromDays(run.Bounds.HistoryDays);
}
