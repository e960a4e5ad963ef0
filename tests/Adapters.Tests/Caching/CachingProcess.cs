using System.Text;
using Microsoft.Extensions.Caching.Distributed;
using Sentiment.Adapters.Caching;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;

namespace Sentiment.Adapters.Tests.Caching;

/// <summary>The cache as one process has it, and the calls that it made.</summary>
internal sealed class CachingProcess(TimeProvider time, IDistributedCache? second, CachingOptions? options = null) : IDisposable
{
    /// <summary>A Wednesday before a holiday, after hours: what is asked now is good for twelve hours.</summary>
    public static readonly DateTimeOffset Closed = new(2026, 11, 25, 22, 0, 0, TimeSpan.Zero);

    // However slow the machine is, the second level is waited for.
    private readonly ResponseCache _cache = new(
        (options ?? new()) with { SecondLevelTimeout = TimeSpan.FromMinutes(5) }, new(new MarketOptions().Hours(), new("0 */5 * * * *"), TimeSpan.FromHours((options ?? new()).ClosedHours)), second, time, null);

    public string Vendor { get; } = $"wire-{Guid.NewGuid():N}";

    public int Calls { get; private set; }

    /// <summary>What its vendor answers.</summary>
    public Func<SourceBody> Answer { get; set; } = () => new(Encoding.UTF8.GetBytes("[]"), time.GetUtcNow());

    public static CachingProcess Start(TimeProvider time, ITableStore tables, CachingOptions? options = null) =>
        new(time, new TableCache(tables, TimeSpan.FromHours(24), time), options);

    public Task<SourceBody> GetAsync(string key = "key", DateTimeOffset? notBefore = null, bool onlyKept = false, bool followsMarket = true, bool isOfOneRun = false)
    {
        var now = time.GetUtcNow();
        var source = new SourceDescription("wire/news", Vendor, ChunkAxis.SymbolBatch, CursorDate.Published, TimeSpan.FromHours(72), 1, 0) { FollowsMarket = followsMarket };
        var page = new PageRequest(["AAPL"], now.AddDays(-1), now, CursorDate.Published, null, null) { NotBefore = notBefore, OnlyKept = onlyKept };
        return _cache.GetAsync(new(key, source, page, isOfOneRun), _ =>
        {
            Calls++;
            return Task.FromResult(Answer());
        }, default);
    }

    public void Dispose() => _cache.Dispose();
}
