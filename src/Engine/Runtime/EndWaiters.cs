using System.Collections.Concurrent;

namespace Sentiment.Engine.Runtime;

/// <summary>Those who wait for the end of an instance.</summary>
internal sealed class EndWaiters
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waiters = new(StringComparer.Ordinal);

    /// <summary>Completes once the instance ends; ask before looking at its status, or its end may be missed.</summary>
    public Task Wait(string instanceId) =>
        _waiters.GetOrAdd(instanceId, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>The instance has ended, and the store knows it.</summary>
    public void Signal(string instanceId)
    {
        if (_waiters.TryRemove(instanceId, out var waiter)) waiter.TrySetResult();
    }

    /// <summary>The engine stops: nobody will hear of an end any more.</summary>
    public void CancelAll()
    {
        foreach (var id in _waiters.Keys)
        {
            if (_waiters.TryRemove(id, out var waiter)) waiter.TrySetException(new ObjectDisposedException(nameof(EmbeddedEngine)));
        }
    }
}
