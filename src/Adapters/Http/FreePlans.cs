using Sentiment.Domain.Quotas;

namespace Sentiment.Adapters.Http;

/// <summary>What the vendors' free plans permit: the default limits, for a lower one than need be loses time, a higher one the account.</summary>
internal static class FreePlans
{
    /// <summary>Tiingo: 50 an hour.</summary>
    public static CallLimits Tiingo { get; } = new() { PerHour = 50 };

    /// <summary>Finnhub: 60 a minute, and 30 a second on every plan.</summary>
    public static CallLimits Finnhub { get; } = new() { PerSecond = 30, PerMinute = 60 };

    /// <summary>Alpha Vantage: 25 a day.</summary>
    public static CallLimits AlphaVantage { get; } = new() { PerDay = 25 };
}
