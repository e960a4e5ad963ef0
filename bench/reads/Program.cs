using System.Globalization;
using System.Net;
using Sentiment.Adapters.Configuration;
using Sentiment.Api;
using Sentiment.Benches;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Scoring;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;
using Sentiment.LocalHost;
using Sentiment.ReadBench;

// ReadBench [ITEMS] [DAYS] [NAME] [WARMUP]: the API's reads over HTTP in an open loop at 200 requests a second, beside baselines that scan. A store is made once
// for each number of items and days, in the temporary folder, and read again by later runs. With a name, only what it is part of is measured; an empty
// one is part of all. Each measurement is begun after every symbol was asked for once and then so many seconds of the same
// requests; 0: right away. Ends with 1 where a target is missed.
const int Rate = 200;
const string Key = "bench-admin-key";
var items = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1_000_000;
var days = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 30;
var only = args.Length > 2 ? args[2] : "";
var warmUp = args.Length > 3 ? int.Parse(args[3], CultureInfo.InvariantCulture) : 30;
var folder = Path.Combine(Path.GetTempPath(), $"sentiment-reads-{items}-{days}");
var marker = Path.Combine(folder, "now");
Environment.SetEnvironmentVariable("BENCH_TOKEN", "bench-token");
var isNew = !File.Exists(marker);
if (isNew && Directory.Exists(folder))
{
    Directory.Delete(folder, recursive: true);
}

Directory.CreateDirectory(folder);
var time = TimeProvider.System;
var now = isNew ? time.GetUtcNow() : DateTimeOffset.Parse(File.ReadAllText(marker), CultureInfo.InvariantCulture);
if (isNew)
{
    var begun = time.GetTimestamp();
    await BenchStore.FillAsync(folder, items, days, now);
    File.WriteAllText(marker, now.ToString("O", CultureInfo.InvariantCulture));
    Print($"{items:#,0} items of {BenchStore.Tenants} tenants written in {time.GetElapsedTime(begun).TotalSeconds:#,0} s");
}

var builder = WebApplication.CreateBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Error);
builder.Configuration["Api:RequestsPerSecond"] = builder.Configuration["Api:Burst"] = "100000";
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
builder.Services.AddPipeline(builder.Configuration, folder);
builder.Services.AddSingleton<CountedTables>().AddSingleton<ITableStore>(p => p.GetRequiredService<CountedTables>()).AddSingleton<ITableReader>(p => p.GetRequiredService<CountedTables>());
builder.Services.AddSingleton<ISentimentScorer, LetterScorer>();
builder.Services.AddSingleton(Microsoft.Extensions.Options.Options.Create(new ScheduleOptions()));
builder.Services.AddBound<ApiOptions>(builder.Configuration, ApiOptions.Section).AddSentimentApi();
builder.Services.AddSingleton<IAdminKey, FixedKey>().AddSingleton<ITenantDirectory>(new FixedTenants(BenchStore.Roster));
var app = builder.Build();
app.UseSentimentApi();
app.MapSentimentApi();
app.MapBaselines();
await app.StartAsync();
using var handler = new SocketsHttpHandler { MaxConnectionsPerServer = 256 };
using var http = new HttpClient(handler) { BaseAddress = new Uri(app.Urls.Single()), Timeout = TimeSpan.FromMinutes(5) };
http.DefaultRequestHeaders.Add("Authorization", "Bearer " + Key);
http.DefaultRequestHeaders.AcceptEncoding.ParseAdd("br");
var tables = app.Services.GetRequiredService<CountedTables>();
var random = new Random(1);
var missed = 0;
var asked = 0;
var bytes = new FileInfo(Path.Combine(folder, "tables.db")).Length;
Print($"{items:#,0} items, {BenchStore.Tenants} tenants × {BenchStore.SymbolsEach} symbols, {days} days, {bytes / 1e9:0.0} GB; {Rate} requests/s after each symbol once and {warmUp} s of warming up, from the moment each is due; none is answered from kept documents but metrics");
Print($"{"",-28} {"p50 ms",8} {"p95 ms",8} {"p99 ms",8} {"target",9} {"reads",7} {"rows",8}   scanning or recomputing: p50, p95 ms, rows");

