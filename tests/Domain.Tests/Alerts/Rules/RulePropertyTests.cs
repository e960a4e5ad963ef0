using CsCheck;
using Sentiment.Domain.Alerts;
using Sentiment.Domain.Alerts.Rules;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Trends;

namespace Sentiment.Domain.Tests.Alerts.Rules;

/// <summary>Whatever happens on the way, the alerts are those that a simple evaluation of all items finds.</summary>
public class RulePropertyTests
{
    private static readonly string[] Symbols = ["AAPL", "MSFT"];

    private enum Step
    {
        Page,
        UntoldPage,
        EndBeforeAlert,
        EndAfterAlert,
        TellAgain,
        Restart,
        OtherProcess,
        Wait,
        Tick,
        ChangeRule,
        DisableRule,
    }

    private static Gen<(Step, int, int)[]> StepsOf(params (int, Step)[] steps) =>
        Gen.Select(Gen.Frequency(steps), Gen.Int[0, 999], Gen.Int[0, 999]).Array[15, 60];

    private static readonly (int, Step)[] Common =
    [
        (14, Step.Page), (2, Step.UntoldPage), (1, Step.EndBeforeAlert), (1, Step.EndAfterAlert), (2, Step.TellAgain), (2, Step.Restart), (6, Step.Wait), (1, Step.ChangeRule), (1, Step.DisableRule),
    ];

    [Fact]
    public Task One_process_that_ends_anywhere_raises_what_a_simple_evaluation_does() =>
        CheckAsync(StepsOf([.. Common, (3, Step.Tick)]), isOneProcess: true);

    [Fact]
    public Task Two_processes_that_end_anywhere_raise_what_a_simple_evaluation_does() =>
        CheckAsync(StepsOf([.. Common, (6, Step.OtherProcess)]), isOneProcess: false);

    private static Task CheckAsync(Gen<(Step, int, int)[]> steps, bool isOneProcess) => steps.SampleAsync(async steps =>
    {
        await using var world = await World.OpenAsync(isOneProcess);
        foreach (var (step, a, b) in steps)
        {
            await world.DoAsync(step, a, b);
        }

        Assert.Equal(world.Expected, world.Actual);
    }, iter: 60, threads: 1);

    private sealed class World : IAsyncDisposable
    {
        private readonly RuleHost _host;
        private readonly Reference _reference = new();
        private readonly RuleEvaluator[] _processes;
        private readonly HashSet<string>[] _known;
        private readonly List<ChunkId> _told = [];
        private readonly bool _isOneProcess;
        private int _current;

        private World(RuleHost host, bool isOneProcess)
        {
            (_host, _isOneProcess) = (host, isOneProcess);
            _processes = [.. Enumerable.Range(0, isOneProcess ? 1 : 2).Select(_ => host.Process(isOneProcess))];
            _known = [.. _processes.Select(_ => new HashSet<string>())];
            host.Evaluator = _processes[0];
        }

        public IEnumerable<string> Expected => _reference.Alerts.Order(StringComparer.Ordinal);

        public IEnumerable<string> Actual => _host.Alerts.Select(a => Reference.Text(a.Rule, a.Symbol, a.RaisedAt, a.Value)).Order(StringComparer.Ordinal);

        public static async Task<World> OpenAsync(bool isOneProcess)
        {
            var world = new World(await RuleHost.OpenAsync(), isOneProcess);
            await world.PutAsync(RuleHost.Rule(new(AlertKind.Score, 10, Above: 0.6, Below: -0.4, LeastItems: 2, Hysteresis: 0.3), 20, "a", "*"));
            await world.PutAsync(RuleHost.Rule(new(AlertKind.Volume, 5, Above: 4, Hysteresis: 1), 0, "b", Symbols));
            await world.PutAsync(RuleHost.Rule(new(AlertKind.Change, 8, Above: 0.8, Below: 0.9), 15, "c", "AAPL"));
            await world.PutAsync(RuleHost.Rule(new(AlertKind.Score, 30, Below: -0.2), 0, "d", "MSFT"));
            return world;
        }

