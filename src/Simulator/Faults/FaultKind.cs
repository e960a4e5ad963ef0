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

    /// <summary>401, or as the vendor refuses a key. This one and those after it are drawn only where they are named.</summary>
    Unauthorized,

    /// <summary>403, or as the vendor refuses a table.</summary>
    Forbidden,

    /// <summary>408.</summary>
    RequestTimeout,

    /// <summary>200 with the vendor's complaint of too many calls instead of records.</summary>
    ErrorWithStatus200,

    /// <summary>200 with JSON of another shape.</summary>
    OtherShape,

    /// <summary>302 to another host.</summary>
    Redirect,

    /// <summary>200 with a body of 40 MiB.</summary>
    Oversize,

    /// <summary>The connection is reset before the first byte.</summary>
    Reset,

    /// <summary>200 with a body that drips until the caller hangs up.</summary>
    EndlessBody,
}
