using Sentiment.Simulator.Feed;

namespace Sentiment.Simulator.Access;

/// <summary>The way of a call to the vendor and of its answer back: a time drawn from the seed for each.</summary>
internal sealed class Transit(SimulatorOptions options, TimeProvider time)
{
    private long _draws;

    public Task Pass(CancellationToken stop)
    {
        if (options.TransitMs == 0)
        {
            return Task.CompletedTask;
        }

        var draw = new SeededDraw(SeededDraw.Mix(SeededDraw.Mix((ulong)options.Seed, SeededDraw.Of("transit")), (ulong)Interlocked.Increment(ref _draws)));
        return Task.Delay(TimeSpan.FromMilliseconds(draw.Unit() * options.TransitMs), time, stop);
    }
}
