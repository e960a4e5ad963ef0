using System.Threading.Channels;

namespace Sentiment.Workflows.Contract;

/// <summary>Holds an activity until the test lets it go, and tells the test that it is held.</summary>
public sealed class Gate
{
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<bool> _entered = Channel.CreateUnbounded<bool>();

    public async Task PassAsync(CancellationToken cancellationToken)
    {
        _entered.Writer.TryWrite(true);
        await _open.Task.WaitAsync(cancellationToken);
    }

    public void Open() => _open.TrySetResult();

    public async Task EnteredAsync(int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            Assert.True(await _entered.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60)));
        }
    }
}
