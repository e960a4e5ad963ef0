using System.Diagnostics.CodeAnalysis;

namespace Sentiment.Domain.Caching;

/// <summary>Remembers what was looked up for a while; however many ask for a key at once, it is looked up once.</summary>
/// <typeparam name="TValue">What is looked up.</typeparam>
/// <param name="life">How long a value is good.</param>
/// <param name="capacity">The most keys remembered; the one that ends first gives way.</param>
/// <param name="time">The clock.</param>
public sealed class ShortLivedCache<TValue>(TimeSpan life, int capacity, TimeProvider time)
{
    /// <summary>How long a failure is remembered: enough to spare a service that is down, too short to be noticed after it is back.</summary>
    public static readonly TimeSpan FailureLife = TimeSpan.FromSeconds(5);

    /// <summary>How long a look-up may take.</summary>
    public static readonly TimeSpan LookUpTimeout = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>The value of a key, looked up unless it is remembered.</summary>
    /// <param name="key">The key.</param>
    /// <param name="find">Looks it up; serves everybody who waits, so its token is not the caller's.</param>
    /// <param name="cancellationToken">Ends this caller's wait, not the look-up.</param>
    /// <exception cref="TimeoutException">The look-up took too long.</exception>
    public ValueTask<TValue> GetAsync(string key, Func<CancellationToken, Task<TValue>> find, CancellationToken cancellationToken)
    {
        Entry entry;
        lock (_gate)
        {
            if (!_entries.TryGetValue(key, out var known) || known.Until <= time.GetUtcNow())
            {
                _entries.Remove(key);
                MakeRoom();
                known = _entries[key] = new Entry();
                known.Value = FindAsync(known, find);
            }

            entry = known;
        }

        return entry.Value.IsCompletedSuccessfully ? new(entry.Value) : new(entry.Value.WaitAsync(cancellationToken));
    }

    /// <summary>Has a key looked up anew by whoever asks next, a look-up under way included.</summary>
    public void Forget(string key)
    {
        lock (_gate)
        {
            _entries.Remove(key);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever the look-up throws, it is thrown on; only how long it is remembered depends on it.")]
    private async Task<TValue> FindAsync(Entry entry, Func<CancellationToken, Task<TValue>> find)
    {
        // The look-up must not run under the lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using var limit = new CancellationTokenSource(LookUpTimeout, time);
        try
        {
            var value = await find(limit.Token).ConfigureAwait(false);
            entry.End(time.GetUtcNow() + life);
            return value;
        }
        catch (Exception exception)
        {
            entry.End(time.GetUtcNow() + FailureLife);
            if (limit.IsCancellationRequested && exception is OperationCanceledException)
            {
                throw new TimeoutException($"The look-up took more than {LookUpTimeout.TotalSeconds} s.", exception);
            }

            throw;
        }
    }

    private void MakeRoom()
    {
        if (_entries.Count >= capacity)
        {
            _entries.Remove(_entries.MinBy(e => e.Value.Until).Key);
        }
    }

    private sealed class Entry
    {
        private long _until = DateTimeOffset.MaxValue.Ticks;

        public Task<TValue> Value { get; set; } = null!;

        /// <summary>Never, while it is being looked up.</summary>
        public DateTimeOffset Until => new(Volatile.Read(ref _until), TimeSpan.Zero);

        public void End(DateTimeOffset at) => Volatile.Write(ref _until, at.UtcTicks);
    }
}
