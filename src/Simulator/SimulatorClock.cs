namespace Sentiment.Simulator;

/// <summary>The feed's clock: the host's, possibly shifted, or standing still.</summary>
internal sealed class SimulatorClock
{
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private TimeSpan _shift;
    private DateTimeOffset? _frozen;

    public SimulatorClock(SimulatorOptions options, TimeProvider time)
    {
        _time = time;
        _frozen = options.FrozenNow;
        _shift = options.ClockStart is { } start ? start - time.GetUtcNow() : TimeSpan.Zero;
    }

    public DateTimeOffset Now
    {
        get
        {
            lock (_gate)
            {
                return Reading();
            }
        }
    }

    public bool Frozen
    {
        get
        {
            lock (_gate)
            {
                return _frozen is not null;
            }
        }
    }

    public void Change(DateTimeOffset? now, TimeSpan advance, bool? frozen)
    {
        lock (_gate)
        {
            var target = (now ?? Reading()) + advance;
            _frozen = frozen ?? _frozen is not null ? target : null;
            _shift = target - _time.GetUtcNow();
        }
    }

    private DateTimeOffset Reading() => _frozen ?? _time.GetUtcNow() + _shift;
}
