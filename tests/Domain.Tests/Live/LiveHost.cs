using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Live;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Tests.Support;

namespace Sentiment.Domain.Tests.Live;

/// <summary>An ingestion whose changes go to publishers, each as if in a process of its own.</summary>
internal sealed class LiveHost : IAsyncDisposable
{
    public static readonly DateTimeOffset Now = IngestionHost.Start;
    private readonly Router _router = new();

    public LiveHost(params SourceDescription[] sources)
    {
        Ingestion = new(sources) { Also = Register };
        _router.To = Another();
    }

    public IngestionHost Ingestion { get; }

    public RecordingHub Hub { get; } = new();

    /// <summary>The process whose work is told: that of the first one, until a test says otherwise.</summary>
    public LiveSignals Signals
    {
        get => _router.To!;
        set => _router.To = value;
    }

    /// <summary>Another process.</summary>
    public LiveSignals Another() => new(Ingestion.Time);

    public LivePublisher Publisher(LiveSignals signals, TimeProvider? time = null, ILiveHub? hub = null, LiveState? state = null) => new(
        signals, state ?? Ingestion.Get<LiveState>(), Ingestion.Get<RunStore>(), hub ?? Hub, Options.Create(new LiveOptions()), time ?? Ingestion.Time, NullLogger<LivePublisher>.Instance);

    public async Task<JsonElement> SnapshotAsync(string group)
    {
        Assert.True(LiveGroup.TryParse(group, out var parsed));
        return JsonElement.Parse((await Ingestion.Get<LiveSnapshots>().ReadAsync(parsed, default)).Plain().Span);
    }

    /// <summary>Plans chunks of a run of tenant <c>acme</c>, one for each list of symbols.</summary>
    public Task<IReadOnlyList<ChunkId>> PlanAsync(string run, params string[][] chunks) => Ingestion.PlanAsync(run, "acme", chunks);

    /// <summary>Tells all that is to be told now, without a pause.</summary>
    public static async Task DrainAsync(LivePublisher publisher, LiveSignals signals)
    {
        while (signals.Ready.TryRead(out var group))
        {
            while (await publisher.StepAsync(group, default) is not null)
            {
                // Until it is idle.
            }
        }
    }

    public ValueTask DisposeAsync() => Ingestion.DisposeAsync();

    private void Register(IServiceCollection services) => services
        .AddSingleton<ILiveDocuments, PlainDocuments>().AddSingleton<ITenantDirectory>(new FixedTenants(IngestionHost.Roster(Ingestion.Tenant("acme", "AAPL", "MSFT"))))
        .AddLiveState().AddSingleton<ILiveSignals>(_router)
        .AddSingleton<IPageAnnouncer>(p => new Pages(this, p.GetRequiredService<SourceCatalog>()));

    /// <summary>Whose signals they are depends on the process that works.</summary>
    private sealed class Router : ILiveSignals
    {
        public LiveSignals? To { get; set; }

        public void RunsChanged(string tenant) => To!.RunsChanged(tenant);

        public void RunChanged(string run) => To!.RunChanged(run);

        public void MetricsChanged(string tenant) => To!.MetricsChanged(tenant);

        public void AlertsChanged(string tenant) => To!.AlertsChanged(tenant);
    }

    private sealed class Pages(LiveHost host, SourceCatalog sources) : IPageAnnouncer
    {
        public Task AnnounceAsync(ChunkRow chunk, int page, IReadOnlyList<CountedItem>? counted, CancellationToken cancellationToken) =>
            new LivePages(host.Signals, sources, host.Ingestion.Time).AnnounceAsync(chunk, page, counted, cancellationToken);
    }
}

/// <summary>Single changes, as pages bring many.</summary>
internal static class SingleChanges
{
    public static void Changed(this LiveSignals signals, LiveGroup group, ItemRef item) => Add(signals, group, c => c.Add(item));

    public static void Changed(this LiveSignals signals, LiveGroup group, long minute) => Add(signals, group, c => c.Add(minute));

    private static void Add(LiveSignals signals, LiveGroup group, Action<LiveChange> add)
    {
        var change = signals.Begin();
        add(change);
        signals.Add([KeyValuePair.Create(group, change)]);
    }
}
