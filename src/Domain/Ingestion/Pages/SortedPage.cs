using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Sources;

namespace Sentiment.Domain.Ingestion.Pages;

/// <summary>A page's records sorted out: invalid, outside the window, or grouped by the vendor's id.</summary>
public sealed class SortedPage
{
    private SortedPage()
    {
    }

    /// <summary>Invalid records by quarantine key, the first of each, with the reason.</summary>
    public Dictionary<string, (SourceRecord Record, string Reason)> Invalid { get; } = new(StringComparer.Ordinal);

    /// <summary>Valid records by vendor id: the first of each, and the chunk's symbols under which any of them came.</summary>
    public Dictionary<string, (SourceRecord Record, SortedSet<string> Symbols)> Valid { get; } = new(StringComparer.Ordinal);

    /// <summary>Repeats inside the page.</summary>
    public int Repeats { get; private set; }

    /// <summary>Valid records outside the window, or older than their tenant keeps items, and bars whose period has not ended.</summary>
    public int Skipped { get; private set; }

    /// <summary>Sorts records out; a pure function of its arguments.</summary>
    public static SortedPage Of(IReadOnlyList<SourceRecord> records, ChunkRow chunk, DateTimeOffset fetchedAt)
    {
        var page = new SortedPage();
        var watched = chunk.Symbols.ToHashSet(StringComparer.Ordinal);
        var isAny = watched.Contains(SourceDescription.AnySymbol);
        foreach (var record in records)
        {
            if (PriceRules.IsRunning(record, fetchedAt))
            {
                page.Skipped++;
            }
            else if (RecordRules.Problem(record, fetchedAt) is { } reason)
            {
                page.Repeats += page.Invalid.TryAdd(QuarantinedRecord.KeyOf(record), (record, reason)) ? 0 : 1;
            }
            else if (!RecordRules.IsInWindow(record, chunk.Window, chunk.From, chunk.To) || record.PublishedAt < chunk.KeepFrom)
            {
                page.Skipped++;
            }
            else
            {
                if (page.Valid.TryGetValue(record.SourceId!, out var first))
                {
                    page.Repeats++;
                }
                else
                {
                    page.Valid.Add(record.SourceId!, first = (record, new SortedSet<string>(StringComparer.Ordinal)));
                }

                first.Symbols.UnionWith(record.Symbols.Where(s => isAny || watched.Contains(s)));
            }
        }

        return page;
    }
}
