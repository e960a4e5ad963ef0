using System.Text.Json;
using Sentiment.Adapters.Http;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;
using Sentiment.LocalHost;
using Sentiment.Simulator;

namespace Sentiment.ResponseCacheBench;

/// <summary>The product on a data folder of its own with a simulator of its own, and in which run each item arrived.</summary>
internal sealed class Installation : IAsyncDisposable
{
    private static readonly TimeSpan LongestRun = TimeSpan.FromMinutes(5);

    private readonly string _data = Directory.CreateTempSubdirectory("sentiment-cache").FullName;
    private readonly SimulatorServer _simulator;
    private readonly HttpClient _http;
    private readonly IHost _host;
    private readonly TenantRoster _roster;
    private int _runs;

    private Installation(SimulatorServer simulator, TimeProvider time, byte[] tenants, bool isCaching)
    {
        _simulator = simulator;
        _http = new() { BaseAddress = simulator.BaseAddress };
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Configuration["Sources:Tiingo:BaseUrl"] = simulator.BaseAddress.ToString();
        builder.Configuration["Sources:Finnhub:BaseUrl"] = new Uri(simulator.BaseAddress, "api/v1").ToString();
        builder.Configuration["Sources:AlphaVantage:BaseUrl"] = simulator.BaseAddress.ToString();
        builder.Configuration["Ingestion:HistoryDays"] = "2";
        builder.Configuration["Caching:Enabled"] = isCaching.ToString();
        SimulatedVendors.Unlimit(builder.Configuration);
        builder.Services.AddSingleton(time);
        builder.Services.AddPipeline(builder.Configuration, _data);
        _host = builder.Build();
        _roster = TenantsFile.Parse(tenants, _host.Services.GetRequiredService<SourceCatalog>());
    }

    public int Tenants => _roster.Tenants.Count;

    /// <summary>Item → the number of the run that brought it.</summary>
    public Dictionary<string, int> Arrivals { get; } = new(StringComparer.Ordinal);

    public static async Task<Installation> StartAsync(TimeProvider time, byte[] tenants, bool isCaching)
    {
        var simulator = await SimulatorServer.StartAsync(
            new() { Epoch = time.GetUtcNow(), HistoryDays = 2, ItemsPerSymbolPerDay = 96, BackdatedShare = 0, FarBackdatedShare = 0 }, time);
        var installation = new Installation(simulator, time, tenants, isCaching);
        await installation._host.StartAsync();
        return installation;
    }

    /// <summary>One scheduled run to its end.</summary>
    public async Task RunAsync()
    {
        var starter = _host.Services.GetRequiredService<RunStarter>();
        var run = (await starter.StartAsync(RunRequest.Everything, _roster, OverlapPolicy.Skip, default)).Run.Id;
        await starter.WaitForEndAsync(run, default).WaitAsync(LongestRun, TimeProvider.System);
        var tables = _host.Services.GetRequiredService<ITableStore>();
        var report = (await RunReport.ReadAsync(tables, run, default))!;
        if (report.Run.Status != WorkStatus.Completed)
        {
            throw new InvalidOperationException($"Run {run} ended {report.Run.Status}: {report.Tenants.SelectMany(t => t.Tables).Select(t => t.Reason).FirstOrDefault(r => r is not null)}");
        }

        _runs++;
        foreach (var tenant in _roster.Tenants)
        {
            foreach (var table in tenant.Tables)
            {
                var partition = $"items|{tenant.Id}|{TableLimits.Escape(table)}";
                await foreach (var row in tables.QueryAsync(new(partition), default))
                {
                    Arrivals.TryAdd($"{partition} {row.Key}", _runs);
                }
            }
        }
    }

    /// <summary>Calls that the vendors have had so far.</summary>
    public async Task<long> CallsAsync() =>
        (await _http.GetFromJsonAsync<JsonElement>(new Uri("/_sim/stats", UriKind.Relative))).GetProperty("calls").EnumerateObject().Sum(vendor => vendor.Value.GetInt64());

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
        _http.Dispose();
        await _simulator.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }
}
