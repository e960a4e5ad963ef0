using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Sentiment.Domain.Alerts;
using Sentiment.Domain.Alerts.Delivery;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Tests.Support;
using Sentiment.Domain.Workflows;
using Sentiment.Engine;
using Sentiment.Testing;

namespace Sentiment.Domain.Tests.Alerts;

/// <summary>The delivery of alerts on the embedded engine, with scripted targets; its process can end and start again.</summary>
internal sealed class DeliveryHost : IAsyncDisposable
{
    public const string Tenant = "acme";
    public static readonly DateTimeOffset Start = new(2030, 1, 10, 12, 0, 0, TimeSpan.Zero);
    private readonly string _folder = Directory.CreateTempSubdirectory("sentiment-").FullName;
    private readonly MemoryTables _memory = new();
    private ServiceProvider? _services;
    private int _episode;

    public SteppedTime Time { get; } = new(Start);

    public Faults Faults { get; } = new();

    public Targets Targets { get; } = new();

    public AlertOptions Options { get; init; } = new() { Attempts = 3, PublicUrl = new("https://sentiment.example") };

    /// <summary>The tables as they are, whatever fails.</summary>
    public ITableStore Tables => _memory;

    public AlertStore Store => Get<AlertStore>();

    public static async Task<DeliveryHost> StartAsync(params AlertRule[] rules)
    {
        var host = new DeliveryHost();
        foreach (var rule in rules.DefaultIfEmpty(Rule()))
        {
            await host.SaveAsync(rule);
        }

        await host.OpenAsync();
        return host;
    }

    public static AlertRule Rule(QuietHours? quiet = null, int? digest = null, bool isEnabled = true, params AlertTarget[] targets) => new(
        "fell", 1, "It falls", isEnabled, ["AAPL"], new(AlertKind.Score, 60, Below: -0.5), 0, quiet, digest, targets.Length == 0 ? [new("ops@acme.example")] : targets);

    public T Get<T>()
        where T : notnull => _services!.GetRequiredService<T>();

    public Task SaveAsync(AlertRule rule) => _memory.WriteAsync(
        AlertPartitions.Of(Tenant), [TableWrite.Upsert($"r|{rule.Id}", 1, JsonSerializer.SerializeToUtf8Bytes(rule, JsonSerializerOptions.Web))], default);

    public Task RemoveRuleAsync() => _memory.WriteAsync(AlertPartitions.Of(Tenant), [TableWrite.Delete("r|fell")], default);

    public Task DisableTenantAsync() => Get<TenantStore>().AddAsync(
        new(Tenant, "Acme", ["AAPL"], ["wire/news"], new Dictionary<string, string>()) { IsDisabled = true }, TenantOrigin.Api, "admin", default);

    /// <summary>An alert that no other is.</summary>
    public Alert Next(AlertRule rule, string symbol = "AAPL") => new(
        Alert.IdOf(Tenant, rule.Id, rule.Version, symbol, ++_episode), Tenant, rule, symbol, Time.GetUtcNow(), -0.7, $"{symbol}: mean score -0.7 of 3 items in 60 minutes",
        new(Time.GetUtcNow().AddHours(-1), Time.GetUtcNow(), 3, [new("item-1", "wire/news", "It fell", new("https://news.example/1"), Time.GetUtcNow(), -700_000, "letters@1", null)]));

    /// <summary>Raises an alert with a write of the rule's memory that nothing stands against.</summary>
    public async Task<Alert> RaiseAsync(AlertRule? rule = null)
    {
        var alert = Next(rule ?? Rule());
        Assert.True(await Get<IAlertRaiser>().RaiseAsync(alert, TableWrite.Upsert("s|fell|AAPL", 1, "{}"u8.ToArray()), default));
        return alert;
    }

    public async Task<TargetDelivery> DeliveryAsync(Alert alert, int number = 1) => (await Store.GetAsync(Tenant, alert.Id, default))!.Message!.Deliveries.Single(d => d.Number == number);

    /// <summary>Until nothing is under way but timers.</summary>
    public Task IdleAsync() => Get<EmbeddedEngine>().WhenIdleAsync().WaitAsync(TimeSpan.FromSeconds(60));

    /// <summary>Moves the clock to a time at which nothing else is waited for.</summary>
    public async Task AdvanceToAsync(DateTimeOffset time)
    {
        await IdleAsync();
        Time.Advance(time - Time.GetUtcNow());
        await IdleAsync();
    }

    /// <summary>The keys of a prefix in the tenant's partition.</summary>
    public async Task<IReadOnlyList<string>> KeysAsync(string prefix)
    {
        var keys = new List<string>();
        await foreach (var row in _memory.QueryAsync(TableRange.Prefix(AlertPartitions.Of(Tenant), prefix), default))
        {
            keys.Add(row.Key);
        }

        return keys;
    }

    /// <summary>A new process on what the one before wrote, which looks for what is open, as every host does.</summary>
    public async Task RestartAsync()
    {
        await CloseAsync();
        await OpenAsync();
        await Get<OpenAlerts>().SweepAsync(default);
        await IdleAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task CloseAsync()
    {
        if (_services is not null)
        {
            await _services.DisposeAsync();
        }

        Faults.Reset();
    }

    private async Task OpenAsync()
    {
        var services = new ServiceCollection().AddSingleton<TimeProvider>(Time).AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance).AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        services.AddSingleton<ITableStore>(new FaultyTables(_memory, Faults)).AddSingleton(new WorkflowRegistry());
        services.AddSingleton<IMailer>(Targets).AddSingleton<IWebhooks>(Targets).AddSingleton<ILinkKey>(Targets).AddSingleton<IOptions<AlertOptions>>(Microsoft.Extensions.Options.Options.Create(Options));
        services.AddAlertDelivery().AddEmbeddedEngine((_, o) =>
            (o.Path, o.Durability, o.CheckFileAtStart, o.StopTimeout) = (Path.Combine(_folder, "engine.db"), EngineDurability.ProcessCrash, false, TimeSpan.FromSeconds(10)));
        _services = services.BuildServiceProvider();
        await Get<EmbeddedEngine>().StartAsync(default);
    }
}

/// <summary>Targets that answer as the test says, and note what they are told.</summary>
internal sealed class Targets : IMailer, IWebhooks, ILinkKey
{
    public ConcurrentQueue<Mail> Mails { get; } = new();

    public ConcurrentQueue<WebhookNotice> Notices { get; } = new();

    /// <summary>The answer to a mail, by the mail and the number of mails so far, from 1.</summary>
    public Func<Mail, int, MailOutcome> Answer { get; set; } = (_, _) => new MailOutcome.Accepted();

    /// <summary>Called when a mail was taken and is not recorded yet.</summary>
    public Func<Task> Taken { get; set; } = () => Task.CompletedTask;

    public async Task<MailOutcome> SendAsync(Mail mail, CancellationToken cancellationToken)
    {
        Mails.Enqueue(mail);
        var outcome = Answer(mail, Mails.Count);
        await Taken();
        return outcome;
    }

    public Task<MailOutcome> PostAsync(WebhookNotice notice, CancellationToken cancellationToken)
    {
        Notices.Enqueue(notice);
        return Task.FromResult<MailOutcome>(new MailOutcome.Accepted());
    }

    public ValueTask<ReadOnlyMemory<byte>> GetAsync(CancellationToken cancellationToken) => new("key"u8.ToArray());
}
