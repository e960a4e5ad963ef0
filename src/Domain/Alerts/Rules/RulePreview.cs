using System.Globalization;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Trends;

namespace Sentiment.Domain.Alerts.Rules;

/// <summary>When a rule would have raised an alert.</summary>
/// <param name="Symbol">The symbol, table or, of a run, nothing.</param>
/// <param name="At">UTC.</param>
/// <param name="Value">What was measured.</param>
public sealed record PreviewedAlert(string Symbol, DateTimeOffset At, double Value);

/// <summary>What a rule would have done.</summary>
/// <param name="From">From when it was looked at.</param>
/// <param name="To">Up to when.</param>
/// <param name="Fired">How many alerts it would have raised.</param>
/// <param name="Times">The newest of them, at most 100.</param>
/// <param name="Note">What could not be looked at; null: all was.</param>
public sealed record PreviewedRule(DateTimeOffset From, DateTimeOffset To, int Fired, IReadOnlyList<PreviewedAlert> Times, string? Note);

/// <summary>Evaluates a rule over the last seven days, minute by minute, as it would have been: by the same steps, with hysteresis and cool-down.</summary>
public sealed class RulePreview
{
    /// <summary>The most symbols, or tables, that are looked at.</summary>
    public const int MaxSymbols = 50;

    /// <summary>The most runs that are looked at.</summary>
    public const int MaxRuns = 2500;

    private const int MinutesLookedAt = 7 * 1440;
    private const int MaxTimes = 100;
    private const int ReadsAtOnce = 8;
    private const int RunsAtOnce = 16;
    private readonly MinuteReader _minutes;
    private readonly ITableReader _reader;
    private readonly TimeProvider _time;

    /// <summary>Makes a preview of what a store has.</summary>
    /// <param name="reader">The store.</param>
    /// <param name="chunks">Its chunks.</param>
    /// <param name="time">The clock.</param>
    public RulePreview(ITableReader reader, Ingestion.Chunks.ChunkStore chunks, TimeProvider time) => (_minutes, _reader, _time) = (new(reader, chunks), reader, time);

