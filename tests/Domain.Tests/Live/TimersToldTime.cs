using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace Sentiment.Domain.Tests.Live;

/// <summary>A clock that stands until it is moved, and tells when somebody begins to wait for it.</summary>
internal sealed class TimersToldTime(DateTimeOffset start) : FakeTimeProvider(start)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly Channel<TimeSpan> _waits = Channel.CreateUnbounded<TimeSpan>();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _waits.Writer.TryWrite(dueTime);
        return timer;
    }

    /// <summary>Completes once somebody waits for so long.</summary>
    public async Task WaitedForAsync(TimeSpan wait)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (await _waits.Reader.ReadAsync(limit.Token) != wait)
        {
            // Other waits are others' business.
        }
    }
}
