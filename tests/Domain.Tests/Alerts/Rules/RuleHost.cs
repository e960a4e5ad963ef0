using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Sentiment.Domain.Alerts;
using Sentiment.Domain.Alerts.Rules;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Scoring;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tests.Support;
using Sentiment.Testing;

namespace Sentiment.Domain.Tests.Alerts.Rules;

/// <summary>An ingestion on tables in memory whose pages are told to evaluators, each as if in a process of its own.</summary>
internal sealed class RuleHost : IAsyncDisposable
{
    public const string Tenant = "acme";
    private readonly Relay _relay = new();
    private readonly Dictionary<string, IReadOnlyList<Told>> _pages = [];
    private List<ChunkId> _chunks = [];
    private int _next;
    private int _items;

    private RuleHost(MemoryTables tables, SourceDescription[] sources)
    {
        (Memory, Ingestion) = (tables, new(sources) { Also = Register });
        foreach (var vendor in Ingestion.Vendors)
        {
            vendor.Pages = request => [_pages.GetValueOrDefault(request.Symbols[0]) ?? []];
        }
    }

    public MemoryTables Memory { get; }

    public IngestionHost Ingestion { get; }

    public DateTimeOffset Now => Ingestion.Time.GetUtcNow();

    public MemoryRaiser Raiser { get; private set; } = null!;

    public RuleStore Rules { get; private set; } = null!;

    /// <summary>The process that pages are committed in.</summary>
    public RuleEvaluator Evaluator
    {
        get => _relay.To!;
        set => _relay.To = value;
    }

    /// <summary>Called before a page is told; may throw, as a process that ends there.</summary>
    public Func<Task> BeforeTelling
    {
        set => _relay.Before = value;
    }

    public IReadOnlyList<Alert> Alerts => [.. Raiser.Raised];

    public static async Task<RuleHost> OpenAsync(params SourceDescription[] sources)
    {
        var host = new RuleHost(new(), sources);
        host.Raiser = new(host.Memory);
        host.Rules = new(host.Memory, host.Ingestion.Time);
        host.Evaluator = host.Process();
        await host.PlanAsync("20300110T110000000Z-rules000", 400);
        return host;
    }

    // Of a run that goes on for as long as a test does.
    private async Task PlanAsync(string run, int chunks)
    {
        await Ingestion.Get<RunStore>().TryCreateAsync(
            new(run, new([], [], null, null, "file-1"), Now, null, WorkStatus.Running, 1, Ingestion.Bounds, OverlapPolicy.Skip), "hash", [Ingestion.Tenant(Tenant, "AAPL", "MSFT")], default);
        var rows = Enumerable.Range(0, chunks).Select(n => new ChunkRow
        {
            Run = run,
            Tenant = Tenant,
            Table = Ingestion.Vendor.Description.Table,
            Number = n + 1,
            Symbols = [$"C{n}", "AAPL", "MSFT", "A/B", "S0", "S1", "S2", "S3", "S4"],
            From = Now.AddDays(-30),
            To = Now.AddDays(30),
            Window = CursorDate.Published,
        }).ToList();
        await Ingestion.Get<ChunkStore>().PlanAsync(rows, default);
        _chunks = rows.ConvertAll(r => r.Id);
    }

    /// <summary>Another process, or the same after it was started again.</summary>
    public RuleEvaluator Process(bool isOneProcess = true, ITableStore? tables = null, IAlertRaiser? raiser = null)
    {
        var store = tables ?? Memory;
        var (rules, chunks) = (new RuleStore(store, Ingestion.Time), new ChunkStore(store));
        return new(
            rules, new(store, rules, Ingestion.Time, raiser ?? Raiser), new(store, chunks), new(store, chunks), store, Ingestion.Get<SourceCatalog>(), Ingestion.Time, new(isOneProcess));
    }

    public StandingRules Standing() =>
        ActivatorUtilities.CreateInstance<StandingRules>(Ingestion.Services, new RuleStore(Memory, Ingestion.Time), new RuleDecision(Memory, new(Memory, Ingestion.Time), Ingestion.Time, Raiser));

    /// <summary>Makes a rule, or its next version.</summary>
    public async Task<AlertRule> PutAsync(AlertRule rule)
    {
        var known = await Rules.GetAsync(Tenant, rule.Id, default);
        var made = known is null ? await Rules.CreateAsync(Tenant, rule, default) : await Rules.ChangeAsync(Tenant, known.Version, rule, default);
        return made!;
    }

    public Task<AlertRule> PutAsync(AlertCondition when, int cooldown = 0, string id = "r1", params string[] symbols) => PutAsync(Rule(when, cooldown, id, symbols));

