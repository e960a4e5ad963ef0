using Sentiment.Infra.Tests.Support;

namespace Sentiment.Infra.Tests;

[Collection(DeploymentFixture.Name)]
public sealed class SettingTests(DeploymentFixture fixture)
{
    /// <summary>Settings that the platform or a library reads.</summary>
    private static readonly HashSet<string> Platform = new(StringComparer.OrdinalIgnoreCase)
    {
        "AZURE_CLIENT_ID", "AzureWebJobsStorage:credential", "AzureWebJobsStorage:clientId", "AzureWebJobsStorage:blobServiceUri",
        "AzureWebJobsStorage:queueServiceUri", "AzureWebJobsStorage:tableServiceUri", "APPLICATIONINSIGHTS_CONNECTION_STRING",
        "APPLICATIONINSIGHTS_AUTHENTICATION_STRING", "DURABLE_TASK_SCHEDULER_CONNECTION_STRING",
    };

    /// <summary>Settings without a default that a deployment does well without.</summary>
    private static readonly Dictionary<string, string> LeftOut = new(StringComparer.OrdinalIgnoreCase)
    {
        ["AdminKey"] = "a developer's machine; Azure reads the secret admin-key",
        ["Live:WebPubSub:ConnectionString"] = "a developer's machine; Azure goes by identity",
        ["Storage:Azure:ConnectionString"] = "a developer's machine; Azure goes by identity",
        ["Tenants:File"] = "a developer's machine; Azure reads the blob",
        ["SendGrid:ApiKey"] = "no mail until somebody has an account there",
        ["SendGrid:From"] = "no mail until somebody has an account there",
        ["SendGrid:FromName"] = "has a default",
        ["SendGrid:Sandbox"] = "has a default",
        ["SendGrid:BaseUrl"] = "has a default",
    };

    private readonly SettingsInCode _code = SettingsInCode.Read();

    [Fact]
    public void Every_setting_of_the_deployment_is_read_by_the_code()
    {
        var read = _code.All.Select(setting => setting.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
        Assert.Empty(Set().Except(Platform, StringComparer.OrdinalIgnoreCase).Except(read, StringComparer.OrdinalIgnoreCase));
        Assert.Contains("Schedule:Cron", read);
        Assert.Contains("Ingestion:TenantWindow", read);
    }

    [Fact]
    public void Every_setting_that_the_code_needs_is_set()
    {
        var needed = _code.All.Where(setting => setting.Needed).Select(setting => setting.Key).ToList();
        Assert.Empty(needed.Except(Set(), StringComparer.OrdinalIgnoreCase).Except(LeftOut.Keys, StringComparer.OrdinalIgnoreCase));
        string[] known = ["KeyVault:Uri", "Live:WebPubSub:Endpoint", "Storage:Azure:BlobServiceUri", "Storage:Azure:TableServiceUri", "Tenants:Blob"];
        Assert.Empty(known.Except(needed, StringComparer.OrdinalIgnoreCase));
    }

    [Fact]
    public void No_setting_carries_a_secret_or_another_identity()
    {
        Assert.All(fixture.Both, deployment => Assert.All(deployment.Settings, setting =>
        {
            Assert.DoesNotMatch("(?i)(Account|Access)Key=|SharedAccess|sig=|adminKey|list[A-Za-z]*\\(", setting.Value);
            if (setting.Key.EndsWith("clientId", StringComparison.OrdinalIgnoreCase) || setting.Key == "AZURE_CLIENT_ID")
            {
                Assert.Matches(@"userAssignedIdentities/[^']+', '[0-9-]+'\)\.clientId\]$", setting.Value);
            }
        }));
    }

    [Fact]
    public void Tables_and_containers_that_the_settings_name_are_created()
    {
        Assert.EndsWith($"/tables/{fixture.Small.Settings["Storage__Azure__Table"]}", (string?)fixture.Small.Single("Microsoft.Storage/storageAccounts/tableServices/tables")["id"], StringComparison.Ordinal);
        Assert.Contains(fixture.Small.OfType("Microsoft.Storage/storageAccounts/blobServices/containers"), container =>
            ((string)container["id"]!).EndsWith($"/containers/{fixture.Small.Settings["Storage__Azure__Container"]}", StringComparison.Ordinal));
        Assert.EndsWith($"/hubs/{fixture.Small.Settings["Live__WebPubSub__Hub"]}", (string?)fixture.Small.Single("Microsoft.SignalRService/webPubSub/hubs")["id"], StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_are_found_however_the_code_reads_them()
    {
        var found = SettingsInCode.In(
            """
            public sealed record PlainOptions
            {
                public const string Section = "Plain";
                public int Count { get; init; }
                public string Named { get; init; } = "x";
                public required string Missing { get; init; }
                public string? Optional { get; set; }
                public System.Action<int>? Hook { get; set; }
            }
            """,
            """
            internal static class Reader
            {
                public const string Key = "Deep:Key";
                private const string Part = "Part";
                public static void Read(IConfiguration configuration, string vendor)
                {
                    var section = configuration.GetSection($"{PlainOptions.Section}:More");
                    _ = (configuration[Key], section[nameof(Reader.Part)], configuration.GetSection("In:Line")["Value"]);
                    var unknown = configuration.GetSection($"Sources:{vendor}");
                    _ = (unknown["BaseUrl"], Environment.GetEnvironmentVariable("ENV__NAME"), new Dictionary<string, string>()["no"]);
                }

                public static void Tick([TimerTrigger("%When:Cron%")] TimerInfo timer) { }
            }
            """);
        Assert.Equal(
            ["Deep:Key!", "ENV:NAME!", "In:Line:Value!", "Plain:Count", "Plain:Missing!", "Plain:More:Part!", "Plain:Named", "Plain:Optional!", "When:Cron!"],
            found.All.Select(setting => setting.Needed ? setting.Key + "!" : setting.Key));
    }

    private IEnumerable<string> Set() => fixture.Full.Settings.Keys.Select(key => key.Replace("__", ":", StringComparison.Ordinal));
}
