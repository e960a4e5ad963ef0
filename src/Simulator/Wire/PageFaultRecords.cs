namespace Sentiment.Simulator.Wire;

/// <summary>
/// Cuts a page out of the matching records. Faults only ever add records: a reader that advances by the limit it
/// asked for loses nothing, whatever it is sent twice.
/// </summary>
internal static class PageFaultRecords
{
    private const int MostOverlap = 10;
    private const int DuplicateEvery = 7;

    public static List<T> Cut<T>(IEnumerable<T> matching, int offset, int limit, PageFaults faults)
    {
        var overlap = faults.Overlap ? Math.Min(offset, MostOverlap) : 0;
        var page = matching.Skip(offset - overlap).Take(Math.Min(limit, int.MaxValue - overlap) + overlap).ToList();
        if (faults.Duplicates)
        {
            page = [.. page.SelectMany((item, index) => Enumerable.Repeat(item, index % DuplicateEvery == 0 ? 2 : 1))];
        }

        return page;
    }
}
