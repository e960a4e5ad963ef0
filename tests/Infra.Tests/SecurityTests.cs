using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sentiment.Infra.Tests.Support;

namespace Sentiment.Infra.Tests;

[Collection(DeploymentFixture.Name)]
public sealed class SecurityTests(DeploymentFixture fixture)
{
    private static readonly Dictionary<string, string> AllowedRoles = new()
    {
        ["b7e6dc6d-f1e8-4753-8033-0f276bb0955b"] = "Microsoft.Storage/storageAccounts", // Storage Blob Data Owner
        ["974c5e8b-45b9-4653-ba55-5f855dd0fb88"] = "Microsoft.Storage/storageAccounts", // Storage Queue Data Contributor
        ["0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3"] = "Microsoft.Storage/storageAccounts", // Storage Table Data Contributor
        ["3913510d-42f4-4e42-8a64-420c390055eb"] = "Microsoft.Insights/components", // Monitoring Metrics Publisher
        ["0ad04412-c4d5-4796-b79c-f76d14c8d402"] = "Microsoft.DurableTask/schedulers", // Durable Task Data Contributor
        ["12cf5a90-567b-43ae-8102-96cf46c7d9b4"] = "Microsoft.SignalRService/webPubSub", // Web PubSub Service Owner
        ["4633458b-17de-408a-b874-0445c86b69e6"] = "Microsoft.KeyVault/vaults", // Key Vault Secrets User
    };

    [Fact]
    public void The_identity_has_each_role_on_the_one_resource_that_needs_it()
    {
        Assert.Equal(AllowedRoles.Keys.Order(), Roles(fixture.Full).Select(role => role.Role).Order());
        Assert.Equal(AllowedRoles.Keys.Except(["0ad04412-c4d5-4796-b79c-f76d14c8d402"]).Order(), Roles(fixture.Small).Select(role => role.Role).Order());
        Assert.All(fixture.Both, deployment => Assert.All(Roles(deployment), role =>
        {
            Assert.Matches($"/providers/{AllowedRoles[role.Role]}/[^/]+$", role.Scope);
            Assert.Contains(deployment.Resources, resource => (string?)resource["id"] == role.Scope);
            Assert.Contains("userAssignedIdentities", role.Principal, StringComparison.Ordinal);
        }));
    }

    [Fact]
    public void Storage_takes_no_shared_key_no_anonymous_reader_and_no_old_tls()
    {
        var account = fixture.Small.Single("Microsoft.Storage/storageAccounts")["properties"]!;
        Assert.False((bool)account["allowSharedKeyAccess"]!);
        Assert.False((bool)account["allowBlobPublicAccess"]!);
        Assert.True((bool)account["supportsHttpsTrafficOnly"]!);
        Assert.Equal("TLS1_2", (string?)account["minimumTlsVersion"]);
        Assert.All(fixture.Small.OfType("Microsoft.Storage/storageAccounts/blobServices/containers"), container =>
            Assert.Null(container["properties"]?["publicAccess"]));
    }

    [Fact]
    public void The_app_takes_no_plain_http_no_old_tls_and_no_password()
    {
        var app = fixture.Small.Single("Microsoft.Web/sites");
        Assert.True((bool)app["properties"]!["httpsOnly"]!);
        Assert.Equal("1.2", (string?)app["properties"]!["siteConfig"]!["minTlsVersion"]);
        Assert.Equal("UserAssigned", (string?)app["identity"]!["type"]);
        Assert.Equal("UserAssignedIdentity", (string?)app["properties"]!["functionAppConfig"]!["deployment"]!["storage"]!["authentication"]!["type"]);
        Assert.Equal(["ftp", "scm"], fixture.Small.OfType("Microsoft.Web/sites/basicPublishingCredentialsPolicies")
            .Select(policy => (bool)policy["properties"]!["allow"]! ? "" : ((string)policy["name"]!).Split('/')[^1]).Order());
    }

