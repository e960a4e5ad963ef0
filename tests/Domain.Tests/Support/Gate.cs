namespace Sentiment.Domain.Tests.Support;

/// <summary>A place where the code under test waits until the test lets it pass.</summary>
public sealed class Gate
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes once somebody waits.</summary>
    public Task ReachedAsync() => _reached.Task.WaitAsync(Limit);

    public bool IsOpen => _open.Task.IsCompleted;

    public void Open() => _open.TrySetResult();

    public async Task PassAsync(CancellationToken cancellationToken)
    {
        _reached.TrySetResult();
        await _open.Task.WaitAsync(Limit, cancellationToken);
    }
}
