using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Items;
using Sentiment.Domain.Retention;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Verification;

/// <summary>Recounts a tenant's index: each item has its memberships, its tags, its place in time and its day, and nothing else leads to it.</summary>
/// <param name="tenant">The tenant.</param>
/// <param name="marks">What retention may have removed.</param>
/// <param name="chunks">Whose rows count.</param>
/// <param name="findings">What is found.</param>
/// <param name="items">All items of the tenant.</param>
/// <param name="memberships">The memberships, as they are found.</param>
internal sealed class IndexRecount(
    string tenant, RetentionMarks marks, CommittedChunks chunks, Findings findings, Dictionary<(string Table, string SourceId), Item> items,
    Dictionary<(string Table, string SourceId, string Symbol), Membership> memberships)
{
    private readonly HashSet<(string Table, string SourceId, string Tag)> _tags = [];
    private readonly HashSet<(string Day, string Table)> _days = [];
    private long _inTime;

    /// <summary>Notes the days with items.</summary>
    public void AddDays(IEnumerable<ItemDay> days) => _days.UnionWith(days.SelectMany(d => d.Tables.Select(t => (d.Day, t))));

    /// <summary>Notes a row of the index, rows in their order.</summary>
    public void Add(string partition, TableRow row)
    {
        var hint = Rows.Read(row, RowJson.Default.Membership);
        if (!items.TryGetValue((hint.Table, hint.SourceId), out var item))
        {
            findings.Expect(Days.IsBefore(partition.Split('|')[2], marks.Items), $"index row {partition} {row.Key}: its item is missing");
        }
        else if (row.Key == ItemStore.TimeKey(item))
        {
            _inTime += IsExpected(item) ? 1 : 0;

            // Memberships of a day come before its places in time, here and where old ones are removed. What is listed is
            // taken for there by duplicates.
            foreach (var symbol in (IsOld(item) ? [] : hint.Symbols ?? []).Where(s => !memberships.ContainsKey((hint.Table, hint.SourceId, s))))
            {
                findings.Add($"index row {partition} {row.Key}: lists {symbol}, of which there is no membership");
            }
        }
        else if (item.Symbols.FirstOrDefault(s => ItemStore.MembershipKey(s, item) == row.Key) is { } symbol)
        {
            memberships.Add((hint.Table, hint.SourceId, symbol), hint);
            findings.Memberships += findings.Counts(chunks, hint, $"membership {Name(item)} of {symbol}") ? 1 : 0;
        }
        else if (ItemTags.Of(item).FirstOrDefault(t => ItemStore.TagKey(t, item) == row.Key) is { } tag)
        {
            _tags.Add((hint.Table, hint.SourceId, tag));
        }
        else if (findings.Counts(chunks, hint, $"index row {partition} {row.Key}"))
        {
            findings.Add($"index row {partition} {row.Key}: item {Name(item)} does not name that symbol or tag");
        }
    }

    /// <summary>Once all rows are noted: finds what is missing.</summary>
    public void Check()
    {
        var committed = items.Values.Where(IsExpected).ToList();
        findings.Expect(_inTime == committed.Count, $"tenant {tenant}: {committed.Count} items, of which {_inTime} have their place in time");
        foreach (var item in committed)
        {
            foreach (var symbol in item.Symbols.Where(s => !memberships.ContainsKey((item.Table, item.SourceId, s))))
            {
                findings.Add($"item {Name(item)}: its membership of {symbol} is missing");
            }

            foreach (var tag in ItemTags.Of(item).Where(t => !_tags.Contains((item.Table, item.SourceId, t))))
            {
                findings.Add($"item {Name(item)}: its index row of tag '{tag}' is missing");
            }

            findings.Expect(_days.Contains((Rows.Day(item.PublishedAt), item.Table)), $"item {Name(item)}: its day is not listed as one with items of its table");
        }
    }

    private bool IsExpected(Item item) => chunks.Of(item) == Standing.Committed && !IsOld(item);

    // What retention has begun to remove may be there or not, in any part.
    private bool IsOld(Item item) => Days.IsBefore(Rows.Day(item.PublishedAt), marks.Items);

    private string Name(Item item) => $"{tenant} {item.Table} {item.SourceId}";
}
