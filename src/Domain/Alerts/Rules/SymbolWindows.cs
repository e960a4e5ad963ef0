using System.Collections.Concurrent;

namespace Sentiment.Domain.Alerts.Rules;

/// <summary>The windows of the symbols that items came for last, bounded.</summary>
internal sealed class SymbolWindows
{
    /// <summary>The most windows, of a few KiB each.</summary>
    public const int Most = 20_000;

    private readonly ConcurrentDictionary<(string Tenant, string Symbol), SymbolWindow> _windows = new();

    /// <summary>Those there are.</summary>
    public IEnumerable<((string Tenant, string Symbol) Key, SymbolWindow Window)> All => _windows.Select(w => (w.Key, w.Value));

    /// <summary>A symbol's window, an empty one where there is none.</summary>
    public SymbolWindow Of(string tenant, string symbol)
    {
        if (_windows.TryGetValue((tenant, symbol), out var known))
        {
            return known;
        }

        // Whoever holds one that goes finishes with it; nothing is lost that cannot be read again.
        if (_windows.Count >= Most)
        {
            foreach (var some in _windows.Take(Most / 10))
            {
                _windows.TryRemove(some);
            }
        }

        return _windows.GetOrAdd((tenant, symbol), _ => new());
    }

    /// <summary>Forgets a window.</summary>
    public void Remove((string Tenant, string Symbol) key) => _windows.TryRemove(key, out _);
}
