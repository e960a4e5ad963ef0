using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace Sentiment.Adapters.Tests.Http;

/// <summary>
/// A clock that jumps to the end of every wait as soon as it begins, and notes it. Time-outs of attempts are longer
/// than any wait and so stand until the test moves the clock.
/// </summary>
internal sealed class HastyTime(DateTimeOffset start) : FakeTimeProvider(start)
{
    private readonly Lock _advancing = new();

    /// <summary>The longest wait that it jumps over; what is longer stands until the test moves the clock.</summary>
    public TimeSpan Haste { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The waits in their order.</summary>
    public ConcurrentQueue<TimeSpan> Waits { get; } = new();

    /// <summary>The time-outs in their order.</summary>
    public ConcurrentQueue<TimeSpan> TimeOuts { get; } = new();

    /// <summary>Moves the clock on, one step at a time: a step within a step wakes nobody.</summary>
    public new void Advance(TimeSpan delta)
    {
        lock (_advancing)
        {
            base.Advance(delta);
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime >= TimeSpan.Zero && dueTime <= Haste)
        {
            Waits.Enqueue(dueTime);

            // Not here: whoever waits does not have the timer yet.
            _ = Task.Run(() => Advance(dueTime));
        }
        else if (dueTime > Haste)
        {
            TimeOuts.Enqueue(dueTime);
        }

        return timer;
    }
}
