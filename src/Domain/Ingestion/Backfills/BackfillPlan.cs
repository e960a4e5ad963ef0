using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Ingestion.Spans;
using Sentiment.Domain.Ingestion.Tables;
using Sentiment.Domain.Quotas;
using Sentiment.Domain.Retention;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;

namespace Sentiment.Domain.Ingestion.Backfills;

/// <summary>Plans a backfill of a table: the holes of its coverage map, cut as its source wants them, newest first.</summary>
internal sealed class BackfillPlan(ITableStore tables, ChunkStore chunks, SourceCatalog sources)
{
    private const int ChunksPerWrite = 100;

    /// <summary>Writes the chunks; returns how many there are, and for how many there was no room.</summary>
    /// <remarks>The table is claimed, so no other run changes the map in between: planning again plans the same.</remarks>
    public async Task<(int Count, int Left)> WriteAsync(RunRow run, Tenant tenant, TableId table, CancellationToken cancellationToken)
    {
        var source = sources.Get(table.Table).Description;
        var map = await CoverageMap.ReadAsync(
            tables,
            new(tenant.Id, table.Table, source.SymbolsOf(tenant.Symbols), source.Cursor, run.StartedAt, run.Bounds.HistoryDays)
            {
                From = run.Arguments.From,
                To = run.Arguments.To,
                IsRecordedOnly = true,
            },
            cancellationToken).ConfigureAwait(false);
        var keepFrom = tenant.Retention?.Items is { } days ? Days.Before(run.StartedAt, days) : (DateTimeOffset?)null;
        var plan = Of(map, source, keepFrom);
        var pace = (await TableStateStore.WatermarkAsync(tables, tenant.Id, table.Table, cancellationToken).ConfigureAwait(false))?.Row.Pace ?? TablePace.StartOf(source);
        var planned = plan.Take(run.Bounds.BackfillChunks).Select((hole, index) => TablePlan.Reckoned(new ChunkRow
        {
            Run = run.Id,
            Tenant = tenant.Id,
            Table = table.Table,
            Number = index + 1,
            Symbols = hole.Symbols,
            From = hole.From,
            To = hole.To,
            Window = hole.Window,
            KeepFrom = keepFrom,
            Model = tenant.Model,
            Priority = CallPriority.Backfill,
        }, source, pace));
        foreach (var batch in planned.Chunk(ChunksPerWrite))
        {
            await chunks.PlanAsync(batch, cancellationToken).ConfigureAwait(false);
        }

        // Where a crash came between two plans and retention between those, the first may have had more.
        var count = await chunks.ListAsync(run.Id, tenant.Id, table.Table, cancellationToken).CountAsync(cancellationToken).ConfigureAwait(false);
        return (count, Math.Max(0, plan.Count - count));
    }

    /// <summary>Cuts the holes of a map: equal spans of several symbols go together, as many as the source takes.</summary>
    /// <param name="map">The map, by symbol, window and time.</param>
    /// <param name="source">The table's source.</param>
    /// <param name="keepFrom">What is older is not kept, and so not asked for; null: all is kept.</param>
    public static IReadOnlyList<Hole> Of(IReadOnlyList<CoverageSpan> map, SourceDescription source, DateTimeOffset? keepFrom)
    {
        var symbols = new Dictionary<(DateTimeOffset To, DateTimeOffset From, CursorDate Window), List<string>>();
        CoverageSpan? open = null;
        foreach (var hole in map.Where(s => s.IsHole))
        {
            // Holes that touch are one, whatever made them.
            if (open is not null && open.Symbol == hole.Symbol && open.Window == hole.Window && open.To == hole.From)
            {
                open = open with { To = hole.To };
                continue;
            }

            Cut(open);
            open = hole;
        }

        Cut(open);
        return [.. symbols.OrderByDescending(s => s.Key.To).ThenByDescending(s => s.Key.From).ThenBy(s => s.Key.Window)
            .SelectMany(s => s.Value.Chunk(source.SymbolsPerChunk).Select(batch => new Hole(batch, s.Key.From, s.Key.To, s.Key.Window)))];

        void Cut(CoverageSpan? hole)
        {
            if (hole is null)
            {
                return;
            }

            var from = keepFrom > hole.From ? keepFrom.Value : hole.From;
            var span = source.Axis == ChunkAxis.SymbolDays ? TimeSpan.FromDays(source.DaysPerChunk) : hole.To - from;
            for (var to = hole.To; to > from; to -= span)
            {
                var key = (to, to - span > from ? to - span : from, hole.Window);
                (symbols.TryGetValue(key, out var known) ? known : symbols[key] = []).Add(hole.Symbol);
            }
        }
    }
}

/// <summary>A chunk's worth of a hole.</summary>
/// <param name="Symbols">The symbols, as many as the source takes at a time.</param>
/// <param name="From">Inclusive.</param>
/// <param name="To">Exclusive.</param>
/// <param name="Window">Which date it is about.</param>
internal sealed record Hole(IReadOnlyList<string> Symbols, DateTimeOffset From, DateTimeOffset To, CursorDate Window);
