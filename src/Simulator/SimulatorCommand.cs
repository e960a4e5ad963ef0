using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Sentiment.Simulator.Faults;
using Sentiment.Simulator.SideDoor;

namespace Sentiment.Simulator;

/// <summary>The command line of the simulator process.</summary>
internal sealed class SimulatorCommand
{
    private static readonly SimulatorOptions Defaults = new();

    private readonly Option<int> _port = Number("--port", "Loopback port; 0 takes a free one.", Defaults.Port);
    private readonly Option<long> _seed = new("--seed") { Description = "Seeds the feed and the faults.", DefaultValueFactory = _ => Defaults.Seed };
    private readonly Option<DateTimeOffset?> _epoch = Instant("--epoch", "Where history ends and growth begins.");
    private readonly Option<DateTimeOffset?> _clock = Instant("--clock", "Where the feed's clock starts before it runs on.");
    private readonly Option<DateTimeOffset?> _frozen = Instant("--frozen-now", "Holds the feed's clock at this time.");
    private readonly Option<int> _historyDays = Number("--history-days", "Days of history before the epoch.", Defaults.HistoryDays);
    private readonly Option<double> _perDay = Real("--items-per-symbol-per-day", "Records of a symbol in a day.", Defaults.ItemsPerSymbolPerDay);
    private readonly Option<int?> _perSymbol = Optional("--items-per-symbol", "Exact number of records in each symbol's history.");
    private readonly Option<double> _distinct = Real("--distinct-share", "Share of records with a text of their own.", Defaults.DistinctShare);
    private readonly Option<double> _bad = Real("--bad-share", "Share of records broken on purpose.", Defaults.BadShare);
    private readonly Option<double> _shared = Real("--shared-share", "Share of records under several symbols.", Defaults.SharedShare);
    private readonly Option<double> _backdated = Real("--backdated-share", "Share of records published 1-48 h before arrival.", Defaults.BackdatedShare);
    private readonly Option<double> _far = Real("--far-backdated-share", "Share of records published 74-140 h before arrival.", Defaults.FarBackdatedShare);
    private readonly Option<int?> _second = Optional("--calls-per-second", "Calls that a key may make to a vendor in any second.");
    private readonly Option<int?> _calls = Optional("--calls-per-minute", "Calls that a key may make to a vendor in any minute.");
    private readonly Option<int?> _hour = Optional("--calls-per-hour", "Calls that a key may make to a vendor in any hour.");
    private readonly Option<int?> _day = Optional("--calls-per-day", "Calls that a key may make to a vendor in any 24 hours.");
    private readonly Option<int> _transit = Number("--transit-ms", "Longest way of a call to the vendor, and of its answer back.", Defaults.TransitMs);
    private readonly Option<string[]> _wrong = Words("--wrong-key", "A key answered with 401; may be repeated.");
    private readonly Option<double> _faultShare = Real("--fault-share", "Share of calls that fail.", Defaults.Faults.Share);
    private readonly Option<FaultKind[]> _kinds = Kinds();
    private readonly Option<int> _retryAfter = Number("--retry-after", "Retry-After of injected 429s, in seconds.", Defaults.Faults.RetryAfterSeconds);
    private readonly Option<int> _latency = Number("--latency-ms", "Delay before every answer.", Defaults.Faults.LatencyMs);
    private readonly Option<int> _slowBody = Number("--slow-body-ms", "How long an injected slow body takes.", Defaults.Faults.SlowBodyMs);
    private readonly Option<bool> _ignoreDates = new("--ignore-dates") { Description = "Ignores every date filter." };
    private readonly Option<string?> _state = new("--state") { Description = "File that keeps added records over restarts." };
    private readonly Option<int> _cache = Number("--cache-mb", "Memory for serialised records.", Defaults.CacheMegabytes);

