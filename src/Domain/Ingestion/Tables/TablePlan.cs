using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Retention;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Tenants;

namespace Sentiment.Domain.Ingestion.Tables;

/// <summary>Cuts a table's window into chunks; a pure function, so that planning again plans the same.</summary>
public static class TablePlan
{
    /// <summary>The chunks of a table in a run, none where there is nothing to do.</summary>
    /// <param name="run">The run: its start is the end of a window not given.</param>
    /// <param name="tenant">The tenant as pinned.</param>
    /// <param name="source">The table's source.</param>
    /// <param name="watermark">How far the table is complete; null before its first run.</param>
    public static IReadOnlyList<ChunkRow> Of(RunRow run, Tenant tenant, SourceDescription source, Watermark? watermark)
    {
        var to = run.Arguments.To ?? run.StartedAt;
        var history = to - TimeSpan.FromDays(run.Bounds.HistoryDays);
        var keepFrom = tenant.Retention?.Items is { } days ? Days.Before(run.StartedAt, days) : (DateTimeOffset?)null;
        var symbols = source.SymbolsOf(tenant.Symbols);
        var chunks = new List<ChunkRow>();
        if (run.Arguments.IsExplicit)
        {
            Cut(symbols, run.Arguments.From ?? history, CursorDate.Published);
        }
        else if (watermark is null)
        {
            Cut(symbols, history, source.Cursor);
        }
        else if (watermark.At < to)
        {
            // A symbol that the tenant added since has no past yet: it gets the history a new table would.
            var known = watermark.Symbols.ToHashSet(StringComparer.Ordinal);
            Cut([.. symbols.Where(known.Contains)], watermark.At - source.Lookback, source.Cursor);
            Cut([.. symbols.Where(s => !known.Contains(s))], history, source.Cursor);
        }

        return chunks;

        void Cut(IReadOnlyList<string> asked, DateTimeOffset from, CursorDate window)
        {
            var span = source.Axis == ChunkAxis.SymbolDays ? TimeSpan.FromDays(source.DaysPerChunk) : to - from;
            foreach (var batch in asked.Chunk(source.SymbolsPerChunk))
            {
                for (var start = from; start < to; start += span)
                {
                    chunks.Add(new ChunkRow
                    {
                        Run = run.Id,
                        Tenant = tenant.Id,
                        Table = source.Table,
                        Number = chunks.Count + 1,
                        Symbols = batch,
                        From = start,
                        To = start + span < to ? start + span : to,
                        Window = window,
                        KeepFrom = keepFrom,
                        Priority = run.Priority,
                    });
                }
            }
        }
    }

    /// <summary>The watermark after a run: forward only, up to the first gap, never past what the vendor was asked for.</summary>
    /// <param name="current">Where it stands.</param>
    /// <param name="symbols">The symbols watched on the table.</param>
    /// <param name="chunks">The table's chunks as they ended.</param>
    /// <returns>Where it goes; null where nothing is known to be complete.</returns>
    public static Watermark? Advance(Watermark? current, IReadOnlyList<string> symbols, IReadOnlyList<ChunkRow> chunks)
    {
        if (chunks.Count == 0)
        {
            return current;
        }

        var known = current?.Symbols.ToHashSet(StringComparer.Ordinal);
        var failed = chunks.Where(c => c.Status != WorkStatus.Completed).ToList();

        // A chunk of newly added symbols that failed holds nobody back: its symbols stay unknown and are read again.
        var unknown = known is null ? [] : failed.SelectMany(c => c.Symbols).Where(s => !known.Contains(s)).ToHashSet(StringComparer.Ordinal);
        var at = chunks.Where(c => !c.Symbols.Any(unknown.Contains))
            .Select(c => c.Status != WorkStatus.Completed ? c.From : c.FetchedAt is { } fetched && fetched < c.To ? fetched : (DateTimeOffset?)null)
            .Append(chunks.Max(c => c.To)).Min()!.Value;
        return current is null
            ? failed.Count > 0 && at <= chunks.Min(c => c.From) ? null : new(at, symbols)
            : new(at > current.At ? at : current.At, [.. symbols.Where(s => !unknown.Contains(s))]);
    }
}
