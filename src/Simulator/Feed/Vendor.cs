namespace Sentiment.Simulator.Feed;

/// <summary>The vendors that the simulator stands in for; their feeds are independent.</summary>
public enum Vendor
{
    /// <summary>Tiingo news.</summary>
    Tiingo,

    /// <summary>Finnhub company news.</summary>
    Finnhub,
}
