using System.Globalization;
using Microsoft.Extensions.Options;
using Sentiment.Adapters.Sqlite;
using Sentiment.AlertHost;
using Sentiment.Domain.Alerts;
using Sentiment.Domain.Alerts.Delivery;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Scoring;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;
using Sentiment.Engine;
using Sentiment.LocalHost;

// AlertHost DATA PAGES KILL: delivers what is open, then goes on with its one chunk, a page at a time: each is committed, told to the rules and
// what they raise delivered before the next. It is killed at the chosen moment, 0: never, and at its end says how many pages were told.
const string Run = "20300101T000000000Z-kills000";
const string Tenant = "acme";
var (data, pages, killAt) = (args[0], int.Parse(args[1], CultureInfo.InvariantCulture), int.Parse(args[2], CultureInfo.InvariantCulture));
var points = new KillPoints(killAt);
var clock = new PageClock();
using var stop = new CancellationTokenSource();
var builder = Host.CreateEmptyApplicationBuilder(null);
builder.Configuration.AddEnvironmentVariables();
var services = builder.Services.AddLogging().AddSingleton<TimeProvider>(clock);
services.AddPipeline(builder.Configuration, data);
services.AddSingleton<ITableStore>(p => new KilledTables(p.GetRequiredService<SqliteTableStore>(), points));
services.AddSingleton<ISentimentScorer, NeutralScorer>();
services.AddSingleton<ITableSource>(p => new Feed(clock, new(p.GetRequiredService<OpenAlerts>), pages, stop));
var mail = services.Last(s => s.ServiceType == typeof(IMailer));
services.AddSingleton<IMailer>(p => new KilledMailer((IMailer)mail.ImplementationFactory!(p), points));
using var app = builder.Build();
var (engine, open, chunks) = (app.Services.GetRequiredService<EmbeddedEngine>(), app.Services.GetRequiredService<OpenAlerts>(), app.Services.GetRequiredService<ChunkStore>());
var chunk = new ChunkRow
{
    Run = Run,
    Tenant = Tenant,
    Table = Feed.Table,
    Number = 1,
    Symbols = [Feed.Symbol],
    From = PageClock.Start,
    To = PageClock.Start.AddYears(10),
    Window = CursorDate.Published,
};
if (await chunks.GetAsync(chunk.Id, default) is not { } known)
{
    await app.Services.GetRequiredService<RunStore>().TryCreateAsync(
        new(Run, new([], [], null, null, "kills"), PageClock.Start, null, WorkStatus.Running, 1, app.Services.GetRequiredService<IOptions<IngestionOptions>>().Value, OverlapPolicy.Skip),
        "kills", [new Tenant(Tenant, Tenant, [Feed.Symbol], [Feed.Table], new Dictionary<string, string>())], default);
    await chunks.PlanAsync([chunk], default);
}
else
{
    clock.MoveTo(known.Row.Page);
}

await engine.StartAsync(default);
await open.SweepAsync(default);
await open.WaitAsync(TimeSpan.FromMinutes(1), default);
try
{
    await ActivatorUtilities.CreateInstance<ProcessChunk>(app.Services).RunAsync(new("kills", nameof(ProcessChunk), 1), new(chunk.Id, 240), stop.Token);
}
catch (OperationCanceledException)
{
    // The feed has given all its pages.
}

await engine.StopAsync(default);
Console.Out.WriteLine($"pages {(await chunks.GetAsync(chunk.Id, default))!.Row.Page}");
return 0;

internal sealed class NeutralScorer : ISentimentScorer
{
    public string Model => "neutral@00000001";

    public ValueTask<IReadOnlyList<Probabilities>> ScoreAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken) =>
        new(texts.Select(_ => Probabilities.CertainlyNeutral).ToList());
}
