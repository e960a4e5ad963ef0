using System.Collections.Concurrent;
using Sentiment.Simulator.Feed;

namespace Sentiment.Simulator.Access;

/// <summary>Counts each key's calls to a vendor in windows of one minute that start with the first call.</summary>
internal sealed class CallLimits(int? callsPerMinute, TimeProvider time)
{
    private static readonly TimeSpan Length = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<(Vendor, string), Window> _windows = new();

    /// <summary>Null when the call may pass, otherwise the seconds until it may.</summary>
    public int? Wait(Vendor vendor, string key)
    {
        if (callsPerMinute is not { } limit)
        {
            return null;
        }

        var window = _windows.GetOrAdd((vendor, key), static _ => new Window());
        lock (window)
        {
            var now = time.GetUtcNow();
            if (now >= window.End)
            {
                window.End = now + Length;
                window.Calls = 0;
            }

            return window.Calls++ < limit ? null : Math.Max(1, (int)Math.Ceiling((window.End - now).TotalSeconds));
        }
    }

    private sealed class Window
    {
        public DateTimeOffset End { get; set; }

        public int Calls { get; set; }
    }
}