        public async Task DoAsync(Step step, int a, int b)
        {
            switch (step)
            {
                case Step.Page:
                    await PageAsync(a, b, async chunk =>
                    {
                        await _host.Ingestion.ProcessAsync(chunk);
                        return Telling.Counted;
                    });
                    break;
                case Step.UntoldPage:
                    await PageAsync(a, b, chunk => UntoldAsync(chunk, b));
                    break;
                case Step.EndBeforeAlert or Step.EndAfterAlert:
                    await PageAsync(a, b, chunk => EndedAsync(chunk, step == Step.EndAfterAlert));
                    break;
                case Step.TellAgain when _told.Count > 0:
                    // Nobody knows what it counted: all that its chunk was asked for is looked at.
                    await _host.TellAgainAsync(_told[a % _told.Count]);
                    _reference.Evaluate(Symbols, _host.Now);
                    _known[_current].UnionWith(Symbols);
                    break;
                case Step.Restart:
                    Restart();
                    break;
                case Step.OtherProcess:
                    _host.Ingestion.Time.Advance(RuleEvaluator.Life);
                    _current = (_current + 1) % _processes.Length;
                    _host.Evaluator = _processes[_current];
                    break;
                case Step.Wait:
                    _host.Ingestion.Time.Advance(TimeSpan.FromSeconds(a % 200));
                    break;
                case Step.Tick:
                    await _host.Evaluator.TickAsync(default);
                    _known[_current].RemoveWhere(s => _reference.IsIdle(s, _host.Now));
                    _reference.Evaluate(_known[_current], _host.Now);
                    break;
                case Step.ChangeRule or Step.DisableRule:
                    var rule = _reference.Rules[a % _reference.Rules.Count];
                    await PutAsync(rule with { Name = $"v{b}", IsEnabled = step != Step.DisableRule });
                    break;
            }
        }

        public ValueTask DisposeAsync() => _host.DisposeAsync();

        private void Restart()
        {
            _processes[_current] = _host.Process(_isOneProcess);
            _known[_current].Clear();
            _host.Evaluator = _processes[_current];
        }

        // All processes know of a change after a while.
        private async Task PutAsync(AlertRule rule)
        {
            _reference.Put(await _host.PutAsync(rule));
            _host.Ingestion.Time.Advance(RuleStore.Life);
        }

        private async Task<Telling> UntoldAsync(ChunkId chunk, int wait)
        {
            _host.BeforeTelling = () => throw new OperationCanceledException("the process ended");
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _host.Ingestion.ProcessAsync(chunk));
            _host.BeforeTelling = () => Task.CompletedTask;
            Restart();
            _host.Ingestion.Time.Advance(TimeSpan.FromSeconds(wait % 90));
            await _host.Ingestion.ProcessAsync(chunk);
            return Telling.Again;
        }

        private async Task<Telling> EndedAsync(ChunkId chunk, bool isAfter)
        {
            var ended = false;
            Func<Alert, Task> end = _ => throw new OperationCanceledException($"{ended = true}");
            if (isAfter)
            {
                _host.Raiser.After = end;
            }
            else
            {
                _host.Raiser.Before = end;
            }

            try
            {
                await _host.Ingestion.ProcessAsync(chunk);
            }
            catch (OperationCanceledException)
            {
                Assert.True(ended);
            }

            _host.Raiser.Before = _host.Raiser.After = _ => Task.CompletedTask;
            Restart();
            await _host.Ingestion.ProcessAsync(chunk);
            return ended ? Telling.Again : Telling.BeforeRestart;
        }

