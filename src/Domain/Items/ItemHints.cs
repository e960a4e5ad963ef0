using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Items;

/// <summary>A row of the index and the place of the item that it leads to.</summary>
internal sealed record ItemHint(ItemPlace Place, Membership Row);

/// <summary>
/// The index rows of a query, newest first, each item once: several ranges a day, read side by side and merged, and days read
/// ahead in growing groups, so that what is seldom found costs few rounds of reads and what is found at once costs one.
/// </summary>
/// <remarks>It ends after <see cref="MaxHints"/> rows or when all the given days are through.</remarks>
internal sealed class ItemHints(ITableReader reader, ItemQuery query, ItemDays days, ItemPlace? after, int wanted)
{
    /// <summary>The most rows looked at.</summary>
    public const int MaxHints = 5_000;

    private const int MaxDaysAtOnce = 16;
    private const int MaxRangesAtOnce = 64;
    private const int MinRowsPerRead = 16;
    private const int MaxRowsPerRead = 1_000;

    private readonly Queue<IReadOnlyList<Range>> _ahead = new();
    private int _atOnce = 1;
    private int _hints;

    /// <summary>Whether all days are through.</summary>
    public bool IsThrough { get; private set; }

    /// <summary>The place of the last row looked at; null before the first.</summary>
    public ItemPlace? Last { get; private set; }

    /// <summary>The next rows that may lead to what is asked for; fewer than asked for only at the end.</summary>
    public async Task<IReadOnlyList<ItemHint>> TakeAsync(int count, CancellationToken cancellationToken)
    {
        var found = new List<ItemHint>(count);
        while (found.Count < count && _hints < MaxHints && await NextAsync(cancellationToken).ConfigureAwait(false) is { } hint)
        {
            _hints++;
            Last = hint.Place;
            if (query.MayMean(hint.Row))
            {
                found.Add(hint);
            }
        }

        return found;
    }

    private async ValueTask<ItemHint?> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_ahead.Count == 0 && !await ReadAheadAsync(cancellationToken).ConfigureAwait(false))
            {
                IsThrough = true;
                return null;
            }

            var day = _ahead.Peek();
            await FillAsync(day, cancellationToken).ConfigureAwait(false);
            if (day.Select(r => r.Head).OfType<string>().Min(StringComparer.Ordinal) is not { } head)
            {
                _ahead.Dequeue();
                continue;
            }

            // The same item under several symbols, tags or tables has the same place.
            ItemHint? hint = null;
            foreach (var range in day.Where(r => r.Head == head))
            {
                hint ??= ItemPlace.TryParse(head, out var place) ? new(place, Rows.Read(range.Row, RowJson.Default.Membership)) : null;
                range.Advance();
            }

            if (hint is not null)
            {
                return hint;
            }
        }
    }

    /// <summary>Reads the first rows of the next group of days; false: there is none.</summary>
    private async Task<bool> ReadAheadAsync(CancellationToken cancellationToken)
    {
        var group = new List<(ItemDay Day, string[] Prefixes)>();
        for (var ranges = 0; group.Count < _atOnce && await days.PeekAsync(cancellationToken).ConfigureAwait(false) is { } day; days.Advance())
        {
            string[] prefixes = [.. query.PrefixesOf(day)];
            if (group.Count > 0 && ranges + prefixes.Length > MaxRangesAtOnce)
            {
                break;
            }

            if (prefixes.Length > 0)
            {
                group.Add((day, prefixes));
                ranges += prefixes.Length;
            }
        }

        _atOnce = Math.Min(_atOnce * 2, MaxDaysAtOnce);
        var rows = Math.Clamp(MaxHints / Math.Max(1, group.Sum(g => g.Prefixes.Length)), MinRowsPerRead, Math.Clamp(wanted, MinRowsPerRead, MaxRowsPerRead));
        foreach (var (day, prefixes) in group)
        {
            var partition = ItemStore.IndexPartition(query.Tenant, day.Day);
            _ahead.Enqueue([.. prefixes.Select(p => new Range(reader, query.RangeOf(partition, p, after), p.Length, rows))]);
        }

        await FillAsync(_ahead.SelectMany(d => d), cancellationToken).ConfigureAwait(false);
        return group.Count > 0;
    }

    private static Task FillAsync(IEnumerable<Range> ranges, CancellationToken cancellationToken) =>
        ranges.Where(r => r.IsOpen).Select(r => r.ReadAsync(cancellationToken)).ToList() is { Count: > 0 } reads ? Task.WhenAll(reads) : Task.CompletedTask;

    /// <summary>One range, read some rows at a time, the more the longer it goes on.</summary>
    private sealed class Range(ITableReader reader, TableRange range, int prefix, int rows)
    {
        private List<TableRow> _read = [];
        private int _at;
        private bool _isEnd;

        /// <summary>Whether it has to be read before it is known what comes next.</summary>
        public bool IsOpen => _at == _read.Count && !_isEnd;

        public string? Head => _at < _read.Count ? _read[_at].Key[prefix..] : null;

        public TableRow Row => _read[_at];

        public void Advance() => _at++;

        public async Task ReadAsync(CancellationToken cancellationToken)
        {
            var read = new List<TableRow>();
            await foreach (var row in reader.QueryAsync(range with { Limit = rows }, cancellationToken).ConfigureAwait(false))
            {
                read.Add(row);
            }

            (_read, _at, _isEnd) = (read, 0, read.Count < rows);
            if (!_isEnd)
            {
                (range, rows) = (range with { From = Rows.After(read[^1].Key) }, Math.Min(rows * 4, MaxRowsPerRead));
            }
        }
    }
}
