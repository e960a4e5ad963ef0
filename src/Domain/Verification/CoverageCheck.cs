using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Ingestion.Tables;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Verification;

/// <summary>
/// Checks that what was fetched joins up to each watermark, but for holes that a failed chunk names, and for the time of
/// runs that retention has removed with their coverage.
/// </summary>
internal static class CoverageCheck
{
    public static async Task RunAsync(
        ITableReader reader, IReadOnlyDictionary<string, RunRow> runs, CommittedChunks chunks, string tenant, Findings findings, CancellationToken cancellationToken)
    {
        foreach (var table in chunks.Of(tenant).GroupBy(c => c.Table))
        {
            // Explicit windows are where the caller wanted them; they join nothing.
            var planned = table.Where(c => runs[c.Run].Arguments is { IsExplicit: false }).ToList();
            var spans = new List<Coverage>();
            await foreach (var span in TableStateStore.CoverageAsync(reader, tenant, table.Key, cancellationToken).ConfigureAwait(false))
            {
                spans.Add(span);
            }

            var ours = planned.Select(c => c.Id.ToString()).ToHashSet(StringComparer.Ordinal);
            spans.RemoveAll(s => !ours.Contains(s.Chunk));
            var watermark = await TableStateStore.WatermarkAsync(reader, tenant, table.Key, cancellationToken).ConfigureAwait(false);
            foreach (var symbol in spans.SelectMany(s => s.Symbols).Distinct().ToList())
            {
                var end = (DateTimeOffset?)null;
                foreach (var span in spans.Where(s => s.Symbols.Contains(symbol)).OrderBy(s => s.From))
                {
                    if (end < span.From && !(span.From <= chunks.RunsBefore) && !StartsAnew(span, runs) && !planned.Any(c => c.Status != WorkStatus.Completed && c.Symbols.Contains(symbol) && c.From < span.From && c.To > end))
                    {
                        findings.Add($"coverage of {tenant} {table.Key} {symbol}: a hole from {end.Value.UtcDateTime:O} to {span.From.UtcDateTime:O} that no failed chunk names");
                    }

                    end = end is null || span.To > end ? span.To : end;
                }

                findings.Expect(
                    watermark is null || !watermark.Row.Symbols.Contains(symbol) || end >= watermark.Row.At,
                    $"watermark of {tenant} {table.Key}: at {watermark?.Row.At.UtcDateTime:O}, where {symbol} is covered only up to {end?.UtcDateTime:O}");
            }
        }
    }

    // A symbol watched again after a pause begins with a new table's history: the pause is no hole.
    private static bool StartsAnew(Coverage span, IReadOnlyDictionary<string, RunRow> runs) =>
        runs.TryGetValue(span.Chunk[..span.Chunk.IndexOf('|', StringComparison.Ordinal)], out var run)
        && span.From == run.StartedAt - TimeSpan.FromDays(run.Bounds.HistoryDays);
}
