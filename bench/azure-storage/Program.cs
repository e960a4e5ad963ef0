using System.Globalization;
using System.Text.Json;
using Azure.Core;
using Sentiment.Adapters.AzureBlobs;
using Sentiment.Adapters.AzureStorage;
using Sentiment.Adapters.AzureTables;
using Sentiment.Adapters.Http;
using Sentiment.Azurite;
using Sentiment.AzureStorageBench;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Verification;
using Sentiment.LocalHost;
using Sentiment.Simulator;

// AzureStorageBench [RECORDS-A-SYMBOL] [SYMBOLS] [DAYS]: each table in a run of its own, then the same again as duplicates through
// an explicit window; simulator, engine and run in this process, rows and bodies in Azurite. Ends with 1 over a target.
const double NewTarget = 90;
const double DuplicateTarget = 15;
var records = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1_000;
var symbols = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 10;
var days = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 1;
var time = TimeProvider.System;
var connection = (await AzuriteServer.SharedAsync()).ConnectionString;
var begun = time.GetUtcNow();
await using var simulator = await SimulatorServer.StartAsync(
    new() { Epoch = begun, HistoryDays = days, ItemsPerSymbol = records, ItemsPerSymbolPerDay = 0 }, time);
Environment.SetEnvironmentVariable("BENCH_TOKEN", "bench-token");
var file = JsonSerializer.SerializeToUtf8Bytes(new
{
    tenants = (object[])[new
    {
        id = "acme",
        name = "Acme",
        symbols = Enumerable.Range(0, symbols).Select(s => $"T{s / 26:00}{(char)('A' + (s % 26))}"),
        tables = (string[])["tiingo/news", "finnhub/company-news"],
        credentials = new { tiingo = "env:BENCH_TOKEN", finnhub = "env:BENCH_TOKEN" },
    }],
});
var isWithin = true;
foreach (var table in (string[])["tiingo/news", "finnhub/company-news"])
{
    var count = new StorageCount();
    var data = Directory.CreateTempSubdirectory("sentiment-bench").FullName;
    var host = Compose(data, count);
    await host.StartAsync();
    await MeasureAsync(host.Services, count, "new", new([], [table], null, null), ledger => ledger.Accepted, NewTarget);
    await MeasureAsync(host.Services, count, "duplicate", new([], [table], begun.AddDays(-7), begun), ledger => ledger.Duplicate, DuplicateTarget);
    var findings = await host.Services.GetRequiredService<Verifier>().RunAsync(default);
    Print($"  verify: {findings.Items:#,0} items, {findings.Memberships:#,0} memberships, {findings.ProblemCount} problems");
    isWithin &= findings.ProblemCount == 0;
    await host.StopAsync();
    Directory.Delete(data, recursive: true);
}

return isWithin ? 0 : 1;

IHost Compose(string data, StorageCount count)
{
    var builder = Host.CreateApplicationBuilder();
    builder.Logging.SetMinimumLevel(LogLevel.Warning);
    builder.Configuration["Sources:Tiingo:BaseUrl"] = simulator.BaseAddress.ToString();
    builder.Configuration["Sources:Finnhub:BaseUrl"] = new Uri(simulator.BaseAddress, "api/v1").ToString();
    SimulatedVendors.Unlimit(builder.Configuration);
    var name = AzuriteServer.FreshName();
    void Configure(AzureStorageOptions options)
    {
        (options.ConnectionString, options.Table, options.Container) = (connection, name, name);
        options.ConfigureClient = client => client.AddPolicy(count, HttpPipelinePosition.PerRetry);
    }

    // The last registration of a port is the one that is used: of the data folder only the engine's file is opened.
    builder.Services.AddPipeline(builder.Configuration, data).AddAzureTables(Configure).AddAzureBlobs(Configure);
    return builder.Build();
}

async Task MeasureAsync(IServiceProvider services, StorageCount count, string kind, RunRequest request, Func<Ledger, long> counted, double target)
{
    var starter = services.GetRequiredService<RunStarter>();
    var started = time.GetTimestamp();
    count.Take();
    var roster = TenantsFile.Parse(file, services.GetRequiredService<SourceCatalog>());
    var run = (await starter.StartAsync(request, roster, OverlapPolicy.Skip, default)).Run.Id;
    await starter.WaitForEndAsync(run, default);
    var seconds = time.GetElapsedTime(started).TotalSeconds;
    var counts = count.Take();
    var report = (await RunReport.ReadAsync(services.GetRequiredService<ITableStore>(), run, default))!;
    var (ledger, sum) = (report.Records, counts.Values.Sum());
    var thousands = counted(ledger) / 1000.0;
    isWithin &= report.Run.Status == WorkStatus.Completed && sum / thousands <= target;
    Print($"{request.Tables[0]}, {kind}: {ledger.Accepted:#,0} accepted, {ledger.Duplicate:#,0} duplicate, {ledger.Quarantined:#,0} quarantined, {ledger.Skipped:#,0} skipped in {report.ChunkTally.Total} chunks, {seconds:0.0} s ({report.Run.Status})");
    Print($"  {sum:#,0} transactions: {sum / thousands:0.0} per 1,000 {kind} (target {target:0})");
    foreach (var store in counts.GroupBy(c => c.Key.Store).OrderByDescending(s => s.Sum(c => c.Value)))
    {
        var (reads, writes) = (store.Where(c => !c.Key.IsWrite).Sum(c => c.Value), store.Where(c => c.Key.IsWrite).Sum(c => c.Value));
        Print($"    {store.Key,-12} {(reads + writes) / thousands,6:0.0} per 1,000, {(double)(reads + writes) / sum,4:P0}: {reads} reads, {writes} writes");
    }
}

static void Print(string line) => Console.WriteLine(line);
