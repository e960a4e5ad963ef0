using System.Globalization;
using System.Text.Json;
using Microsoft.DurableTask.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Sentiment.Adapters.Files;
using Sentiment.Adapters.Http;
using Sentiment.Adapters.Onnx;
using Sentiment.Adapters.Sqlite;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Items;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Trends;
using Sentiment.Domain.Verification;
using Sentiment.Engine;
using Sentiment.Functions.Durable;

namespace Sentiment.Functions.Tests.Durable;

/// <summary>The whole pipeline on stores of its own, run by either engine.</summary>
internal sealed class PipelineUnderTest : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("parity-").FullName;
    private readonly ServiceProvider _services;
    private DurableTaskTestHost? _durable;

    private PipelineUnderTest(Uri vendors, bool durable, IngestionOptions bounds, Action<IServiceCollection>? configure)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Sources:Tiingo:BaseUrl"] = vendors.ToString(),
            ["Sources:Finnhub:BaseUrl"] = new Uri(vendors, "api/v1").ToString(),
        }.Concat(SimulatedVendors.Unlimited)).Build();
        var services = new ServiceCollection().AddLogging().AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        services.AddSources(configuration);
        services.AddSqliteTables(o => o.Path = Path.Combine(_folder, "tables.db"));
        services.AddFileBlobs(o => (o.Root, o.FlushToDisk) = (Path.Combine(_folder, "blobs"), false));
        services.AddOnnxScoring(new() { ModelPath = Path.Combine(AppContext.BaseDirectory, "models", "compact"), Parallelism = 1 });
        services.AddSingleton<ISecrets, AnySecret>().AddSingleton(Options.Create(bounds)).AddIngestion();
        if (durable) services.AddDurableWorkflows();
        else services.AddEmbeddedEngine((_, o) => (o.Path, o.Durability) = (Path.Combine(_folder, "engine.db"), EngineDurability.ProcessCrash));
        configure?.Invoke(services);
        _services = services.BuildServiceProvider();
    }

    public RunStarter Starter => Get<RunStarter>();

    public ITableReader Tables => Get<ITableReader>();

    public static async Task<PipelineUnderTest> StartAsync(
        Uri vendors, bool durable, IngestionOptions bounds, Action<IServiceCollection>? configure = null)
    {
        var pipeline = new PipelineUnderTest(vendors, durable, bounds, configure);
        if (durable) pipeline._durable = await DurableUnderTest.HostAsync(pipeline._services, NullLoggerFactory.Instance);
        else await pipeline.Get<EmbeddedEngine>().StartAsync(default);
        return pipeline;
    }

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>Runs all tenants over a window; returns the report once a recount has found nothing wrong.</summary>
    public async Task<RunReport> RunAsync(TenantRoster roster, DateTimeOffset from, DateTimeOffset to)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        var run = (await Starter.StartAsync(new([], [], from, to), roster, OverlapPolicy.Skip, limit.Token)).Run.Id;
        await Starter.WaitForEndAsync(run, limit.Token);
        Assert.Empty((await Get<Verifier>().RunAsync(limit.Token)).Problems);
        return (await RunReport.ReadAsync(Tables, run, limit.Token))!;
    }

    /// <summary>Every item, without its stamp.</summary>
    public Task<List<string>> ItemsAsync() => RowsAsync("items|", (_, row) =>
        JsonSerializer.Serialize(JsonSerializer.Deserialize<Item>(row.Data.Span, JsonSerializerOptions.Web)! with { Chunk = "", Page = 0 }));

    /// <summary>Every membership and place in time, without its stamp.</summary>
    public Task<List<string>> MembershipsAsync() => RowsAsync("index|", (partition, row) => $"{partition} {row.Key}");

    /// <summary>What is in quarantine.</summary>
    public Task<List<string>> QuarantineAsync() => RowsAsync("quarantine|", (partition, row) => $"{partition} {row.Key}");

    /// <summary>Every tenant's bars of each day, merged, as bytes in hex.</summary>
    public async Task<List<string>> BarsAsync()
    {
        var found = new List<string>();
        await using var snapshot = await Get<ITableSnapshots>().OpenSnapshotAsync(default);
        await foreach (var partition in snapshot.PartitionsAsync("trends|", default))
        {
            var parts = partition.Split('|');
            var day = await TrendReader.DayAsync(snapshot, parts[1], parts[2], null, Grain.Minute, (pages, _) => new(pages.ToHashSet()), default);
            var bars = day.OrderBy(b => b.Key.Symbol, StringComparer.Ordinal).ThenBy(b => b.Key.Table, StringComparer.Ordinal).ThenBy(b => b.Key.Minute).Select(b => (b.Key, b.Value));
            found.AddRange(bars.Select(b => $"{partition} {b.Key} {JsonSerializer.Serialize(b.Value)}"));
        }

        return found;
    }

    /// <summary>Every chunk with its ledger.</summary>
    public async Task<List<string>> ChunksAsync(string run)
    {
        var found = new List<string>();
        await foreach (var chunk in ChunkStore.ListAsync(Tables, run, null, null, default))
        {
            found.Add(string.Create(CultureInfo.InvariantCulture, $"{chunk.Tenant} {chunk.Table} {chunk.Number} {chunk.Status} {chunk.Page} {chunk.Ledger}"));
        }

        return found;
    }

    public async ValueTask DisposeAsync()
    {
        if (_durable is not null) await _durable.DisposeAsync();
        await _services.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<List<string>> RowsAsync(string prefix, Func<string, TableRow, string> describe)
    {
        var found = new List<string>();
        await using var snapshot = await Get<ITableSnapshots>().OpenSnapshotAsync(default);
        await foreach (var partition in snapshot.PartitionsAsync(prefix, default))
        {
            await foreach (var row in snapshot.QueryAsync(new(partition), default))
            {
                found.Add(describe(partition, row));
            }
        }

        return found;
    }

    private sealed class AnySecret : ISecrets
    {
        public ValueTask<string> ResolveAsync(string reference, CancellationToken cancellationToken) => new("token-of-" + reference[4..]);
    }
}
