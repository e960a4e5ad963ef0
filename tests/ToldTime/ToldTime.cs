using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace Sentiment.Testing;

/// <summary>A clock that stands until it is moved, and tells how long somebody begins to wait.</summary>
internal sealed class ToldTime(DateTimeOffset start) : FakeTimeProvider(start)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly Channel<TimeSpan> _waits = Channel.CreateUnbounded<TimeSpan>();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _waits.Writer.TryWrite(dueTime);
        return timer;
    }

    /// <summary>The next wait, once it has begun.</summary>
    public async Task<TimeSpan> NextWaitAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        return await _waits.Reader.ReadAsync(limit.Token);
    }

    /// <summary>Completes once somebody waits for so long; other waits are others' business.</summary>
    public async Task WaitedForAsync(TimeSpan wait)
    {
        while (await NextWaitAsync() != wait)
        {
        }
    }

    /// <summary>Moves the clock over a time from wait to wait; the last wait reaches beyond it.</summary>
    public async Task PassAsync(TimeSpan span)
    {
        for (var end = GetUtcNow() + span; ;)
        {
            var wait = await NextWaitAsync();
            if (GetUtcNow() + wait > end)
            {
                Advance(end - GetUtcNow());
                return;
            }

            Advance(wait);
        }
    }
}
