namespace Sentiment.Domain.Tests.Quotas;

/// <summary>A clock that jumps from timer to timer, all on the test's thread, so that a schedule is a function of its seed.</summary>
internal sealed class SimulatedTime(DateTimeOffset start) : TimeProvider
{
    private readonly PriorityQueue<Action, (DateTimeOffset, long)> _due = new();
    private DateTimeOffset _now = start;
    private long _number;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _now;

    public override long GetTimestamp() => _now.UtcTicks;

    public void After(TimeSpan wait, Action act) => _due.Enqueue(act, (_now + wait, _number++));

    /// <summary>Runs everything that is due up to a time.</summary>
    public void RunUntil(DateTimeOffset end)
    {
        while (_due.TryPeek(out var act, out var due) && due.Item1 <= end)
        {
            _due.Dequeue();
            _now = due.Item1 > _now ? due.Item1 : _now;
            act();
        }

        _now = end;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Timer(SimulatedTime time, TimerCallback callback, object? state) : ITimer
    {
        private long _armed;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var mine = ++_armed;
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                time.After(dueTime, () =>
                {
                    if (_armed == mine)
                    {
                        callback(state);
                    }
                });
            }

            return true;
        }

        public void Dispose() => _armed++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

/// <summary>A process's own clock: off by some milliseconds, and still once the process is dead.</summary>
internal sealed class ProcessTime(SimulatedTime time, TimeSpan skew) : TimeProvider
{
    public bool IsDead { get; set; }

    public override long TimestampFrequency => time.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + skew;

    public override long GetTimestamp() => time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => time.CreateTimer(
        given =>
        {
            if (!IsDead)
            {
                callback(given);
            }
        },
        state, dueTime, period);
}