// Each asks up to another moment, so that no answer is kept from another: what is measured is the store's.
await MeasureAsync("symbol search, 20 items", 20, 50, (t, s) => $"{Name(t)}/items?symbol={BenchStore.Symbol(t, s)}&limit=20&to={Upto()}", (t, s) => $"{Name(t)}/items?symbol={BenchStore.Symbol(t, s)}&limit=20");
await MeasureAsync("a page of 100 items", 20, 60, (t, _) => $"{Name(t)}/items?limit=100&to={Upto()}", (t, s) => $"{Name(t)}/items?symbol={BenchStore.Symbol(t, s)}&limit=100");
await MeasureAsync("1 day of bars by 5 minutes", 50, 100, (t, s) => $"{Name(t)}/trends?symbol={BenchStore.Symbol(t, s)}&resolution=5m&from={Ago(1)}&to={Upto()}", (t, s) => $"{Name(t)}/bars?symbol={BenchStore.Symbol(t, s)}&from={Ago(1)}");
await MeasureAsync("30 days of bars by the hour", 200, 400, (t, s) => $"{Name(t)}/trends?symbol={BenchStore.Symbol(t, s)}&resolution=1h&from={Ago(30)}&to={Upto()}&format=udf", (t, s) => $"{Name(t)}/bars?symbol={BenchStore.Symbol(t, s)}&from={Ago(30)}");
await MeasureAsync("metrics, kept 30 s", 5, 20, (t, _) => $"{Name(t)}/metrics", (t, _) => $"{Name(t)}/metrics");
if (only.Length > 0)
{
    return missed == 0 ? 0 : 1;
}

// A thousand dashboards of one tenant, each every five seconds for a minute.
var before = tables.Reads;
var clients = await OpenLoop.RunAsync(http, Rate, 60 * Rate, _ => "/api/tenants/tenant-499/metrics");
Target(tables.Reads - before, 4, $"1,000 metric clients of a tenant every 5 s for a minute: {clients.Milliseconds.Count:#,0} answers, {clients.Failed} failed, p95 {clients.At(0.95):0.0} ms; reads of the store");

before = tables.Reads;
await SizeAsync($"/api/tenants/tenant-007/items?tag=tag1&limit=20&to={Upto()}", "identity");
var one = tables.Reads - before;
before = tables.Reads;
await SizeAsync($"/api/tenants/tenant-007/items?tag=tag1,tag2,tag3,tag4,tag5&limit=20&to={Upto()}", "identity");
Print($"reads of the store for one tag {one}, for five {tables.Reads - before}: five ranges side by side instead of one");

var minutes = $"/api/tenants/{BenchStore.Dense}/trends?symbol=DENSE&resolution=1m&from={Ago(7)}&to={Uri.EscapeDataString(now.ToString("O", CultureInfo.InvariantCulture))}";
var (rows, arrays) = (await SizeAsync(minutes, "identity"), await SizeAsync(minutes + "&format=udf", "identity"));
Target(100.0 * arrays / rows, 40, $"10,080 bars as rows {rows:#,0} bytes, as arrays {arrays:#,0}; per cent of the rows' size");
var page = $"/api/tenants/tenant-003/items?limit=100&to={Upto()}";
var (plain, packed) = (await SizeAsync(page, "identity"), await SizeAsync(page, "br"));
Target(100.0 * packed / plain, 40, $"a kept page of 100 items {plain:#,0} bytes, {packed:#,0} compressed; per cent");

// What lives while an export is read, line by line; once before, so that what is made once is there.
await ExportAsync();
var lives = await ExportAsync();
Target((lives.Max() - lives[0]) / 1e6, 4, $"an export of {lives.Count:#,0} thousand items; live memory at its start {lives[0] / 1e6:0.0} MB, at the end {lives[^1] / 1e6:0.0} MB; most MB more than at the start");
await app.StopAsync();
return missed == 0 ? 0 : 1;

