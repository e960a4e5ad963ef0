using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace Sentiment.Api.Access;

/// <summary>Counts requests by key, and by address where no key is known.</summary>
internal sealed class RateLimits(IOptions<ApiOptions> options) : IDisposable
{
    private readonly PartitionedRateLimiter<string> _byKey = Limiter(options.Value.RequestsPerSecond, options.Value.Burst);
    private readonly PartitionedRateLimiter<string> _byAddress = Limiter(options.Value.UnknownPerSecond, options.Value.UnknownPerSecond);

    /// <summary>Null: the request may go on; else when to come again.</summary>
    public TimeSpan? WaitOf(Caller caller) => Wait(_byKey, caller.Id);

    /// <inheritdoc cref="WaitOf(Caller)"/>
    public TimeSpan? WaitOf(IPAddress? address) => Wait(_byAddress, Network(address));

    public void Dispose()
    {
        _byKey.Dispose();
        _byAddress.Dispose();
    }

    // Whoever has an IPv6 address has 2^64 of them.
    private static string Network(IPAddress? address)
    {
        if (address is not { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false })
        {
            return address?.MapToIPv4().ToString() ?? "";
        }

        return Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8));
    }

    private static TimeSpan? Wait(PartitionedRateLimiter<string> limiter, string who)
    {
        using var lease = limiter.AttemptAcquire(who);
        return lease.IsAcquired ? null : lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.FromSeconds(1);
    }

    private static PartitionedRateLimiter<string> Limiter(int perSecond, int burst) => PartitionedRateLimiter.Create<string, string>(
        who => RateLimitPartition.GetTokenBucketLimiter(who, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = burst,
            TokensPerPeriod = perSecond,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        }),
        StringComparer.Ordinal);
}
