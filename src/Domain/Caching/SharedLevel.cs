using Microsoft.Extensions.Caching.Distributed;
using ZiggyCreatures.Caching.Fusion.Backplane;

namespace Sentiment.Domain.Caching;

/// <summary>What all processes share of the kept documents.</summary>
/// <param name="Cache">Keeps them.</param>
/// <param name="Backplane">Tells the other processes what to forget.</param>
public sealed record SharedLevel(IDistributedCache Cache, IFusionCacheBackplane Backplane);
