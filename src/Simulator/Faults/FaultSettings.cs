using System.Globalization;
using Sentiment.Simulator.SideDoor;

namespace Sentiment.Simulator.Faults;

/// <summary>Which faults are injected, how often, and into whose calls.</summary>
public sealed record FaultSettings
{
    private const int MostDelayMs = 600_000;

    /// <summary>The share of calls that fail, 0 to 1.</summary>
    public double Share { get; init; }

    /// <summary>The kinds drawn from, each as likely as another; when empty, every kind before <see cref="FaultKind.Unauthorized"/>.</summary>
    public IReadOnlyList<FaultKind> Kinds { get; init; } = [];

    /// <summary>What an injected 429 says in Retry-After.</summary>
    public int RetryAfterSeconds { get; init; } = 1;

    /// <summary>A delay before every answer.</summary>
    public int LatencyMs { get; init; }

    /// <summary>How long a slow body takes.</summary>
    public int SlowBodyMs { get; init; } = 2_000;

    /// <summary>Ignores the date filter of every Tiingo call.</summary>
    public bool IgnoreDates { get; init; }

    /// <summary>Stops after this many faults; without end when null.</summary>
    public int? Limit { get; init; }

    /// <summary>Only calls whose key starts with this are hit; every call when null.</summary>
    public string? KeyPrefix { get; init; }

    /// <summary>Only calls of this vendor are hit; all when null.</summary>
    public string? Vendor { get; init; }

    /// <summary>The first thing wrong with these settings, naming it; null when all is well.</summary>
    /// <returns>One line, or null.</returns>
    internal string? Problem() =>
        !(Share is >= 0 and <= 1) ? $"share must be between 0 and 1, not {Share.ToString(CultureInfo.InvariantCulture)}."
        : RetryAfterSeconds is < 0 or > 86_400 ? $"retryAfterSeconds must be between 0 and 86400, not {RetryAfterSeconds}."
        : LatencyMs is < 0 or > MostDelayMs ? $"latencyMs must be between 0 and {MostDelayMs}, not {LatencyMs}."
        : SlowBodyMs is < 0 or > MostDelayMs ? $"slowBodyMs must be between 0 and {MostDelayMs}, not {SlowBodyMs}."
        : Limit < 0 ? "limit must not be negative."
        : Vendor is not null && !Enum.TryParse<Feed.Vendor>(Vendor, ignoreCase: true, out _) ? $"vendor must be one of {string.Join(", ", Enum.GetValues<Feed.Vendor>().Select(JsonNames.Of))}."
        : null;
}
