using System.Globalization;
using Sentiment.Domain.Alerts.Delivery;
using Sentiment.Domain.Sources;

namespace Sentiment.AlertHost;

/// <summary>
/// A stream whose every page is two hours later than the one before and has one item of that time. It gives no page before all
/// alerts are delivered, and after so many pages none any more.
/// </summary>
internal sealed class Feed(PageClock clock, Lazy<OpenAlerts> open, int pages, CancellationTokenSource stop) : ITableSource
{
    public const string Table = "wire/news";
    public const string Symbol = "AAPL";
    private int _asked;

    public SourceDescription Description { get; } = new(Table, "wire", ChunkAxis.SymbolBatch, CursorDate.Published, TimeSpan.FromHours(72), 1, 1) { Auth = new(AuthPlace.None, "") };

    public async Task<SourceBody> FetchAsync(PageRequest request, CancellationToken cancellationToken)
    {
        await open.Value.WaitAsync(TimeSpan.FromMinutes(1), cancellationToken);
        if (++_asked > pages)
        {
            await stop.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }

        var page = request.Cursor is { } cursor ? int.Parse(cursor, CultureInfo.InvariantCulture) + 1 : 1;
        clock.MoveTo(page);
        return new(System.Text.Encoding.UTF8.GetBytes(page.ToString(CultureInfo.InvariantCulture)), clock.GetUtcNow());
    }

    // A page that was pinned before a kill is read again without being asked for: its time has come, too.
    public SourcePage Parse(PageRequest request, SourceBody body)
    {
        var page = int.Parse(body.Bytes.Span, CultureInfo.InvariantCulture);
        clock.MoveTo(page);
        return new([new($"{page}", $"Item {page}", null, PageClock.TimeOf(page), null, [Symbol], body.Bytes)], $"{page}");
    }
}

/// <summary>A clock that goes on by itself and leaps from page to page.</summary>
internal sealed class PageClock : TimeProvider
{
    public static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly Lock _gate = new();
    private DateTimeOffset _at = Start;
    private long _since = System.GetTimestamp();

    public static DateTimeOffset TimeOf(int page) => Start.AddHours(2 * page);

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _at + System.GetElapsedTime(_since);
        }
    }

    /// <summary>Is at a page's time, unless that is over.</summary>
    public void MoveTo(int page)
    {
        lock (_gate)
        {
            if (TimeOf(page) > _at)
            {
                (_at, _since) = (TimeOf(page), System.GetTimestamp());
            }
        }
    }
}
