using Sentiment.Engine.History;

namespace Sentiment.Engine.Execution;

/// <summary>The external events of an instance: those that came early, and who waits for which.</summary>
/// <param name="checkInTurn">Whether the calling code runs inside a turn of the instance.</param>
internal sealed class EventInbox(Func<bool> checkInTurn)
{
    private readonly Dictionary<string, TaskCompletionSource<string?>> _waiters = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<HistoryEvent> _early = [];

    /// <summary>The names waited for.</summary>
    public IReadOnlyCollection<string> Waiting => _waiters.Keys;

    /// <summary>The events that nobody has waited for yet, in the order they came.</summary>
    public IReadOnlyList<HistoryEvent> Early => _early;

    /// <summary>Gives an event to its waiter, or keeps it.</summary>
    public void Raise(in HistoryEvent raised)
    {
        if (_waiters.Remove(raised.Name!, out var waiter)) waiter.SetResult(raised.Payload);
        else _early.Add(raised);
    }

    /// <summary>Takes the first early event of that name, or waits for the next.</summary>
    /// <exception cref="InvalidOperationException">Another wait for that name is pending.</exception>
    public Task<string?> Wait(string name, CancellationToken cancellationToken)
    {
        if (_waiters.ContainsKey(name))
        {
            throw new InvalidOperationException($"The workflow already waits for the event '{name}'; one wait per name.");
        }

        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<string?>(cancellationToken);

        var index = _early.FindIndex(e => string.Equals(e.Name, name, StringComparison.OrdinalIgnoreCase));
        if (index >= 0)
        {
            var payload = _early[index].Payload;
            _early.RemoveAt(index);
            return Task.FromResult(payload);
        }

        var waiter = new TaskCompletionSource<string?>();
        _waiters.Add(name, waiter);
        if (cancellationToken.CanBeCanceled)
        {
            var registration = cancellationToken.Register(() => GiveUp(name, waiter, cancellationToken));
            waiter.Task.ContinueWith(
                _ => registration.Dispose(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        return waiter.Task;
    }

    private void GiveUp(string name, TaskCompletionSource<string?> waiter, CancellationToken cancellationToken)
    {
        if (!checkInTurn()) return;
        if (_waiters.TryGetValue(name, out var current) && ReferenceEquals(current, waiter)) _waiters.Remove(name);
        waiter.TrySetCanceled(cancellationToken);
    }
}
