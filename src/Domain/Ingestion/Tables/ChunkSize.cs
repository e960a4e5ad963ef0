using Sentiment.Domain.Sources;

namespace Sentiment.Domain.Ingestion.Tables;

/// <summary>How large the chunks of a table are cut, and how many calls one takes.</summary>
/// <param name="Symbols">The most symbols of a chunk.</param>
/// <param name="Days">The most days of a chunk of <see cref="ChunkAxis.SymbolDays"/>.</param>
public readonly record struct ChunkSize(int Symbols, int Days)
{
    // A chunk of more pages keeps its table's other chunks waiting; of fewer it spends calls on half-empty pages.
    private const int PagesWanted = 10;
    private const int SecondsWanted = 60;

    // Where a vendor has no pages, an answer larger than this is slow to send and to read.
    private const int RecordsOfAnAnswer = 2000;
    private const int BytesOfAnAnswer = 4 * 1024 * 1024;

    /// <summary>The size for a table: what its source starts with until a page was read, from then on within its bounds what fits the pace.</summary>
    /// <param name="source">The table's source.</param>
    /// <param name="pace">What its pages were like; null: nothing is known.</param>
    /// <param name="days">The days of the window that is cut.</param>
    public static ChunkSize Of(SourceDescription source, TablePace? pace, double days)
    {
        if (pace is not { RecordsPerSymbolDay: > 0 } || days <= 0)
        {
            return new(source.SymbolsPerChunk, source.DaysPerChunk);
        }

        var records = RecordsOf(source, pace);
        return source.Axis == ChunkAxis.SymbolBatch
            ? new(Within(records / (pace.RecordsPerSymbolDay * days), source.SymbolsPerChunk, source.MostSymbolsPerChunk), source.DaysPerChunk)
            : new(source.SymbolsPerChunk, Within(records / pace.RecordsPerSymbolDay, source.DaysPerChunk, source.MostDaysPerChunk));
    }

    /// <summary>Calls that so many records take, at least one; where pages go by id, the last one finds nothing newer.</summary>
    public static int CallsOf(SourceDescription source, double records) =>
        source.Paging == PagingStyle.Id ? 2 + (source.PageSize == 0 ? 0 : (int)Math.Min(1_000_000, Math.Floor(records / source.PageSize)))
        : source.PageSize == 0 ? 1 : 1 + (int)Math.Min(1_000_000, Math.Floor(records / Math.Max(1, source.PageSize - source.PageOverlap)));

    private static double RecordsOf(SourceDescription source, TablePace pace)
    {
        var pages = Math.Clamp(SecondsWanted / Math.Max(0.001, pace.SecondsPerPage), 1, PagesWanted);
        return source.PageSize > 0 ? pages * source.PageSize
            : Math.Min(RecordsOfAnAnswer, BytesOfAnAnswer / Math.Max(1, pace.BytesPerRecord));
    }

    private static int Within(double wanted, int start, int most) => (int)Math.Clamp(wanted, 1, Math.Max(start, most));
}
