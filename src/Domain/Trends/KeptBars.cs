using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;

namespace Sentiment.Domain.Trends;

/// <summary>Bars kept in memory, those asked for last: of a state of the store that its key names, so that none is ever wrong.</summary>
/// <param name="options">How many.</param>
public sealed class KeptBars(IOptions<TrendOptions> options) : IDisposable
{
    private readonly MemoryCache _kept = new(new MemoryCacheOptions { SizeLimit = options.Value.KeptBars });

    /// <inheritdoc/>
    public void Dispose() => _kept.Dispose();

    /// <summary>What is kept, or null. It is not to be changed.</summary>
    /// <typeparam name="T">What a bar is.</typeparam>
    /// <param name="key">What it is of, with the ETag of a row that changes whenever it does.</param>
    internal T[]? Find<T>(object key) => _kept.TryGetValue(key, out T[]? known) ? known : null;

    /// <summary>Keeps some bars; where there is no room, for those that were asked for longest ago.</summary>
    /// <typeparam name="T">What a bar is.</typeparam>
    /// <param name="key">What they are of.</param>
    /// <param name="bars">The bars; none is known, too.</param>
    internal T[] Keep<T>(object key, T[] bars) => _kept.Set(key, bars, new MemoryCacheEntryOptions { Size = bars.Length + 1 });
}
