using System.Globalization;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Items;

/// <summary>
/// The newest days of a tenant with items, at most <see cref="Most"/>: a few at first, which are enough for what is found soon,
/// and the rest of them when somebody gets there.
/// </summary>
/// <param name="reader">Where to read.</param>
/// <param name="tenant">The tenant.</param>
/// <param name="from">Not before this day, as yyyyMMdd; null: up to the first.</param>
/// <param name="to">Not after this day; null: from the last.</param>
internal sealed class ItemDays(ITableReader reader, string tenant, string? from, string? to)
{
    /// <summary>The most days.</summary>
    public const int Most = 31;

    // As many as the first three of the groups of days that are read ahead; the next two are the rest.
    private const int AtFirst = 7;

    private readonly List<ItemDay> _read = new(AtFirst);
    private int _at;
    private bool _isEnd;

    /// <summary>Behind all items of the last day, where it is the last for there being too many; else null.</summary>
    public ItemPlace? Rest => _read.Count == Most ? BeforeDay(_read[^1].Day) is { } end ? new(end, "") : null : null;

    /// <summary>The day that comes next, or null: there is none.</summary>
    public async ValueTask<ItemDay?> PeekAsync(CancellationToken cancellationToken)
    {
        if (_at == _read.Count && !_isEnd)
        {
            await ReadAsync(cancellationToken).ConfigureAwait(false);
        }

        return _at < _read.Count ? _read[_at] : null;
    }

    /// <summary>Goes on to the next day.</summary>
    public void Advance() => _at++;

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        var wanted = _read.Count == 0 ? AtFirst : Most - _read.Count;
        if (_read.Count > 0)
        {
            to = BeforeDay(_read[^1].Day) is { } end ? Rows.Day(end) : null;
            _isEnd = to is null;
        }

        var days = _isEnd ? [] : await DayStore.NewestAsync(reader, tenant, from, to, wanted, cancellationToken).ConfigureAwait(false);
        _isEnd |= days.Count < wanted || _read.Count + days.Count == Most;
        _read.AddRange(days);
    }

    private static DateTimeOffset? BeforeDay(string day)
    {
        var start = DateTimeOffset.ParseExact(day, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        return start == DateTimeOffset.MinValue ? null : start.AddTicks(-1);
    }
}
