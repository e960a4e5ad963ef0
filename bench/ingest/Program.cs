using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Sentiment.Adapters.Http;
using Sentiment.Adapters.Onnx;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Items;
using Sentiment.Domain.Scoring;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;
using Sentiment.IngestBench;
using Sentiment.LocalHost;
using Sentiment.Simulator;

// IngestBench [TENANTS] [RECORDS-A-TENANT] [DISTINCT-SHARE]: simulator and run in one process, on a fresh data folder.
var tenants = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 50;
var records = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 2_000;
var distinct = args.Length > 2 ? double.Parse(args[2], CultureInfo.InvariantCulture) : 1.0;
const int SymbolsEach = 10;
var time = TimeProvider.System;
var data = Directory.CreateTempSubdirectory("sentiment-bench").FullName;
await using var simulator = await SimulatorServer.StartAsync(
    new() { Epoch = time.GetUtcNow(), HistoryDays = 7, ItemsPerSymbol = records / SymbolsEach / 2, ItemsPerSymbolPerDay = 0, DistinctShare = distinct }, time);
Environment.SetEnvironmentVariable("BENCH_TOKEN", "bench-token");
var file = JsonSerializer.SerializeToUtf8Bytes(new
{
    tenants = Enumerable.Range(0, tenants).Select(t => new
    {
        id = $"tenant-{t:000}",
        name = $"Tenant {t}",
        symbols = Enumerable.Range(0, SymbolsEach).Select(s => $"T{t:000}{(char)('A' + s)}"),
        tables = (string[])["tiingo/news", "finnhub/company-news"],
        credentials = new { tiingo = "env:BENCH_TOKEN", finnhub = "env:BENCH_TOKEN" },
    }),
});
var builder = Host.CreateApplicationBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Configuration["Sources:Tiingo:BaseUrl"] = simulator.BaseAddress.ToString();
builder.Configuration["Sources:Finnhub:BaseUrl"] = new Uri(simulator.BaseAddress, "api/v1").ToString();
SimulatedVendors.Unlimit(builder.Configuration);
builder.Services.AddPipeline(builder.Configuration, data);
var host = builder.Build();
using var stages = new StageTimes();
await host.StartAsync();
var starter = host.Services.GetRequiredService<RunStarter>();
var roster = TenantsFile.Parse(file, host.Services.GetRequiredService<SourceCatalog>());
var scorer = host.Services.GetRequiredService<OnnxSentimentScorer>();
var begun = time.GetTimestamp();
var run = (await starter.StartAsync(RunRequest.Everything, roster, OverlapPolicy.Skip, default)).Run.Id;
await starter.WaitForEndAsync(run, default);
var seconds = time.GetElapsedTime(begun).TotalSeconds;
var tables = host.Services.GetRequiredService<ITableStore>();
var report = (await RunReport.ReadAsync(tables, run, default))!;
var read = report.Records.Read;
Print($"{tenants} tenants, {read:#,0} records in {seconds:0.0} s: {read / seconds:#,0} records/s ({report.Run.Status}), peak {Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0:#,0} MiB, simulator included");
foreach (var (stage, spent) in stages.Seconds.OrderByDescending(s => s.Value))
{
    Print($"  {stage,-6} {spent,7:0.0} s over all workers, {read / spent:#,0} records/s of one");
}

// What the slowest stage does alone, in the same process and with the run's own texts.
var cache = (CachedScorer)host.Services.GetRequiredService<ISentimentScorer>();
var share = (double)cache.Misses / (cache.Hits + cache.Misses);
var texts = (await TitlesAsync(30_000)).ToList();
var scoring = time.GetTimestamp();
await scorer.ScoreAsync(texts, default);
var alone = texts.Count / time.GetElapsedTime(scoring).TotalSeconds;
Print($"  scored by the model: {share:P0} of the texts, the rest from the cache; scoring alone: {alone:#,0} texts/s, that is {alone / share:#,0} such records/s; the run does {read / seconds / (alone / share):P0} of it");
await host.StopAsync();
Directory.Delete(data, recursive: true);

return report.Run.Status == WorkStatus.Completed ? 0 : 1;

async Task<HashSet<string>> TitlesAsync(int most)
{
    var titles = new HashSet<string>();
    foreach (var tenant in roster.Tenants)
    {
        await foreach (var item in ItemList.AllAsync(tables, new(tenant.Id), default))
        {
            if (titles.Add(item.Title) && titles.Count == most)
            {
                return titles;
            }
        }
    }

    return titles;
}

static void Print(string line) => Console.WriteLine(line);
