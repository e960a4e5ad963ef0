using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Items;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Trends;

namespace Sentiment.Domain.Alerts.Rules;

/// <summary>Evaluates rules on items as pages are committed, at least once; see <see cref="RuleDecision"/> for what makes it once.</summary>
/// <remarks>
/// Each symbol's last minutes are read once and kept up with what pages count, so that a page after which no rule is about to
/// begin or end costs no read. Where several processes commit pages, minutes are read again after <see cref="Life"/>, and what
/// was committed in two processes at once is looked at again by <see cref="TickAsync"/>.
/// </remarks>
internal sealed class RuleEvaluator(
    RuleStore rules, RuleDecision decision, MinuteReader minutes, EvidenceReader evidence, ITableStore tables, SourceCatalog sources, TimeProvider time, RuleScope scope) : IPageAnnouncer
{
    /// <summary>How long a process goes by its own minutes where others commit pages, too.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(15);

    private const int ReadsAtOnce = 4;
    private const int MostPlaces = 5000;
    private const int MostAnnounced = 10_000;
    private readonly SymbolWindows _windows = new();
    private readonly Lock _gate = new();
    private HashSet<Stamp> _announced = [];
    private HashSet<Stamp> _before = [];

    private TimeSpan? LifeHere => scope.IsOneProcess ? null : Life;

    /// <inheritdoc/>
    public async Task AnnounceAsync(ChunkRow chunk, int page, IReadOnlyList<CountedItem>? counted, CancellationToken cancellationToken)
    {
        if (!decision.IsWanted || sources.Find(chunk.Table) is { Kind: not StreamKind.Texts })
        {
            return;
        }

        var index = await rules.EnabledAsync(chunk.Tenant, cancellationToken).ConfigureAwait(false);
        if (index.Longest == 0)
        {
            return;
        }

        var stamp = new Stamp(chunk.Id.ToString(), page);
        var now = time.GetUtcNow();
        var touched = counted is not null && IsFirst(stamp) ? ByItems(index, counted, Bucket.MinuteOf(now))
            : await ByChunkAsync(index, chunk, stamp, now, cancellationToken).ConfigureAwait(false);
        var open = new List<(string Symbol, SymbolWindow Window, List<(long, int)>? Items, bool IsAdded)>();
        foreach (var (symbol, items) in touched)
        {
            var (window, isAdded) = (_windows.Of(chunk.Tenant, symbol), false);
            if (items is null || !TryAdd(index, symbol, window, stamp, items, now, out isAdded))
            {
                open.Add((symbol, window, items, isAdded));
            }
        }

        await Parallel.ForEachAsync(open, new ParallelOptions { MaxDegreeOfParallelism = ReadsAtOnce, CancellationToken = cancellationToken }, async (one, token) =>
        {
            await one.Window.Gate.WaitAsync(token).ConfigureAwait(false);
            try
            {
                var horizon = index.HorizonOf(one.Symbol);
                if (one.Items is not null && one.Window.IsGood(horizon, now, LifeHere))
                {
                    if (!one.IsAdded)
                    {
                        one.Window.Add(stamp, one.Items, now, Bucket.MinuteOf(now) - horizon);
                    }
                }
                else
                {
                    await ReadAsync(chunk.Tenant, one.Symbol, one.Window, index, token).ConfigureAwait(false);
                }

                await DecideAsync(chunk.Tenant, one.Symbol, one.Window, index, token).ConfigureAwait(false);
            }
            finally
            {
                one.Window.Gate.Release();
            }
        }).ConfigureAwait(false);
    }

    /// <summary>Looks at every symbol of which something is known: time alone ends what was met, and other processes commit pages, too.</summary>
    public async Task TickAsync(CancellationToken cancellationToken)
    {
        foreach (var ((tenant, symbol), window) in _windows.All)
        {
            var index = await rules.EnabledAsync(tenant, cancellationToken).ConfigureAwait(false);
            await window.Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                var (horizon, now) = (index.HorizonOf(symbol), time.GetUtcNow());
                if ((window.Series.Last ?? 0) <= Bucket.MinuteOf(now) - horizon && !index.Of(symbol).Any(r => window.States.GetValueOrDefault(r.Id) is { IsFiring: true } state && state.IsOf(r)))
                {
                    _windows.Remove((tenant, symbol));
                    continue;
                }

                if (!window.IsGood(horizon, now, window.HasGrown ? LifeHere : null))
                {
                    await ReadAsync(tenant, symbol, window, index, cancellationToken).ConfigureAwait(false);
                }

                await DecideAsync(tenant, symbol, window, index, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                window.Gate.Release();
            }
        }
    }

    // Adds items and judges them in memory alone; false: they could not be added at once, or something is about to change.
    private bool TryAdd(RuleIndex index, string symbol, SymbolWindow window, Stamp stamp, List<(long, int)> items, DateTimeOffset now, out bool isAdded)
    {
        isAdded = false;
        if (!window.Gate.Wait(0))
        {
            return false;
        }

        try
        {
            var horizon = index.HorizonOf(symbol);
            if (!window.IsGood(horizon, now, LifeHere))
            {
                return false;
            }

            window.Add(stamp, items, now, Bucket.MinuteOf(now) - horizon);
            isAdded = true;
            return Near(index.Of(symbol), window, now).Count == 0;
        }
        finally
        {
            window.Gate.Release();
        }
    }

    private async Task ReadAsync(string tenant, string symbol, SymbolWindow window, RuleIndex index, CancellationToken cancellationToken)
    {
        var keys = index.Of(symbol).ToDictionary(r => SymbolState.Key(r.Id, symbol), r => r.Id, StringComparer.Ordinal);
        var rows = await tables.GetAllAsync(AlertPartitions.Of(tenant), keys.Keys, cancellationToken).ConfigureAwait(false);
        await TakeAsync(tenant, symbol, window, index.HorizonOf(symbol), cancellationToken).ConfigureAwait(false);
        window.States.Clear();
        foreach (var (key, row) in rows)
        {
            window.States[keys[key]] = Rows.Read(row, RuleJson.Default.SymbolState);
        }
    }

    private async Task<MinuteSeries> TakeAsync(string tenant, string symbol, SymbolWindow window, int horizon, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var minute = Bucket.MinuteOf(now);
        window.Distrust();
        var (series, pages) = await minutes.ReadAsync(tenant, symbol, minute - horizon, minute, null, cancellationToken).ConfigureAwait(false);
        window.Take(series, pages, horizon, now);
        return series;
    }

    private static List<AlertRule> Near(IReadOnlyList<AlertRule> watching, SymbolWindow window, DateTimeOffset now)
    {
        var near = new List<AlertRule>();
        foreach (var rule in watching)
        {
            if (RuleStep.Of(rule, window.States.GetValueOrDefault(rule.Id), new MeasuredItems(rule.When, window.Series), now) is not null)
            {
                near.Add(rule);
            }
        }

        return near;
    }

    private Task DecideAsync(string tenant, string symbol, SymbolWindow window, RuleIndex index, CancellationToken cancellationToken) =>
        Near(index.Of(symbol), window, time.GetUtcNow()) is not { Count: > 0 } near ? Task.CompletedTask : decision.DecideAsync<MeasuredItems>(
            tenant, symbol, near,
            async token =>
            {
                var series = await TakeAsync(tenant, symbol, window, index.HorizonOf(symbol), token).ConfigureAwait(false);
                return rule => new MeasuredItems(rule.When, series);
            },
            async (rule, step, token) =>
            {
                var minute = Bucket.MinuteOf(step.State.LastRaisedAt!.Value);
                return (RuleText.Of(rule, symbol, step), await evidence.ReadAsync(tenant, symbol, rule.When, minute, step.Count, token).ConfigureAwait(false));
            },
            (rule, state) =>
            {
                window.States.Remove(rule);
                if (state is not null)
                {
                    window.States[rule] = state;
                }
            },
            cancellationToken);

    // The same page told again, as after a failure, was added already.
    private bool IsFirst(Stamp stamp)
    {
        lock (_gate)
        {
            if (_announced.Count >= MostAnnounced)
            {
                (_before, _announced) = (_announced, []);
            }

            return !_before.Contains(stamp) && _announced.Add(stamp);
        }
    }

    private static Dictionary<string, List<(long Minute, int Score)>?> ByItems(RuleIndex index, IReadOnlyList<CountedItem> counted, long now)
    {
        var touched = new Dictionary<string, List<(long, int)>?>(StringComparer.Ordinal);
        foreach (var (symbol, item) in counted)
        {
            var minute = Bucket.MinuteOf(item.PublishedAt);
            if (minute > now - index.Longest && symbol != TrendStore.AllItems && index.HorizonOf(symbol) is > 0 and var horizon && minute > now - horizon)
            {
                if (!touched.TryGetValue(symbol, out var items))
                {
                    touched[symbol] = items = [];
                }

                items!.Add((minute, item.Probabilities.Score));
            }
        }

        return touched;
    }

    // Of a page of before a restart nobody knows what it counted: the symbols it was asked for, and those of the items that it holds.
    private async Task<Dictionary<string, List<(long Minute, int Score)>?>> ByChunkAsync(
        RuleIndex index, ChunkRow chunk, Stamp stamp, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var symbols = chunk.Symbols.Where(s => s != SourceDescription.AnySymbol).ToHashSet(StringComparer.Ordinal);
        var (first, left) = (now.AddMinutes(-index.Longest), MostPlaces);
        for (var day = now; day > first.AddDays(-1) && left > 0; day = day.AddDays(-1))
        {
            var prefix = ItemStore.TablePrefix(chunk.Table);
            await foreach (var row in tables.QueryAsync(TableRange.Prefix(ItemStore.IndexPartition(chunk.Tenant, Rows.Day(day)), prefix, left), cancellationToken).ConfigureAwait(false))
            {
                left--;
                var place = Rows.Read(row, RowJson.Default.Membership);
                if (stamp.IsOn(place))
                {
                    symbols.UnionWith(place.Symbols ?? []);
                }
            }
        }

        return symbols.Where(s => index.HorizonOf(s) > 0).ToDictionary(s => s, _ => (List<(long, int)>?)null, StringComparer.Ordinal);
    }
}

/// <summary>Where rules are evaluated.</summary>
/// <param name="IsOneProcess">Whether no other process commits pages at the same time.</param>
internal sealed record RuleScope(bool IsOneProcess);