async Task<List<long>> ExportAsync()
{
    using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"/api/tenants/{BenchStore.Dense}/items/export", UriKind.Relative));
    request.Headers.Add("Accept-Encoding", "identity");
    using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    using var lines = new StreamReader(await answer.EnsureSuccessStatusCode().Content.ReadAsStreamAsync());
    var live = new List<long>();
    for (var n = 0; await lines.ReadLineAsync() is not null; n++)
    {
        if (n % 1000 == 0)
        {
            live.Add(GC.GetTotalMemory(forceFullCollection: true));
        }
    }

    return live;
}

async Task MeasureAsync(string name, double p50, double p95, Func<int, int, string> path, Func<int, int, string> baseline)
{
    if (!name.Contains(only, StringComparison.OrdinalIgnoreCase))
    {
        return;
    }

    // As in a server that has run for days: everything was asked for before, what runs often is compiled and what is kept is in memory.
    await Parallel.ForAsync(0, warmUp == 0 ? 0 : BenchStore.Tenants * BenchStore.SymbolsEach, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (n, cancellationToken) =>
        await http.GetByteArrayAsync(new Uri("/api/tenants/" + path(n % BenchStore.Tenants, n / BenchStore.Tenants), UriKind.Relative), cancellationToken));
    await OpenLoop.RunAsync(http, Rate, warmUp * Rate, _ => "/api/tenants/" + Drawn(path));
    var (reads, read) = (tables.Reads, tables.Rows);
    const int Requests = 30 * Rate;
    var own = await OpenLoop.RunAsync(http, Rate, Requests, _ => "/api/tenants/" + Drawn(path));
    var (perRead, perRow) = ((double)(tables.Reads - reads) / Requests, (double)(tables.Rows - read) / Requests);
    read = tables.Rows;
    var scans = (int)Math.Clamp(2L * Rate * 1_000_000 / items, 20, 2 * Rate);
    var scanned = await OpenLoop.RunAsync(http, Rate, scans, _ => "/baseline/" + Drawn(baseline));
    var isMet = own.At(0.5) < p50 && own.At(0.95) < p95 && own.Failed == 0;
    missed += isMet ? 0 : 1;
    Print($"{name,-28} {own.At(0.5),8:0.0} {own.At(0.95),8:0.0} {own.At(0.99),8:0.0} {$"{p50}/{p95}",9} {perRead,7:0.0} {perRow,8:0.0}   {scanned.At(0.5):0.0}, {scanned.At(0.95):0.0}, {(double)(tables.Rows - read) / scans:#,0}{(isMet ? "" : $"   MISSED ({own.Failed} failed)")}");
}

void Target(double value, double most, FormattableString what)
{
    missed += value <= most ? 0 : 1;
    Print($"{what.ToString(CultureInfo.InvariantCulture)} {value:0.#} (at most {most:0.#}){(value <= most ? "" : "   MISSED")}");
}

async Task<long> SizeAsync(string path, string encoding)
{
    using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
    request.Headers.Add("Accept-Encoding", encoding);
    using var answer = await http.SendAsync(request);
    return (await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync()).LongLength;
}

string Name(int tenant) => BenchStore.Roster.Tenants[tenant].Id;

// Few tenants and symbols are asked for often, the others seldom.
string Drawn(Func<int, int, string> path) => path(BenchStore.Zipf(random, BenchStore.Tenants), BenchStore.Zipf(random, BenchStore.SymbolsEach));

string Ago(int days) => Uri.EscapeDataString(now.AddDays(-days).ToString("O", CultureInfo.InvariantCulture));

// The store ends where it was made.
string Upto() => Uri.EscapeDataString(now.AddMilliseconds(Interlocked.Increment(ref asked)).ToString("O", CultureInfo.InvariantCulture));

static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

/// <summary>The key that the bench calls with.</summary>
internal sealed class FixedKey : IAdminKey
{
    public ValueTask<string> GetAsync(CancellationToken cancellationToken) => new("bench-admin-key");
}
