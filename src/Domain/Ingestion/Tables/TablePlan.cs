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
        var pace = watermark?.Pace;
        var expected = pace ?? TablePace.StartOf(source);
        var chunks = new List<ChunkRow>();
        if (run.Arguments.IsExplicit)
        {
            Cut(symbols, run.Arguments.From ?? history, CursorDate.Published);
        }
        else
        {
            // A symbol that the tenant added since has no past yet: it gets the history a new table would. Whoever was left
            // the longest goes first, so that a vendor who permits few calls gives each symbol its turn.
            foreach (var group in symbols.GroupBy(s => watermark?.Of(s)).OrderBy(g => g.Key ?? DateTimeOffset.MinValue).Where(g => g.Key is null || (g.Key < to && to - g.Key >= source.Interval)))
            {
                Cut([.. group], group.Key - source.Lookback ?? history, source.Cursor);
            }
        }

        return chunks;

        void Cut(IReadOnlyList<string> asked, DateTimeOffset from, CursorDate window)
        {
            var size = ChunkSize.Of(source, pace, (to - from).TotalDays);
            var span = source.Axis == ChunkAxis.SymbolDays ? TimeSpan.FromDays(size.Days) : to - from;
            foreach (var batch in asked.Chunk(size.Symbols))
            {
                for (var start = from; start < to; start += span)
                {
                    chunks.Add(Reckoned(new ChunkRow
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
                        Model = tenant.Model,
                        Priority = run.Priority,
                        WaitsUntil = run.Arguments.IsExplicit ? null : run.StartedAt + TimeSpan.FromMinutes(run.Bounds.LongestWaitMinutes),
                    }, source, expected));
                }
            }
        }
    }

    /// <summary>The chunk with what it is expected to take.</summary>
    internal static ChunkRow Reckoned(ChunkRow chunk, SourceDescription source, TablePace pace)
    {
        var records = pace.RecordsPerSymbolDay * TablePace.SymbolDaysOf(chunk);
        return chunk with { PlannedCalls = ChunkSize.CallsOf(source, records), PlannedRecords = (long)Math.Round(records) };
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

        var marks = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        foreach (var symbol in symbols)
        {
            var own = chunks.Where(c => c.Symbols.Contains(symbol)).OrderBy(c => c.From).ToList();
            var known = current?.Of(symbol);
            if (own.Count == 0)
            {
                if (known is { } stands)
                {
                    marks[symbol] = stands;
                }

                continue;
            }

            var at = own.Select(c => c.Status != WorkStatus.Completed ? c.From : c.FetchedAt is { } fetched && fetched < c.To ? fetched : (DateTimeOffset?)null)
                .Append(own[^1].To).Min()!.Value;
            if (known is not null)
            {
                marks[symbol] = at > known ? at : known.Value;
            }
            else if (own.TrueForAll(c => c.Status == WorkStatus.Completed) || (current is null && at > own[0].From))
            {
                marks[symbol] = at;
            }

            // Otherwise a symbol added since holds nobody back: it stays unknown and is read again.
        }

        // What is not known up to where the table stood when they were added would set all of it back.
        var least = current?.At ?? DateTimeOffset.MinValue;
        var standing = symbols.Where(s => marks.TryGetValue(s, out var mark) && mark >= least).ToList();
        if (standing.Count == 0)
        {
            return current;
        }

        var all = standing.Min(s => marks[s]);
        var ahead = standing.Where(s => marks[s] > all).ToDictionary(s => s, s => marks[s], StringComparer.Ordinal);
        return new(all, standing) { Ahead = ahead.Count > 0 ? ahead : null, Pace = TablePace.After(current?.Pace, chunks) };
    }
}
