using System.Globalization;
using Sentiment.AlertBench;
using Sentiment.Benches;
using Sentiment.Domain.Alerts;
using Sentiment.Domain.Alerts.Rules;
using Sentiment.Domain.Scoring;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.LocalHost;

// AlertBench [ROUNDS] [PAGES-A-ROUND]: what a thousand rules on 500 symbols cost where pages are committed into SQLite. Two tenants
// get the same items, a page of the one after a page of the other, so that whatever else the machine does meets both.
const int PerPage = 1000;
const double Most = 0.05;
var rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 8;
var pages = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 20;
var time = TimeProvider.System;
var data = Directory.CreateTempSubdirectory("sentiment-alert-bench").FullName;
var builder = WebApplication.CreateBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddPipeline(builder.Configuration, data);
builder.Services.AddSingleton<ISentimentScorer, LetterScorer>();
builder.Services.AddSingleton<CountingRaiser>().AddSingleton<IAlertRaiser>(p => p.GetRequiredService<CountingRaiser>());
await using var app = builder.Build();
var services = app.Services;
var raiser = services.GetRequiredService<CountingRaiser>();
var (plain, ruled) = (new Side(services, "plain"), new Side(services, "ruled"));
await Side.BeginAsync(services, time.GetUtcNow(), Side.Of("plain"), Side.Of("ruled"));
await plain.OpenAsync(time.GetUtcNow());
await ruled.OpenAsync(time.GetUtcNow());
var rules = services.GetRequiredService<RuleStore>();
var random = new Random(20260101);
for (var n = 0; n < 2 * Side.Symbols.Count; n++)
{
    await rules.CreateAsync("ruled", Rule(n), default);
}

// Code is compiled, and the ruled symbols' minutes are read once, before it counts.
var item = 0;
await BothAsync(isPlainFirst: false);
Print($"first page, compiling included: {Milliseconds(plain)} without rules, {Milliseconds(ruled)} with 1,000, their minutes read");
for (var n = 0; n < 10; n++)
{
    await BothAsync(n % 2 == 0);
}

(plain.Worked, ruled.Worked) = (default, default);
var (before, total) = (raiser.Raised, (Plain: TimeSpan.Zero, Ruled: TimeSpan.Zero));
for (var round = 1; round <= rounds; round++)
{
    (plain.Took, ruled.Took) = (default, default);
    for (var n = 0; n < pages; n++)
    {
        await BothAsync(n % 2 == 0);
    }

    total = (total.Plain + plain.Took, total.Ruled + ruled.Took);
    Print($"round {round}: {Rate(plain.Took)} records/s without rules, {Rate(ruled.Took)} with 1,000: {ruled.Took / plain.Took - 1:P1}");
}

var cost = (total.Ruled / total.Plain) - 1;
Print($"all: {rounds * pages * PerPage:#,0} records each, {raiser.Raised - before} alerts raised; 1,000 rules on 500 symbols cost {cost:P1} of the time ({Most:P0} allowed), {ruled.Worked / plain.Worked - 1:P1} of the processor's");
await app.DisposeAsync();
Directory.Delete(data, recursive: true);
return cost <= Most ? 0 : 1;

async Task BothAsync(bool isPlainFirst)
{
    var now = time.GetUtcNow();
    var records = Enumerable.Range(0, PerPage).Select(_ => Record(now)).ToList();
    foreach (var side in isPlainFirst ? (Side[])[plain, ruled] : [ruled, plain])
    {
        await side.CommitAsync(records);
    }
}

SourceRecord Record(DateTimeOffset now)
{
    var (symbol, id) = (Side.Symbols[random.Next(Side.Symbols.Count)], $"n{item++}");
    return new(id, $"{symbol} {random.Next(100_000)} quarterly figures beat what analysts had expected of them, shares move", $"https://example.com/news/{id}", now.AddSeconds(-random.Next(1800)), null, [symbol], default);
}

AlertRule Rule(int n)
{
    var when = (n % 10) switch
    {
        < 4 => new AlertCondition(AlertKind.Score, 60, Above: 0.6, Below: -0.3, LeastItems: 5, Hysteresis: 0.05),
        < 7 => new AlertCondition(AlertKind.Volume, 60, Above: 50 + random.Next(2000), Hysteresis: 5),
        < 9 => new AlertCondition(AlertKind.Change, 30, Above: 0.5, Below: 0.5, LeastItems: 5),
        _ => new AlertCondition(AlertKind.Spike, Above: 3, Below: 3),
    };
    return new($"r{n}", 0, $"Rule {n}", true, [Side.Symbols[n % Side.Symbols.Count]], when, 60, null, null, [new("desk@acme.example")]);
}

string Rate(TimeSpan took) => string.Create(CultureInfo.InvariantCulture, $"{pages * PerPage / took.TotalSeconds:#,0}");

static string Milliseconds(Side side) => string.Create(CultureInfo.InvariantCulture, $"{side.Took.TotalMilliseconds:#,0} ms");

static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

/// <summary>Writes alerts beside what their rules remember, without delivering them.</summary>
internal sealed class CountingRaiser(ITableStore tables) : IAlertRaiser
{
    public int Raised { get; private set; }

    public async Task<bool> RaiseAsync(Alert alert, TableWrite state, CancellationToken cancellationToken)
    {
        try
        {
            await tables.WriteAsync(AlertPartitions.Of(alert.Tenant), [TableWrite.Insert($"a|{Rows.NewestFirst(alert.RaisedAt)}|{alert.Id}", Rows.Version, System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(alert)), state], cancellationToken);
            Raised++;
            return true;
        }
        catch (TableConflictException)
        {
            return false;
        }
    }
}
