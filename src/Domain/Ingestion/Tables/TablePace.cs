using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Sources;

namespace Sentiment.Domain.Ingestion.Tables;

/// <summary>What the pages of a tenant's table were like of late: what chunks are cut by and plans reckon with.</summary>
/// <param name="RecordsPerSymbolDay">Records that came for a symbol and a day, known ones too.</param>
/// <param name="BytesPerRecord">Bytes of their bodies.</param>
/// <param name="SecondsPerPage">From the call to the checkpoint.</param>
public sealed record TablePace(double RecordsPerSymbolDay, double BytesPerRecord, double SecondsPerPage)
{
    // Three runs back half of it is forgotten: quick enough for a busy week, slow enough for one odd answer.
    private const double Weight = 0.2;

    /// <summary>What to reckon with before the first page of a table.</summary>
    public static TablePace StartOf(SourceDescription source) => new(source.RecordsPerSymbolDay, 1024, 1);

    /// <summary>The pace after some chunks of a table; those that asked no vendor or did not end well say nothing.</summary>
    /// <param name="before">The pace before them; null: none is known.</param>
    /// <param name="chunks">The chunks as they ended.</param>
    public static TablePace? After(TablePace? before, IEnumerable<ChunkRow> chunks)
    {
        var (symbolDays, records, bytes, pages, seconds) = (0.0, 0L, 0L, 0, 0.0);
        foreach (var chunk in chunks.Where(c => c is { Status: WorkStatus.Completed, Replayed: null, Page: > 0 }))
        {
            symbolDays += SymbolDaysOf(chunk);
            records += chunk.Ledger.Read + chunk.Ledger.Skipped;
            bytes += chunk.Bytes;
            pages += chunk.Page;
            seconds += chunk.Milliseconds / 1000.0;
        }

        if (pages == 0 || symbolDays <= 0)
        {
            return before;
        }

        var now = new TablePace(records / symbolDays, records > 0 ? (double)bytes / records : before?.BytesPerRecord ?? 0, seconds / pages);
        return before is null ? now : new(
            Mixed(before.RecordsPerSymbolDay, now.RecordsPerSymbolDay), Mixed(before.BytesPerRecord, now.BytesPerRecord), Mixed(before.SecondsPerPage, now.SecondsPerPage));
    }

    /// <summary>Symbols times days of a chunk's window.</summary>
    internal static double SymbolDaysOf(ChunkRow chunk) => chunk.Symbols.Count * (chunk.To - chunk.From).TotalDays;

    private static double Mixed(double before, double now) => before + ((now - before) * Weight);
}
