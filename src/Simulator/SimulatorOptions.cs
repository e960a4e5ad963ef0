using Sentiment.Simulator.Faults;

namespace Sentiment.Simulator;

/// <summary>Everything that shapes a simulated feed and the way it is served.</summary>
public sealed record SimulatorOptions
{
    /// <summary>The loopback port to listen on; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>Seeds the feed and the faults.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Where history ends and live growth begins.</summary>
    public DateTimeOffset Epoch { get; init; } = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Where the feed's clock starts; it then runs on. The host's time when null.</summary>
    public DateTimeOffset? ClockStart { get; init; }

    /// <summary>Holds the feed's clock at this time until the side door moves it.</summary>
    public DateTimeOffset? FrozenNow { get; init; }

    /// <summary>The days before the epoch that the history covers.</summary>
    public int HistoryDays { get; init; } = 30;

    /// <summary>The records of a symbol in a day, in live growth and, unless counted explicitly, in history.</summary>
    public double ItemsPerSymbolPerDay { get; init; } = 24;

    /// <summary>The exact number of records in each symbol's history, bad ones included.</summary>
    public int? ItemsPerSymbol { get; init; }

    /// <summary>The share of records whose text is their own; the others repeat an earlier or market-wide text.</summary>
    public double DistinctShare { get; init; } = 0.9;

    /// <summary>The share of records that are broken on purpose.</summary>
    public double BadShare { get; init; } = 0.005;

    /// <summary>The share of a symbol's records that stand under two or three symbols.</summary>
    public double SharedShare { get; init; } = 0.1;

    /// <summary>The share of records published 1 to 48 hours before they arrive.</summary>
    public double BackdatedShare { get; init; } = 0.01;

    /// <summary>The share of records published 74 to 140 hours before they arrive.</summary>
    public double FarBackdatedShare { get; init; } = 0.001;

    /// <summary>The calls that a key may make to a vendor in any second; unlimited when null.</summary>
    public int? CallsPerSecond { get; init; }

    /// <summary>The calls that a key may make to a vendor in any minute; unlimited when null.</summary>
    public int? CallsPerMinute { get; init; }

    /// <summary>The calls that a key may make to a vendor in any hour; unlimited when null.</summary>
    public int? CallsPerHour { get; init; }

    /// <summary>The calls that a key may make to a vendor in any 24 hours; unlimited when null.</summary>
    public int? CallsPerDay { get; init; }

    /// <summary>The longest that a call takes to arrive and its answer to come back, in milliseconds; each is drawn from the seed.</summary>
    public int TransitMs { get; init; }

    /// <summary>Keys answered with 401, besides those that start with <c>wrong-</c>.</summary>
    public IReadOnlyList<string> WrongKeys { get; init; } = [];

    /// <summary>The faults injected from the start; the side door changes them later.</summary>
    public FaultSettings Faults { get; init; } = new();

    /// <summary>A file that keeps records added through the side door over restarts.</summary>
    public string? StateFile { get; init; }

    /// <summary>The memory given to serialised records.</summary>
    public int CacheMegabytes { get; init; } = 256;

    /// <summary>The first thing wrong with these options, naming its command-line option; null when all is well.</summary>
    /// <returns>One line, or null.</returns>
    public string? Problem() => Problems().FirstOrDefault(problem => problem is not null);

    private IEnumerable<string?> Problems()
    {
        yield return Within("--port", Port, 0, 65_535);
        yield return Within("--history-days", HistoryDays, 1, 3_650);
        yield return Within("--items-per-symbol-per-day", ItemsPerSymbolPerDay, 0, 1_000_000);
        yield return Within("--items-per-symbol", ItemsPerSymbol ?? 0, 0, 1_000_000);
        yield return Share("--distinct-share", DistinctShare);
        yield return Share("--bad-share", BadShare);
        yield return Within("--shared-share", SharedShare, 0, 0.8);
        yield return Share("--backdated-share", BackdatedShare);
        yield return Share("--far-backdated-share", FarBackdatedShare);
        yield return Within("--calls-per-second", CallsPerSecond ?? 1, 1, 1_000_000);
        yield return Within("--calls-per-minute", CallsPerMinute ?? 1, 1, 1_000_000);
        yield return Within("--calls-per-hour", CallsPerHour ?? 1, 1, 1_000_000);
        yield return Within("--calls-per-day", CallsPerDay ?? 1, 1, 1_000_000);
        yield return Within("--transit-ms", TransitMs, 0, 60_000);
        yield return Within("--cache-mb", CacheMegabytes, 0, 65_536);
        yield return Share("--fault-share", Faults.Share);
        yield return Within("--retry-after", Faults.RetryAfterSeconds, 0, 86_400);
        yield return Within("--latency-ms", Faults.LatencyMs, 0, 600_000);
        yield return Within("--slow-body-ms", Faults.SlowBodyMs, 0, 600_000);
    }

    private static string? Share(string option, double value) => Within(option, value, 0, 1);

    // NaN fails both comparisons, so it must not be let through by asking for "outside".
    private static string? Within(string option, double value, double least, double most) =>
        value >= least && value <= most
            ? null
            : FormattableString.Invariant($"{option} must be between {least} and {most}, not {value}.");
}