    /// <summary>Looks at a rule of a tenant.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="rule">The rule; whether it is enabled is not looked at.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<PreviewedRule> RunAsync(Tenant tenant, AlertRule rule, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        ArgumentNullException.ThrowIfNull(rule);
        var now = _time.GetUtcNow();
        var last = Bucket.MinuteOf(now);
        var first = last - MinutesLookedAt + 1;
        var (times, note) = rule.When.Kind switch
        {
            AlertKind.Quota => ([], "What was left of a quota is not kept, so the past cannot be looked at."),
            AlertKind.RunFailed => await RunsAsync(tenant, rule, MinuteReader.TimeOf(first), cancellationToken).ConfigureAwait(false),
            AlertKind.Silent => await EachAsync(
                rule.When.Table is { } table ? [table] : tenant.Tables, "tables", name => SilenceAsync(tenant.Id, name, rule, first, last, cancellationToken), cancellationToken).ConfigureAwait(false),
            _ => await EachAsync(
                rule.Symbols.Contains(AlertRule.EverySymbol) ? tenant.Symbols : rule.Symbols, "symbols", symbol => ItemsAsync(tenant.Id, symbol, rule, first, last, cancellationToken), cancellationToken).ConfigureAwait(false),
        };
        return new(MinuteReader.TimeOf(first), now, times.Count, [.. times.OrderByDescending(t => t.At).ThenBy(t => t.Symbol, StringComparer.Ordinal).Take(MaxTimes)], note);
    }

    private async Task<List<PreviewedAlert>> ItemsAsync(string tenant, string symbol, AlertRule rule, long first, long last, CancellationToken cancellationToken)
    {
        var (series, _) = await _minutes.ReadAsync(tenant, symbol, first - MeasuredItems.HorizonOf(rule.When), last, null, cancellationToken).ConfigureAwait(false);
        return series.Last is null ? [] : Walk(symbol, rule, new MeasuredItems(rule.When, series), first, last, cancellationToken);
    }

    private async Task<List<PreviewedAlert>> SilenceAsync(string tenant, string table, AlertRule rule, long first, long last, CancellationToken cancellationToken)
    {
        var (series, _) = await _minutes.ReadAsync(tenant, TrendStore.AllItems, first - (rule.When.WindowMinutes ?? 0) - 1, last, table, cancellationToken).ConfigureAwait(false);

        // Before the first item nothing is known, which is not the same as a table that is silent.
        return series.Last is null ? [] : Walk(table, rule, new Silence(series), Math.Max(first, series.Minutes[0]), last, cancellationToken);
    }

    private async Task<(List<PreviewedAlert> Times, string? Note)> RunsAsync(Tenant tenant, AlertRule rule, DateTimeOffset from, CancellationToken cancellationToken)
    {
        var runs = (await RunStore.ListAsync(_reader, null, MaxRuns, null, cancellationToken).ConfigureAwait(false)).Select(r => r.Run).ToList();
        var ended = runs.Where(r => r.EndedAt >= from).OrderBy(r => r.EndedAt).ToList();
        var (times, state) = (new List<PreviewedAlert>(), (SymbolState?)null);
        foreach (var some in ended.Chunk(RunsAtOnce))
        {
            var parts = await Task.WhenAll(some.Select(r => RunStore.TenantAsync(_reader, r.Id, tenant.Id, cancellationToken))).ConfigureAwait(false);
            foreach (var (run, part) in some.Zip(parts).Where(p => p.Second is not null))
            {
                if (RuleStep.Of(rule, state, new MeasuredNow(Measure.Of(part!.Status == WorkStatus.Failed ? 1 : 0, 0)), run.EndedAt!.Value) is not { } step)
                {
                    continue;
                }

                state = step.State;
                if (step.Raises)
                {
                    times.Add(new("", run.EndedAt.Value, 1));
                }
            }
        }

        return (times, runs.Count == MaxRuns && runs[^1].StartedAt > from ? string.Create(CultureInfo.InvariantCulture, $"Only the last {MaxRuns} runs were looked at, since {runs[^1].StartedAt.UtcDateTime:yyyy-MM-dd'T'HH:mm'Z'}.") : null);
    }

    private static List<PreviewedAlert> Walk<TMeasured>(string symbol, AlertRule rule, TMeasured measured, long first, long last, CancellationToken cancellationToken)
        where TMeasured : IMeasured
    {
        var (times, state) = (new List<PreviewedAlert>(), (SymbolState?)null);
        for (var minute = first; minute <= last; minute++)
        {
            if (minute % 60 == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            if (RuleStep.Of(rule, state, measured, MinuteReader.TimeOf(minute), seen: minute - 1) is { } step)
            {
                state = step.State;
                if (step.Raises)
                {
                    times.Add(new(symbol, MinuteReader.TimeOf(minute), step.Value));
                }
            }
        }

        return times;
    }

    private static async Task<(List<PreviewedAlert> Times, string? Note)> EachAsync(
        IReadOnlyList<string> names, string what, Func<string, Task<List<PreviewedAlert>>> look, CancellationToken cancellationToken)
    {
        var times = new List<PreviewedAlert>();
        foreach (var some in names.Take(MaxSymbols).Chunk(ReadsAtOnce))
        {
            cancellationToken.ThrowIfCancellationRequested();
            times.AddRange((await Task.WhenAll(some.Select(look)).ConfigureAwait(false)).SelectMany(t => t));
        }

        return (times, names.Count <= MaxSymbols ? null
            : string.Create(CultureInfo.InvariantCulture, $"Only the first {MaxSymbols} of {names.Count} {what} were looked at; left out: {string.Join(", ", names.Skip(MaxSymbols).Take(MaxSymbols))}{(names.Count > 2 * MaxSymbols ? ", …" : "")}."));
    }

    /// <summary>For how many minutes there was no item.</summary>
    private readonly struct Silence(MinuteSeries series) : IMeasured
    {
        public int MinutesBack => 0;

        public Measure At(long minute) => series.LastUpTo(minute) is { } item ? Measure.Of(minute - item, 0) : Measure.None(0);
    }
}