    /// <summary>The command with its options.</summary>
    /// <param name="run">Runs with valid options and returns the exit code.</param>
    /// <returns>The root command.</returns>
    public RootCommand Create(Func<SimulatorOptions, CancellationToken, Task<int>> run)
    {
        var command = new RootCommand("Stands in for the Tiingo, Finnhub and Alpha Vantage services and a help desk on a loopback port.")
        {
            _port, _seed, _epoch, _clock, _frozen, _historyDays, _perDay, _perSymbol, _distinct, _bad, _shared, _backdated,
            _far, _second, _calls, _hour, _day, _transit, _wrong, _faultShare, _kinds, _retryAfter, _latency, _slowBody, _ignoreDates, _state, _cache,
        };
        command.SetAction((result, stop) => run(Options(result), stop));
        return command;
    }

    private SimulatorOptions Options(ParseResult result) => new()
    {
        Port = result.GetValue(_port),
        Seed = result.GetValue(_seed),
        Epoch = result.GetValue(_epoch) ?? Defaults.Epoch,
        ClockStart = result.GetValue(_clock),
        FrozenNow = result.GetValue(_frozen),
        HistoryDays = result.GetValue(_historyDays),
        ItemsPerSymbolPerDay = result.GetValue(_perDay),
        ItemsPerSymbol = result.GetValue(_perSymbol),
        DistinctShare = result.GetValue(_distinct),
        BadShare = result.GetValue(_bad),
        SharedShare = result.GetValue(_shared),
        BackdatedShare = result.GetValue(_backdated),
        FarBackdatedShare = result.GetValue(_far),
        CallsPerSecond = result.GetValue(_second),
        CallsPerMinute = result.GetValue(_calls),
        CallsPerHour = result.GetValue(_hour),
        CallsPerDay = result.GetValue(_day),
        TransitMs = result.GetValue(_transit),
        WrongKeys = result.GetValue(_wrong) ?? [],
        StateFile = result.GetValue(_state),
        CacheMegabytes = result.GetValue(_cache),
        Faults = new FaultSettings
        {
            Share = result.GetValue(_faultShare),
            Kinds = result.GetValue(_kinds) ?? [],
            RetryAfterSeconds = result.GetValue(_retryAfter),
            LatencyMs = result.GetValue(_latency),
            SlowBodyMs = result.GetValue(_slowBody),
            IgnoreDates = result.GetValue(_ignoreDates),
        },
    };

    private static Option<int> Number(string name, string description, int standard) =>
        new(name) { Description = description, DefaultValueFactory = _ => standard };

    private static Option<int?> Optional(string name, string description) => new(name)
    {
        Description = description,
        CustomParser = argument =>
        {
            var text = argument.Tokens[0].Value;
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                argument.AddError($"{name} must be a whole number, not '{text}'.");
            }

            return number;
        },
    };

    private static Option<double> Real(string name, string description, double standard) =>
        new(name) { Description = description, DefaultValueFactory = _ => standard };

    private static Option<string[]> Words(string name, string description) => new(name) { Description = description };

    private static Option<DateTimeOffset?> Instant(string name, string description) => new(name)
    {
        Description = description,
        CustomParser = argument =>
        {
            var text = argument.Tokens[0].Value;
            if (!Instants.TryParse(text, out var instant))
            {
                argument.AddError($"{name} must be a time like 2026-11-01T00:00:00Z, not '{text}'.");
            }

            return instant;
        },
    };

    private static Option<FaultKind[]> Kinds() => new("--fault-kinds")
    {
        Description = $"Faults to draw from, separated by commas; default those before unauthorized: {string.Join(", ", Enum.GetValues<FaultKind>().Select(JsonNames.Of))}.",
        CustomParser = ParseKinds,
    };

    private static FaultKind[] ParseKinds(ArgumentResult argument)
    {
        var kinds = new List<FaultKind>();
        foreach (var name in argument.Tokens[0].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!Enum.TryParse<FaultKind>(name, ignoreCase: true, out var kind) || !Enum.IsDefined(kind))
            {
                argument.AddError($"--fault-kinds knows no '{name}'.");
                return [];
            }

            kinds.Add(kind);
        }

        return [.. kinds];
    }
}
