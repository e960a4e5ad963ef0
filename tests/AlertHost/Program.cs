using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sentiment.Adapters.Outbox;
using Sentiment.Adapters.Secrets;
using Sentiment.Adapters.Sqlite;
using Sentiment.Adapters.Webhooks;
using Sentiment.AlertHost;
using Sentiment.Domain.Alerts;
using Sentiment.Domain.Alerts.Delivery;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Workflows;
using Sentiment.Engine;

// AlertHost DATA RULE ALERTS KILL: delivers what is open, then finds alerts of the rule due, one after the other, each delivered before
// the next; killed at the chosen moment, 0: never. What is due is a function of the rule's memory alone: the next number.
var (data, ruleId, alerts, killAt) = (args[0], args[1], int.Parse(args[2], CultureInfo.InvariantCulture), int.Parse(args[3], CultureInfo.InvariantCulture));
const string Tenant = "acme";
var partition = AlertPartitions.Of(Tenant);
var configuration = new ConfigurationBuilder().AddEnvironmentVariables().Build();
var points = new KillPoints(killAt);
var services = new ServiceCollection().AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance).AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
services.AddSqliteTables(o => o.Path = Path.Combine(data, "tables.db"));
services.AddSingleton<ITableStore>(p => new KilledTables(p.GetRequiredService<SqliteTableStore>(), points));
services.AddSecrets(configuration).AddSingleton(new WorkflowRegistry()).AddAlertDelivery().AddWebhooks().AddSingleton<ILinkKey, FixedLinkKey>();
services.Configure<AlertOptions>(configuration.GetSection(AlertOptions.Section).Bind);
var mail = services.AddMail(configuration, outbox: null).Last(s => s.ServiceType == typeof(IMailer));
services.AddSingleton<IMailer>(p => new KilledMailer((IMailer)mail.ImplementationFactory!(p), points));
services.AddEmbeddedEngine((_, o) => o.Path = Path.Combine(data, "engine.db"));
await using var host = services.BuildServiceProvider();
var (engine, tables, open) = (host.GetRequiredService<EmbeddedEngine>(), host.GetRequiredService<ITableStore>(), host.GetRequiredService<OpenAlerts>());
await engine.StartAsync(default);
await open.SweepAsync(default);
await open.WaitAsync(TimeSpan.FromMinutes(1), default);
var raiser = host.GetRequiredService<IAlertRaiser>();
var time = host.GetRequiredService<TimeProvider>();
for (var i = 0; i < alerts; i++)
{
    var rule = JsonSerializer.Deserialize<AlertRule>((await tables.GetAsync(partition, $"r|{ruleId}", default))!.Data.Span, JsonSerializerOptions.Web)!;
    var memory = await tables.GetAsync(partition, $"s|{ruleId}|AAPL", default);
    var next = memory is null ? 0 : int.Parse(Encoding.UTF8.GetString(memory.Data.Span), CultureInfo.InvariantCulture);
    var state = Encoding.UTF8.GetBytes((next + 1).ToString(CultureInfo.InvariantCulture));
    var alert = new Alert(
        Alert.IdOf(Tenant, rule.Id, rule.Version, "AAPL", next), Tenant, rule, "AAPL", time.GetUtcNow(), next, $"AAPL: number {next}", new(null, null, 1, []));
    await raiser.RaiseAsync(
        alert, memory is null ? TableWrite.Insert($"s|{ruleId}|AAPL", 1, state) : TableWrite.IfMatch(memory.Key, 1, state, memory.ETag), default);
    await open.WaitAsync(TimeSpan.FromMinutes(1), default);
}

await engine.StopAsync(default);
return 0;

internal sealed class FixedLinkKey : ILinkKey
{
    public ValueTask<ReadOnlyMemory<byte>> GetAsync(CancellationToken cancellationToken) => new(new byte[32]);
}
