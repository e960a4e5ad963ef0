namespace Sentiment.Simulator.Faults;

/// <summary>The ways in which a vendor call can go wrong.</summary>
public enum FaultKind
{
    /// <summary>429 with Retry-After.</summary>
    RateLimit,

    /// <summary>500.</summary>
    ServerError,

    /// <summary>502 with an HTML body.</summary>
    BadGateway,

    /// <summary>503.</summary>
    Unavailable,

    /// <summary>The connection is reset in the middle of the body.</summary>
    CutConnection,

    /// <summary>200 with half of the JSON under a Content-Length that matches the half.</summary>
    TruncatedJson,

    /// <summary>200 with an HTML page.</summary>
    Html,

    /// <summary>The right body in drips.</summary>
    SlowBody,

    /// <summary>Some records of the page come twice, beyond the page's limit.</summary>
    Duplicates,

    /// <summary>The page starts with the last records of the page before it, beyond the page's limit.</summary>
    Overlap,

    /// <summary>The date filter of this call is ignored.</summary>
    IgnoreDates,
}
