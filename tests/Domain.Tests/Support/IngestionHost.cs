using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Sentiment.Adapters.AzureBlobs;
using Sentiment.Adapters.AzureStorage;
using Sentiment.Adapters.AzureTables;
using Sentiment.Adapters.Files;
using Sentiment.Adapters.Sqlite;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Ingestion.Tables;
using Sentiment.Domain.Retention;
using Sentiment.Domain.Scoring;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Verification;
using Sentiment.Engine;

namespace Sentiment.Domain.Tests.Support;

/// <summary>The ingestion on real stores in a folder of its own, with scripted vendors; it can be closed and opened again.</summary>
public sealed partial class IngestionHost : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2030, 1, 10, 12, 0, 0, TimeSpan.Zero);
    private readonly string _folder = Directory.CreateTempSubdirectory("sentiment-").FullName;
    private ServiceProvider? _services;

    public IngestionHost(params SourceDescription[] sources) =>
        Vendors = [.. (sources.Length == 0 ? [ScriptedVendor.Describe()] : sources).Select(s => new ScriptedVendor(s, Time))];

    public SteppedTime Time { get; } = new(Start);

    public IReadOnlyList<ScriptedVendor> Vendors { get; }

    public ScriptedVendor Vendor => Vendors[0];

    public LetterScorer Scorer { get; } = new();

    public Secrets Secrets { get; } = new();

    public Announcements Announced { get; } = new();

    public Faults Faults { get; } = new();

    /// <summary>Has the rows and bodies in a storage account; null: in SQLite and files.</summary>
    public AzureStorageOptions? Azure { get; init; }

    /// <summary>What else is registered, before the ingestion; by default nothing.</summary>
    public Action<IServiceCollection> Also { get; init; } = _ => { };

    public IngestionOptions Bounds { get; set; } = new() { ChunkSeconds = 60 };

    public RetentionOptions Retention { get; set; } = new();

    public IServiceProvider Services => _services ??= Compose();

    public ITableStore Tables => Get<ITableStore>();

    [GeneratedRegex("\"epoch\":[0-9]+")]
    private static partial Regex Epochs { get; }

    public T Get<T>()
        where T : notnull => Services.GetRequiredService<T>();

    public Tenant Tenant(string id, params string[] symbols) => new(
        id, id, symbols, [.. Vendors.Select(v => v.Description.Table)],
        Vendors.Select(v => v.Description.Vendor).Distinct().ToDictionary(v => v, v => $"env:{id}-{v}"));

    public static TenantRoster Roster(params Tenant[] tenants) => new(tenants, "file-1");

    /// <summary>A run of one tenant with one chunk per symbol, planned by hand.</summary>
    public async Task<IReadOnlyList<ChunkId>> PlanAsync(string run, string tenant, params string[][] chunks)
    {
        await Get<RunStore>().TryCreateAsync(
            new(run, new([], [], null, null, "file-1"), Time.GetUtcNow(), null, WorkStatus.Running, 1, Bounds, OverlapPolicy.Skip), "hash-" + run,
            [Tenant(tenant, [.. chunks.SelectMany(c => c)])], default);
        var rows = chunks.Select((symbols, index) => new ChunkRow
        {
            Run = run,
            Tenant = tenant,
            Table = Vendor.Description.Table,
            Number = index + 1,
            Symbols = symbols,
            From = Start.AddDays(-7),
            To = Time.GetUtcNow(),
            Window = CursorDate.Published,
        }).ToList();
        await Get<ChunkStore>().PlanAsync(rows, default);
        return rows.ConvertAll(r => r.Id);
    }

    /// <summary>One call of the chunk's activity, as an engine would make it.</summary>
    public Task<ChunkOutcome> ProcessAsync(ChunkId chunk, CancellationToken cancellationToken = default) =>
        ActivatorUtilities.CreateInstance<ProcessChunk>(Services).RunAsync(
            new("test", nameof(ProcessChunk), 1), new(chunk, Bounds.ChunkSeconds), cancellationToken);

    /// <summary>Records what the chunks of a table cover, as its end would.</summary>
    public async Task CoverAsync(params IReadOnlyList<ChunkId> chunks)
    {
        foreach (var chunk in chunks)
        {
            await Get<TableStateStore>().CoverAsync(chunk.Tenant, chunk.Table, [await ChunkAsync(chunk)], isExplicit: false, default);
        }
    }

    public async Task<ChunkRow> ChunkAsync(ChunkId chunk) => (await Get<ChunkStore>().GetAsync(chunk, default))!.Row;

    public Task<Findings> VerifyAsync() => Get<Verifier>().RunAsync(default);

    public async Task AssertCleanAsync() => Assert.Equal("", string.Join('\n', (await VerifyAsync()).Problems));

    /// <summary>Every row whose partition starts with one of the prefixes, but for ETags and epochs.</summary>
    public async Task<IReadOnlyList<string>> RowsAsync(params string[] prefixes)
    {
        var found = new List<string>();
        await using var snapshot = await Get<ITableSnapshots>().OpenSnapshotAsync(default);
        foreach (var prefix in prefixes.Length == 0 ? ["items|", "index|", "prices|", "series|", "quarantine|", "trends|", "table|", "run|", "pages|"] : prefixes)
        {
            await foreach (var partition in snapshot.PartitionsAsync(prefix, default))
            {
                await foreach (var row in snapshot.QueryAsync(new(partition), default))
                {
                    found.Add($"{partition} {row.Key} {Epochs.Replace(Encoding.UTF8.GetString(row.Data.Span), "\"epoch\":0")}");
                }
            }
        }

        return found;
    }

    /// <summary>Starts the engine on the files.</summary>
    public async Task StartEngineAsync() => await Get<EmbeddedEngine>().StartAsync(default);

    /// <summary>Completes once nothing is under way in the engine.</summary>
    public Task IdleAsync() => Get<EmbeddedEngine>().WhenIdleAsync().WaitAsync(TimeSpan.FromSeconds(60));

    /// <summary>Starts a run, or goes on with one.</summary>
    public async Task<string> BeginAsync(TenantRoster roster, OverlapPolicy overlap = OverlapPolicy.Skip, RunRequest? request = null) =>
        (await Get<RunStarter>().StartAsync(request ?? RunRequest.Everything, roster, overlap, default)).Run.Id;

    /// <summary>Moves the clock from timer to timer until a run has ended; its report, and a clean recount.</summary>
    public async Task<RunReport> EndAsync(string run)
    {
        await Time.MoveUntilAsync(Get<RunStarter>().WaitForEndAsync(run, default), run);
        await AssertCleanAsync();
        return await ReportAsync(run);
    }

    public async Task<RunReport> ReportAsync(string run) => (await RunReport.ReadAsync(Get<ITableReader>(), run, default))!;

    /// <summary>Closes everything; the next use opens it on the same files, as a new process would.</summary>
    public async Task CloseAsync()
    {
        if (_services is { } services)
        {
            _services = null;
            await services.DisposeAsync();
        }

        Faults.Reset();
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private ServiceProvider Compose()
    {
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(Time).AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        if (Azure is { } azure)
        {
            void Configure(AzureStorageOptions o) => (o.ConnectionString, o.Table, o.Container) = (azure.ConnectionString, azure.Table, azure.Container);
            services.AddAzureTables(Configure).AddAzureBlobs(Configure);
            services.AddSingleton<ITableStore>(p => new FaultyTables(p.GetRequiredService<AzureTableStore>(), Faults));
            services.AddSingleton<IBlobStore>(p => new FaultyBlobs(p.GetRequiredService<AzureBlobStore>(), Faults));
        }
        else
        {
            services.AddSqliteTables(o => o.Path = Path.Combine(_folder, "tables.db"));
            services.AddFileBlobs(o => (o.Root, o.FlushToDisk) = (Path.Combine(_folder, "blobs"), false));
            services.AddSingleton<ITableStore>(p => new FaultyTables(p.GetRequiredService<SqliteTableStore>(), Faults));
            services.AddSingleton<IBlobStore>(p => new FaultyBlobs(p.GetRequiredService<FileBlobStore>(), Faults));
        }

        services.AddSingleton<ISentimentScorer>(Scorer).AddSingleton<ISecrets>(Secrets).AddSingleton<IPageAnnouncer>(Announced);
        foreach (var vendor in Vendors)
        {
            services.AddSingleton<ITableSource>(vendor);
        }

        services.AddSingleton<IOptions<IngestionOptions>>(_ => Options.Create(Bounds));
        services.AddSingleton<IOptions<RetentionOptions>>(_ => Options.Create(Retention));
        Also(services);
        services.AddIngestion().AddRetention().AddTenantDeletion(isOneProcess: true);
        services.AddEmbeddedEngine((_, o) =>
            (o.Path, o.Durability, o.CheckFileAtStart, o.StopTimeout) = (Path.Combine(_folder, "engine.db"), EngineDurability.ProcessCrash, false, TimeSpan.FromSeconds(10)));
        return services.BuildServiceProvider();
    }
}
