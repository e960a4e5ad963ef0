using System.Text.Json;
using Microsoft.DurableTask;

namespace Sentiment.Functions.Durable;

/// <summary>
/// The external events of an instance as the workflow contract has them. Durable Task gives an event to a waiter that
/// has given up, and loses it; so it has one waiter here per name that never gives up, and who waits is decided here.
/// </summary>
internal sealed class DurableEvents(TaskOrchestrationContext inner)
{
    private readonly Dictionary<string, TaskCompletionSource<JsonElement?>> _waiters = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Task> _listeners = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<(string Name, JsonElement? Payload)> _kept = [];
    private bool _isForwarding;

    /// <summary>The names waited for.</summary>
    public IReadOnlyCollection<string> Waiting => _waiters.Keys;

    /// <summary>Takes the first early event of that name, or waits for the next.</summary>
    /// <exception cref="InvalidOperationException">Another wait for that name is pending.</exception>
    public Task<JsonElement?> WaitAsync(string name, CancellationToken cancellationToken)
    {
        if (_waiters.ContainsKey(name))
        {
            throw new InvalidOperationException($"The workflow already waits for the event '{name}'; one wait per name.");
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<JsonElement?>(cancellationToken);
        }

        var index = _kept.FindIndex(e => string.Equals(e.Name, name, StringComparison.OrdinalIgnoreCase));
        if (index >= 0)
        {
            var payload = _kept[index].Payload;
            _kept.RemoveAt(index);
            return Task.FromResult(payload);
        }

        var waiter = new TaskCompletionSource<JsonElement?>();
        _waiters.Add(name, waiter);
        if (!_listeners.TryGetValue(name, out var listener) || listener.IsCompleted)
        {
            _listeners[name] = ListenAsync(name);
        }

        if (cancellationToken.CanBeCanceled && !waiter.Task.IsCompleted)
        {
            cancellationToken.Register(() => GiveUp(name, waiter, cancellationToken));
        }

        return waiter.Task;
    }

    /// <summary>Gives what nobody has waited for to the next generation, and what may yet come to this one.</summary>
    public void Forward()
    {
        _isForwarding = true;
        foreach (var (name, payload) in _kept)
        {
            inner.SendEvent(inner.InstanceId, name, payload!);
        }
    }

    private async Task ListenAsync(string name)
    {
        var payload = await inner.WaitForExternalEvent<JsonElement?>(name);
        if (_waiters.Remove(name, out var waiter))
        {
            // No longer listening before the workflow goes on, for it may wait for the name again at once.
            _listeners.Remove(name);
            waiter.SetResult(payload);
        }
        else if (_isForwarding)
        {
            inner.SendEvent(inner.InstanceId, name, payload!);
        }
        else
        {
            _kept.Add((name, payload));
        }
    }

    private void GiveUp(string name, TaskCompletionSource<JsonElement?> waiter, CancellationToken cancellationToken)
    {
        if (_waiters.TryGetValue(name, out var current) && ReferenceEquals(current, waiter))
        {
            _waiters.Remove(name);
            waiter.TrySetCanceled(cancellationToken);
        }
    }
}
