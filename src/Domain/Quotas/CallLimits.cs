namespace Sentiment.Domain.Quotas;

/// <summary>The most calls that a vendor permits a credential, in any stretch of time of each length; 0 is no limit.</summary>
public sealed record CallLimits
{
    /// <summary>The most that a limit can be.</summary>
    public const int Most = 100_000_000;

    /// <summary>No limit at all.</summary>
    public static CallLimits Unlimited { get; } = new();

    /// <summary>Calls in any second.</summary>
    public int PerSecond { get; init; }

    /// <summary>Calls in any 60 seconds.</summary>
    public int PerMinute { get; init; }

    /// <summary>Calls in any 60 minutes.</summary>
    public int PerHour { get; init; }

    /// <summary>Calls in any 24 hours: at least as strict as a calendar day of any zone.</summary>
    public int PerDay { get; init; }

    /// <summary>Calls in any 31 days: at least as strict as a calendar month.</summary>
    public int PerMonth { get; init; }

    /// <summary>The limited windows, shortest first.</summary>
    internal IReadOnlyList<QuotaWindow> Windows =>
    [
        .. new QuotaWindow[]
        {
            new(1, PerSecond), new(60, PerMinute), new(3600, PerHour), new(86_400, PerDay), new(31 * 86_400, PerMonth),
        }.Where(window => window.Limit > 0),
    ];
}

/// <summary>A sliding window.</summary>
/// <param name="Seconds">Its length.</param>
/// <param name="Limit">The most calls in it.</param>
internal readonly record struct QuotaWindow(int Seconds, int Limit)
{
    /// <summary>A window so short that its slots are used again and again within one lease.</summary>
    public bool IsShort => Seconds < QuotaTerms.Lease.TotalSeconds;

    /// <summary>How long an answered call counts: the length, and a thousandth for clocks that run unevenly.</summary>
    public TimeSpan Counts => TimeSpan.FromSeconds(Seconds * 1.001);

    /// <summary>What people call a window of this length.</summary>
    public static string NameOf(int seconds) => seconds switch
    {
        1 => "second",
        60 => "minute",
        3600 => "hour",
        86_400 => "day",
        31 * 86_400 => "month",
        _ => $"{seconds} s",
    };
}
