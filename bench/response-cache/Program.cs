using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Sentiment.ResponseCacheBench;

// ResponseCacheBench [HOURS]: the same scheduled runs with and without the cache of answers, side by side, each on a data folder
// and a simulator of its own with the same feed, on a clock that stands during a run. First with the market open, then closed,
// HOURS each. Ends with 1 where an item arrived later than without the cache while the market was open, or where less than 90 %
// of the calls were saved while it was closed.
const double LeastSaved = 0.9;
var hours = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 2;
var every = TimeSpan.FromMinutes(5);
var runs = hours * 12;
var opened = new DateTimeOffset(2026, 11, 24, 15, 0, 0, TimeSpan.Zero);
var closed = new DateTimeOffset(2026, 11, 24, 22, 0, 0, TimeSpan.Zero);
var time = new FakeTimeProvider(opened);
var tenants = Tenants(8);
Environment.SetEnvironmentVariable("BENCH_TOKEN_A", "bench-token-a");
Environment.SetEnvironmentVariable("BENCH_TOKEN_B", "bench-token-b");
await using var with = await Installation.StartAsync(time, tenants, isCaching: true);
await using var without = await Installation.StartAsync(time, tenants, isCaching: false);

var open = await SpanAsync("open");
var late = without.Arrivals.Where(a => !with.Arrivals.TryGetValue(a.Key, out var at) || at > a.Value).ToList();
Print($"market open: {without.Arrivals.Count:#,0} items in both, {late.Count:#,0} later with the cache (target 0); calls {open.With:#,0} instead of {open.Without:#,0}");

time.SetUtcNow(closed);
var quiet = await SpanAsync("closed");
var saved = 1 - ((double)quiet.With / quiet.Without);
var missing = without.Arrivals.Keys.Count(item => !with.Arrivals.ContainsKey(item));
Print($"market closed: calls {quiet.With:#,0} instead of {quiet.Without:#,0}, {saved:P1} fewer (target {LeastSaved:P0}); {missing:#,0} items not read yet with the cache");

time.SetUtcNow(new(2026, 11, 25, 14, 0, 0, TimeSpan.Zero));
await with.RunAsync();
await without.RunAsync();
var lost = without.Arrivals.Keys.Count(item => !with.Arrivals.ContainsKey(item));
Print($"the first run before the market opens again: {lost:#,0} items missing (target 0)");
return late.Count == 0 && lost == 0 && saved >= LeastSaved ? 0 : 1;

async Task<(long With, long Without)> SpanAsync(string market)
{
    var before = (With: await with.CallsAsync(), Without: await without.CallsAsync());
    for (var run = 0; run < runs; run++)
    {
        await with.RunAsync();
        await without.RunAsync();
        time.Advance(every);
    }

    var calls = (await with.CallsAsync() - before.With, await without.CallsAsync() - before.Without);
    Print($"{runs} runs with the market {market}, one every {every.TotalMinutes:0} minutes, {with.Tenants} tenants with 2 credentials");
    return calls;
}

static byte[] Tenants(int count) => JsonSerializer.SerializeToUtf8Bytes(new
{
    tenants = Enumerable.Range(0, count).Select(t => new
    {
        id = $"tenant-{t:000}",
        name = $"Tenant {t}",
        symbols = Enumerable.Range(0, 4).Select(s => $"T{t / 4:000}{(char)('A' + s)}"),
        tables = (string[])["tiingo/news", "finnhub/company-news", "alphavantage/news-sentiment"],
        credentials = new { tiingo = Token(t), finnhub = Token(t), alphavantage = Token(t) },
    }),
});

static string Token(int tenant) => $"env:BENCH_TOKEN_{(char)('A' + (tenant % 2))}";

static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
