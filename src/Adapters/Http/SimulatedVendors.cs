using Microsoft.Extensions.Configuration;

namespace Sentiment.Adapters.Http;

/// <summary>Settings for vendors that are simulated: nobody's plan is used up there.</summary>
public static class SimulatedVendors
{
    private static readonly string[] Windows = ["PerSecond", "PerMinute", "PerHour", "PerDay", "PerMonth"];
    private static readonly string[] Vendors = ["Tiingo", "Finnhub", "AlphaVantage"];

    /// <summary>The keys that lift the limits of every vendor, each with 0.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> Unlimited =>
        from vendor in Vendors
        from key in Windows.Select(window => $"Limits:{window}").Append("Concurrency")
        select KeyValuePair.Create($"Sources:{vendor}:{key}", (string?)"0");

    /// <summary>Lifts the limits of every vendor, but for those that are configured.</summary>
    public static void Unlimit(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        foreach (var (key, value) in Unlimited)
        {
            configuration[key] ??= value;
        }
    }
}
