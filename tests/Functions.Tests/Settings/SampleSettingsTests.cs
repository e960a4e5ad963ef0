using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Sentiment.Api;
using Sentiment.Domain.Alerts;
using Sentiment.Domain.Scoring;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;
using Sentiment.Functions.Telemetry;

namespace Sentiment.Functions.Tests.Settings;

/// <summary>Holds the sample against what the program really asks its configuration for.</summary>
public class SampleSettingsTests
{
    // Read by the Functions host, or named by the sample's own credentials.
    private static readonly string[] NotThePrograms =
        ["FUNCTIONS_WORKER_RUNTIME", "AzureWebJobsStorage", "DURABLE_TASK_SCHEDULER_CONNECTION_STRING", "SENTIMENT_DEMO_TIINGO", "SENTIMENT_DEMO_FINNHUB"];

    // The binder asks for every property; a delegate is none that a setting could hold.
    private static readonly string[] NotSettings = ["Storage:Azure:ConfigureClient"];

    // What the sample leaves off, switched on: then the settings behind it are read, too.
    private static readonly (string Key, string Value)[] EverythingOn =
    [
        ("APPLICATIONINSIGHTS_CONNECTION_STRING", "InstrumentationKey=00000000-0000-0000-0000-000000000000"),
        ("KeyVault:Uri", "https://vault.example"), ("Tenants:File", ""), ("SendGrid:ApiKey", "env:KEY"), ("Caching:Enabled", "true"),
#if WEB_PUBSUB
        ("Live:WebPubSub:Endpoint", "https://live.example"),
#endif
    ];

    private static readonly string[] Left =
#if WEB_PUBSUB
        [];
#else
        ["Live:WebPubSub:ClientId", "Live:WebPubSub:Hub"];
#endif

    private static async Task<HashSet<string>> AskedAsync(Dictionary<string, string> values)
    {
        var settings = new RecordedSettings(values);
        await using var services = Compose(settings.Configuration());
        services.GetRequiredService<IStartupValidator>().Validate();
        services.GetRequiredService<ITenantDirectory>();
        services.GetRequiredService<ISecrets>();
        services.GetRequiredService<IBlobStore>();
        services.GetRequiredService<ISentimentScorer>();
        services.GetService<IMailer>();
#if WEB_PUBSUB
        services.GetService<Sentiment.Domain.Live.ILiveHub>();
#endif
        await services.GetRequiredService<IAdminKey>().GetAsync(default);
        return settings.Asked.ToHashSet(StringComparer.OrdinalIgnoreCase);
    }

    private static ServiceProvider Compose(IConfiguration configuration)
    {
        var services = new ServiceCollection();
        services.AddLogging().AddRouting().AddSingleton(configuration);
        services.AddTelemetry(configuration);
        return services.AddSentiment(configuration).BuildServiceProvider();
    }

    [Fact]
    public async Task The_sample_names_every_setting_that_the_program_reads_and_no_other()
    {
        var asked = await AskedAsync(SampleSettings.Values);
        asked.UnionWith(await AskedAsync(SampleSettings.With(EverythingOn)));
        asked.ExceptWith(NotSettings);
        asked.RemoveWhere(key => key.StartsWith("AzureMonitorExporter:", StringComparison.OrdinalIgnoreCase) || key.StartsWith("OTEL_", StringComparison.OrdinalIgnoreCase)); // The exporter's own, which the product leaves alone.
        asked.UnionWith(NotThePrograms);
        asked.UnionWith(Left);
        Assert.Equal(asked.Order(StringComparer.OrdinalIgnoreCase), SampleSettings.Values.Keys.Order(StringComparer.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task The_samples_tenants_are_good_and_their_credentials_are_among_its_values()
    {
        await using var services = Compose(new RecordedSettings(SampleSettings.Values).Configuration());
        var roster = await services.GetRequiredService<TenantSeed>().ReadAsync(default);
        Assert.NotEmpty(roster.Tenants);
        Assert.All(roster.Tenants.SelectMany(t => t.Credentials.Values), credential => Assert.Contains(credential["env:".Length..], SampleSettings.Values.Keys));
    }

    [Theory]
    [InlineData("Ingestion:ChunkSeconds", "0", "Ingestion:ChunkSeconds")]
    [InlineData("Storage:Azure:Table", "x", "Storage:Azure:Table")]
    public void A_bad_value_stops_the_start_and_is_named_with_its_key(string key, string value, string named)
    {
        using var services = Compose(new RecordedSettings(SampleSettings.With((key, value))).Configuration());
        Assert.Contains(named, Assert.ThrowsAny<Exception>(() => services.GetRequiredService<IStartupValidator>().Validate()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Schedule:Overlap", "often")]
    [InlineData("KeyVault:Uri", "http://vault.example")]
    [InlineData("Sources:Tiingo:Attempts", "99")]
    [InlineData("SendGrid:ApiKey", "SG.pasted")]
    public void A_bad_value_that_is_read_at_once_is_named_with_its_key(string key, string value) => Assert.StartsWith(
        key, Assert.Throws<ArgumentException>(() => Compose(new RecordedSettings(SampleSettings.With((key, value))).Configuration())).Message, StringComparison.Ordinal);
}
