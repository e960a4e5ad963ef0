namespace Sentiment.Engine.Runtime;

/// <summary>All timers of all instances, on one timer of the clock.</summary>
internal sealed class TimerQueue : IDisposable
{
    // Clocks take some 49 days at most; a long wait is set again when this has passed.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private readonly SortedSet<Entry> _entries = new(Comparer<Entry>.Create(static (a, b) =>
        a.Ticks != b.Ticks ? a.Ticks.CompareTo(b.Ticks) : a.Number.CompareTo(b.Number)));

    private long _number;
    private bool _isDisposed;

    /// <summary>Makes an empty queue.</summary>
    public TimerQueue(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(_ => Fire(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Calls back once the time has come; disposing the result takes the timer out.</summary>
    public IDisposable Add(long utcTicks, Action callback)
    {
        var entry = new Entry(this, utcTicks, Interlocked.Increment(ref _number), callback);
        if (utcTicks <= _time.GetUtcNow().UtcTicks)
        {
            callback();
            return entry;
        }

        lock (_gate)
        {
            if (_isDisposed) return entry;
            _entries.Add(entry);
            if (ReferenceEquals(_entries.Min, entry)) Set(entry);
        }

        return entry;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _entries.Clear();
        }

        _timer.Dispose();
    }

    private void Fire()
    {
        List<Entry> due = [];
        lock (_gate)
        {
            if (_isDisposed) return;
            var now = _time.GetUtcNow().UtcTicks;
            while (_entries.Min is { } first && first.Ticks <= now)
            {
                _entries.Remove(first);
                due.Add(first);
            }

            if (_entries.Min is { } next) Set(next);
        }

        due.ForEach(entry => entry.Callback());
    }

    private void Set(Entry entry)
    {
        var wait = TimeSpan.FromTicks(Math.Max(0, entry.Ticks - _time.GetUtcNow().UtcTicks));

        // Clocks count whole milliseconds and would come a moment early, find nothing due, and be set again in vain.
        wait = TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));
        _timer.Change(wait < Longest ? wait : Longest, Timeout.InfiniteTimeSpan);
    }

    private void Remove(Entry entry)
    {
        lock (_gate) _entries.Remove(entry);
    }

    private sealed class Entry(TimerQueue queue, long ticks, long number, Action callback) : IDisposable
    {
        public long Ticks { get; } = ticks;

        public long Number { get; } = number;

        public Action Callback { get; } = callback;

        public void Dispose() => queue.Remove(this);
    }
}