    public static AlertRule Rule(AlertCondition when, int cooldown = 0, string id = "r1", params string[] symbols) =>
        new(id, 0, id, true, symbols.Length == 0 && RuleIndex.IsOnItems(when.Kind) ? ["AAPL"] : symbols, when, cooldown, null, null, []);

    /// <summary>Commits a page of items, so many minutes old, with scores from −1 to 1, and has it told.</summary>
    public Task<ChunkId> PageAsync(params (string Symbol, double MinutesAgo, double Score)[] items) => PageAsync(items, Ingestion.ProcessAsync);

    /// <summary>The same, of items of several symbols.</summary>
    public async Task<ChunkId> PageAsync(IReadOnlyList<(string Symbol, double MinutesAgo, double Score)> items, Func<ChunkId, CancellationToken, Task> process)
    {
        var chunk = _chunks[_next++];
        _pages[$"C{chunk.Number - 1}"] = [.. items.Select(i => new Told(
            $"i{_items++}", string.Create(CultureInfo.InvariantCulture, $"{i.Symbol} #{(int)Math.Round(i.Score * 1_000_000)}"), Now.AddMinutes(-i.MinutesAgo), [i.Symbol]))];
        await process(chunk, default);
        return chunk;
    }

    /// <summary>Commits a page whose telling a process did not live to see.</summary>
    public Task<ChunkId> UntoldPageAsync(params (string Symbol, double MinutesAgo, double Score)[] items) => PageAsync(items, async (chunk, token) =>
    {
        BeforeTelling = () => throw new OperationCanceledException("the process ended");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Ingestion.ProcessAsync(chunk, token));
        BeforeTelling = () => Task.CompletedTask;
    });

    /// <summary>Tells a committed page again, as after a restart.</summary>
    public async Task TellAgainAsync(ChunkId chunk, RuleEvaluator? evaluator = null) =>
        await (evaluator ?? Evaluator).AnnounceAsync(await Ingestion.ChunkAsync(chunk), 1, null, default);

    public async Task<IReadOnlyList<string>> KeysAsync(string prefix)
    {
        var keys = new List<string>();
        await foreach (var row in Memory.QueryAsync(TableRange.Prefix(AlertPartitions.Of(Tenant), prefix), default))
        {
            keys.Add(row.Key);
        }

        return keys;
    }

    public ValueTask DisposeAsync() => Ingestion.DisposeAsync();

    private void Register(IServiceCollection services) => services
        .AddSingleton<ITableStore>(Memory).AddSingleton<ITableReader>(Memory).AddSingleton<ISentimentScorer, StatedScorer>().AddSingleton<IPageAnnouncer>(_relay).AddRuleStore();

    private sealed class Relay : IPageAnnouncer
    {
        public RuleEvaluator? To { get; set; }

        public Func<Task> Before { get; set; } = () => Task.CompletedTask;

        public async Task AnnounceAsync(ChunkRow chunk, int page, IReadOnlyList<CountedItem>? counted, CancellationToken cancellationToken)
        {
            await Before();
            await To!.AnnounceAsync(chunk, page, counted, cancellationToken);
        }
    }
}

/// <summary>Reads a text's score at its end.</summary>
internal sealed class StatedScorer : ISentimentScorer
{
    public string Model => "stated@00000001";

    public ValueTask<IReadOnlyList<Probabilities>> ScoreAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken) => new([.. texts.Select(text =>
    {
        var score = int.Parse(text[(text.IndexOf('#', StringComparison.Ordinal) + 1)..], CultureInfo.InvariantCulture);
        return new Probabilities(Math.Max(0, -score), 1_000_000 - Math.Abs(score), Math.Max(0, score));
    })]);
}

/// <summary>Records alerts with what their rules remember, in one write.</summary>
internal sealed class MemoryRaiser(ITableStore tables) : IAlertRaiser
{
    public ConcurrentQueue<Alert> Raised { get; } = new();

    /// <summary>Called before an alert is written; may throw, as a process that ends there.</summary>
    public Func<Alert, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>Called after it was written; may throw, too.</summary>
    public Func<Alert, Task> After { get; set; } = _ => Task.CompletedTask;

    public async Task<bool> RaiseAsync(Alert alert, TableWrite state, CancellationToken cancellationToken)
    {
        await Before(alert);
        try
        {
            await tables.WriteAsync(AlertPartitions.Of(alert.Tenant), [TableWrite.Insert($"i|{alert.Id}", Rows.Version, "{}"u8.ToArray()), state], cancellationToken);
        }
        catch (TableConflictException)
        {
            return false;
        }

        Raised.Enqueue(alert);
        await After(alert);
        return true;
    }
}