        private async Task PageAsync(int a, int b, Func<ChunkId, Task<Telling>> process)
        {
            // Some of the items are late, some too late.
            var items = Enumerable.Range(0, 1 + (a % 3)).Select(i => (
                Symbol: Symbols[(a + (i * b)) % Symbols.Length], MinutesAgo: (double)(b % 7 == 0 ? (a * (i + 1)) % 120 : (a + i) % 4), Score: Math.Round((((a * 31) + (b * 17) + (i * 577)) % 2001 / 1000.0) - 1, 3))).ToList();
            var minutes = items.ConvertAll(i => (i.Symbol, Minute: Bucket.MinuteOf(_host.Now.AddMinutes(-i.MinutesAgo)), (int)Math.Round(i.Score * 1_000_000)));
            _reference.Items.AddRange(minutes);
            var telling = Telling.Counted;
            var chunk = await _host.PageAsync(items, async (id, _) => telling = await process(id));

            // Of what is told again nobody knows what it counted: all its symbols are looked at, however old its items are.
            var oldest = Bucket.MinuteOf(_host.Now);
            string[] touched = telling == Telling.Again ? Symbols : [.. minutes.Where(i => i.Minute > oldest - _reference.HorizonOf(i.Symbol)).Select(i => i.Symbol).Distinct()];
            _reference.Evaluate(touched, _host.Now);
            if (telling != Telling.BeforeRestart)
            {
                _known[_current].UnionWith(touched);
            }

            _told.Add(chunk);
        }
    }

    private enum Telling
    {
        Counted,
        Again,
        BeforeRestart,
    }

    /// <summary>All items, looked through anew each time.</summary>
    private sealed class Reference
    {
        private readonly Dictionary<(string Rule, string Symbol), (int Version, bool Firing, long Began, bool Above, DateTimeOffset? Raised)> _states = [];

        public List<AlertRule> Rules { get; } = [];

        public List<(string Symbol, long Minute, int Score)> Items { get; } = [];

        public List<string> Alerts { get; } = [];

        public static string Text(AlertRule rule, string symbol, DateTimeOffset at, double value) => $"{rule.Id} v{rule.Version} {symbol} {at:O} {Math.Round(value, 6)}";

        public void Put(AlertRule rule)
        {
            Rules.RemoveAll(r => r.Id == rule.Id);
            Rules.Add(rule);
        }

        public long HorizonOf(string symbol) => Of(symbol).Select(r => (r.When.WindowMinutes!.Value * (r.When.Kind == AlertKind.Change ? 2L : 1L)) + Math.Max(60, r.When.WindowMinutes.Value)).DefaultIfEmpty().Max();

        /// <summary>Whether nothing is known of a symbol that could begin or end.</summary>
        public bool IsIdle(string symbol, DateTimeOffset now) => !Items.Any(i => i.Symbol == symbol && i.Minute > Bucket.MinuteOf(now) - HorizonOf(symbol))
            && !Of(symbol).Any(r => _states.GetValueOrDefault((r.Id, symbol)) is { Firing: true } state && state.Version == r.Version);

        public void Evaluate(IEnumerable<string> symbols, DateTimeOffset now)
        {
            var minute = Bucket.MinuteOf(now);
            foreach (var symbol in symbols)
            {
                foreach (var rule in Of(symbol))
                {
                    var state = _states.GetValueOrDefault((rule.Id, symbol));
                    if (state.Version != rule.Version)
                    {
                        state = (rule.Version, false, 0, false, null);
                    }

                    // The last hour's, or a longer window's, minutes are looked at for an end.
                    for (var m = Math.Max(state.Began, minute - Math.Max(60, rule.When.WindowMinutes!.Value)) + 1; state.Firing && m <= minute; m++)
                    {
                        state.Firing = Value(rule.When, symbol, m) is { } past && (state.Above ? past >= rule.When.Above - (rule.When.Hysteresis ?? 0) : past <= Low(rule.When) + (rule.When.Hysteresis ?? 0));
                    }

                    if (!state.Firing && Value(rule.When, symbol, minute) is { } value && (value >= rule.When.Above || value <= Low(rule.When)))
                    {
                        (state.Firing, state.Began, state.Above) = (true, minute, value >= rule.When.Above);
                        if (state.Raised is null || now - state.Raised >= TimeSpan.FromMinutes(rule.CooldownMinutes))
                        {
                            state.Raised = now;
                            Alerts.Add(Text(rule, symbol, now, value));
                        }
                    }

                    _states[(rule.Id, symbol)] = state;
                }
            }
        }

        private IEnumerable<AlertRule> Of(string symbol) => Rules.Where(r => r.IsEnabled && (r.Symbols.Contains(symbol) || r.Symbols.Contains("*")));

        private static double? Low(AlertCondition when) => when.Kind == AlertKind.Change ? -when.Below : when.Below;

        private double? Value(AlertCondition when, string symbol, long minute)
        {
            var (window, least) = (when.WindowMinutes!.Value, when.LeastItems ?? 1);
            var now = Scores(minute - window, minute);
            return when.Kind switch
            {
                AlertKind.Volume => now.Count,
                AlertKind.Score => now.Count < least ? null : Mean(now),
                _ => Scores(minute - (2 * window), minute - window) is var before && (now.Count < least || before.Count < least) ? null : Mean(now) - Mean(before),
            };

            List<int> Scores(long after, long last) => [.. Items.Where(i => i.Symbol == symbol && i.Minute > after && i.Minute <= last).Select(i => i.Score)];
        }

        private static double Mean(List<int> scores) => (double)scores.Sum(s => (long)s) / scores.Count / 1_000_000;
    }
}
