using System.Collections.Concurrent;
using Sentiment.Simulator.Feed;

namespace Sentiment.Simulator.Access;

/// <summary>
/// Counts each key's calls to a vendor as they arrive, in strict sliding windows; what is refused does not count, but is a
/// violation.
/// </summary>
internal sealed class CallLimits(SimulatorOptions options, TimeProvider time)
{
    private readonly (string Name, TimeSpan Length, int Limit)[] _windows =
    [
        .. new (string Name, TimeSpan Length, int? Limit)[]
        {
            ("second", TimeSpan.FromSeconds(1), options.CallsPerSecond),
            ("minute", TimeSpan.FromMinutes(1), options.CallsPerMinute),
            ("hour", TimeSpan.FromHours(1), options.CallsPerHour),
            ("day", TimeSpan.FromDays(1), options.CallsPerDay),
        }.Where(window => window.Limit is not null).Select(window => (window.Name, window.Length, window.Limit!.Value)),
    ];

    private readonly ConcurrentDictionary<(Vendor, string), Queue<DateTimeOffset>[]> _calls = new();
    private readonly ConcurrentDictionary<string, long> _violations = new();

    /// <summary>Refused calls by the window whose limit they met, since the start or the last reset.</summary>
    public IReadOnlyDictionary<string, long> Violations => new Dictionary<string, long>(_violations);

    public void Reset() => _violations.Clear();

    /// <summary>Null when the call may pass, otherwise the seconds until it may.</summary>
    public int? Wait(Vendor vendor, string key)
    {
        if (_windows.Length == 0)
        {
            return null;
        }

        var calls = _calls.GetOrAdd((vendor, key), _ => [.. _windows.Select(_ => new Queue<DateTimeOffset>())]);
        lock (calls)
        {
            var now = time.GetUtcNow();
            int? wait = null;
            foreach (var (window, arrivals) in _windows.Zip(calls))
            {
                while (arrivals.TryPeek(out var first) && first + window.Length <= now)
                {
                    arrivals.Dequeue();
                }

                if (arrivals.Count >= window.Limit)
                {
                    _violations.AddOrUpdate(window.Name, 1, static (_, count) => count + 1);
                    wait = Math.Max(wait ?? 1, (int)Math.Ceiling((arrivals.Peek() + window.Length - now).TotalSeconds));
                }
            }

            if (wait is null)
            {
                Array.ForEach(calls, arrivals => arrivals.Enqueue(now));
            }

            return wait;
        }
    }
}
