using Sentiment.Domain.Caching;

namespace Sentiment.Domain.Live;

/// <summary>
/// Reads groups as a whole for those who join or have missed something. However many ask, a group is read once at a time: who asks
/// while a read is under way shares the next one with all who do, for that one may be older than what they miss.
/// </summary>
public sealed class LiveSnapshots
{
    private readonly Lock _gate = new();
    private readonly Dictionary<LiveGroup, Turn> _turns = [];
    private readonly LiveState _state;
    private readonly TimeProvider _time;

    internal LiveSnapshots(LiveState state, TimeProvider time) => (_state, _time) = (state, time);

    /// <summary>The group as it is now: <c>{"group","version","entries"}</c>, its tag one of the entries alone.</summary>
    /// <param name="group">The group.</param>
    /// <param name="cancellationToken">Ends this caller's wait, not the read.</param>
    /// <exception cref="TimeoutException">The read took more than <see cref="DocumentCache.MakeTimeout"/>.</exception>
    public Task<CachedDocument> ReadAsync(LiveGroup group, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(group);
        Turn turn;
        lock (_gate)
        {
            _turns.TryGetValue(group, out var last);
            turn = last is { HasBegun: false } ? last : _turns[group] = new();
            turn.Task ??= InTurnAsync(group, turn, last?.Task);
        }

        return turn.Task.WaitAsync(cancellationToken);
    }

    private async Task<CachedDocument> InTurnAsync(LiveGroup group, Turn turn, Task<CachedDocument>? before)
    {
        // Not under the lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        if (before is not null)
        {
            await ((Task)before).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        lock (_gate)
        {
            turn.HasBegun = true;
        }

        using var limit = new CancellationTokenSource(DocumentCache.MakeTimeout, _time);
        try
        {
            // What is told in this very millisecond may be newer than what is read here; of those before nothing is.
            var now = _time.GetUtcNow();
            var entries = LiveMessages.Entries(await _state.ReadAsync(group, limit.Token).ConfigureAwait(false));
            var snapshot = LiveMessages.Snapshot(group, now.ToUnixTimeMilliseconds() - 1, entries.Span);
            return CachedDocument.Of(snapshot, now) with { ETag = CachedDocument.TagOf(entries.Span) };
        }
        catch (OperationCanceledException late) when (limit.IsCancellationRequested)
        {
            throw new TimeoutException($"A snapshot took more than {DocumentCache.MakeTimeout.TotalSeconds} s to read.", late);
        }
        finally
        {
            lock (_gate)
            {
                if (_turns.GetValueOrDefault(group) == turn)
                {
                    _turns.Remove(group);
                }
            }
        }
    }

    private sealed class Turn
    {
        public bool HasBegun { get; set; }

        public Task<CachedDocument>? Task { get; set; }
    }
}