    [Fact]
    public void Only_the_identity_enters_telemetry_and_web_pubsub()
    {
        Assert.All(fixture.Both, deployment =>
        {
            Assert.True((bool)deployment.Single("Microsoft.SignalRService/webPubSub")["properties"]!["disableLocalAuth"]!);
            Assert.True((bool)deployment.Single("Microsoft.Insights/components")["properties"]!["DisableLocalAuth"]!);
            Assert.True((bool)deployment.Single("Microsoft.OperationalInsights/workspaces")["properties"]!["features"]!["disableLocalAuth"]!);
        });
        Assert.Equal("deny", (string?)fixture.Small.Single("Microsoft.SignalRService/webPubSub/hubs")["properties"]!["anonymousConnectPolicy"]);
    }

    [Fact]
    public void The_vault_goes_by_roles_and_keeps_what_is_deleted()
    {
        var vault = fixture.Small.Single("Microsoft.KeyVault/vaults")["properties"]!;
        Assert.True((bool)vault["enableRbacAuthorization"]!);
        Assert.True((bool)vault["enableSoftDelete"]!);
        Assert.Null((bool?)vault["enablePurgeProtection"]);
        Assert.True((bool)fixture.Full.Single("Microsoft.KeyVault/vaults")["properties"]!["enablePurgeProtection"]!);
    }

    [Fact]
    public void The_admin_key_is_drawn_as_a_secure_parameter_and_set_only_once()
    {
        var template = JsonNode.Parse(fixture.Build.Output)!;
        var parameter = template["parameters"]!["adminKey"]!;
        Assert.Equal("securestring", (string?)parameter["type"]);
        Assert.Equal("[format('{0}{1}', newGuid(), newGuid())]", (string?)parameter["defaultValue"]);

        var secret = Assert.Single(Objects(template), node => (string?)Text(node["type"]) == "Microsoft.KeyVault/vaults/secrets");
        Assert.NotNull(secret["@options"]?["onlyIfNotExists"]);
        Assert.Contains("'admin-key'", (string?)secret["name"], StringComparison.Ordinal);
        Assert.Equal("[parameters('adminKey')]", (string?)secret["properties"]!["value"]);
        var nested = Assert.Single(Objects(template), node => node["parameters"]?["adminKey"]?["type"] is not null && node != template);
        Assert.Equal("securestring", (string?)nested["parameters"]!["adminKey"]!["type"]);
    }

    [Fact]
    public void No_secret_is_read_back_and_none_is_an_output()
    {
        Assert.DoesNotMatch(@"(?i)\blist[a-z]*\(|\.getSecret\(|AccountKey=|SharedAccessKey|AccessKey=", fixture.Build.Output);
        var outputs = Objects(JsonNode.Parse(fixture.Build.Output)!).Select(node => node["outputs"]).OfType<JsonObject>().SelectMany(output => output).ToList();
        Assert.True(outputs.Count > 20);
        Assert.All(outputs, output =>
        {
            Assert.DoesNotMatch("(?i)secure", (string)output.Value!["type"]!);
            Assert.DoesNotMatch("(?i)adminKey|admin-key|ConnectionString|InstrumentationKey|password", output.Value!["value"]!.ToJsonString());
        });
    }

    [Fact]
    public void Nothing_is_open_to_every_address()
    {
        Assert.DoesNotMatch(@"0\.0\.0\.0|""\*/0""|::/0", fixture.Build.Output);
        var allowed = Assert.Single(fixture.Full.Single("Microsoft.DurableTask/schedulers")["properties"]!["ipAllowlist"]!.AsArray());
        Assert.Matches(@"publicIPAddresses/.+\.ipAddress", (string?)allowed);
        Assert.DoesNotContain("*", fixture.Full.Single("Microsoft.Web/sites")["properties"]!["siteConfig"]!["cors"]!.ToJsonString(), StringComparison.Ordinal);
    }

    private static IEnumerable<(string Role, string Scope, string Principal)> Roles(Deployment deployment) =>
        deployment.OfType("Microsoft.Authorization/roleAssignments").Select(assignment => (
            Regex.Match((string)assignment["properties"]!["roleDefinitionId"]!, "[0-9a-f-]{36}$").Value,
            Deployment.ScopeOf(assignment),
            (string)assignment["properties"]!["principalId"]!));

    private static IEnumerable<JsonObject> Objects(JsonNode? node) => node switch
    {
        JsonObject found => found.SelectMany(property => Objects(property.Value)).Prepend(found),
        JsonArray found => found.SelectMany(Objects),
        _ => [],
    };

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
