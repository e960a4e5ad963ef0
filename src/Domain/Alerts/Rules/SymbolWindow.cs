using Sentiment.Domain.Ingestion.Chunks;

namespace Sentiment.Domain.Alerts.Rules;

/// <summary>What a process knows of a symbol's last minutes; whoever uses it holds its gate.</summary>
/// <remarks>It only tells that nothing is about to change: what changes is decided on what the store says.</remarks>
internal sealed class SymbolWindow : IDisposable
{
    // Pages that others have committed when the minutes are read are announced within a page's time.
    private static readonly TimeSpan PagesRemembered = ChunkRow.Grace;

    private HashSet<Stamp>? _pages;
    private DateTimeOffset _readAt;
    private int _horizon;

    /// <summary>One at a time.</summary>
    public SemaphoreSlim Gate { get; } = new(1);

    /// <summary>Its minutes.</summary>
    public MinuteSeries Series { get; private set; } = new();

    /// <summary>What rules remember of it, by rule.</summary>
    public Dictionary<string, SymbolState> States { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether pages were added since it was read.</summary>
    public bool HasGrown { get; private set; }

    /// <summary>Whether it goes back as far as is asked, and was read so lately.</summary>
    public bool IsGood(int horizon, DateTimeOffset now, TimeSpan? life) =>
        _horizon == horizon && (life is not { } limit || (now - _readAt < limit && now >= _readAt));

    /// <summary>Takes what the store says.</summary>
    public void Take(MinuteSeries series, HashSet<Stamp> pages, int horizon, DateTimeOffset now) =>
        (Series, _pages, _horizon, _readAt, HasGrown) = (series, pages, horizon, now, false);

    /// <summary>Has it read anew before it is used again.</summary>
    public void Distrust() => _horizon = -1;

    /// <summary>Adds a committed page's items, unless they were read with it.</summary>
    public void Add(Stamp page, List<(long Minute, int Score)> items, DateTimeOffset now, long first)
    {
        _pages = now - _readAt < PagesRemembered ? _pages : null;
        if (_pages?.Contains(page) == true)
        {
            return;
        }

        foreach (var (minute, score) in items)
        {
            Series.Add(minute, 1, score);
        }

        Series.Forget(first);
        HasGrown = true;
    }

    /// <inheritdoc/>
    public void Dispose() => Gate.Dispose();
}
