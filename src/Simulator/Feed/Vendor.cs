namespace Sentiment.Simulator.Feed;

/// <summary>The vendors, and where one has several tables these, that the simulator stands in for; their feeds are independent.</summary>
public enum Vendor
{
    /// <summary>Tiingo news.</summary>
    Tiingo,

    /// <summary>Finnhub company news.</summary>
    Finnhub,

    /// <summary>Finnhub market news; its symbols are the categories.</summary>
    FinnhubMarket,

    /// <summary>Alpha Vantage news with scores.</summary>
    AlphaVantage,

    /// <summary>Tiingo's end-of-day prices.</summary>
    TiingoEod,

    /// <summary>Tiingo's five-minute prices.</summary>
    TiingoIntraday,

    /// <summary>Tickets of a help desk; their symbols are its customers.</summary>
    Tickets,

    /// <summary>Time entries of a help desk, all under <c>TIME-ENTRIES</c>.</summary>
    TimeEntries,

    /// <summary>Contacts' remarks of a help desk; their symbols are its customers.</summary>
    Contacts,
}
