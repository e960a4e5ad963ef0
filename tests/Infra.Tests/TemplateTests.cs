using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sentiment.Infra.Tests.Support;

namespace Sentiment.Infra.Tests;

[Collection(DeploymentFixture.Name)]
public sealed class TemplateTests(DeploymentFixture fixture)
{
    [Fact]
    public void The_template_builds_without_a_diagnostic()
    {
        Assert.Equal("", fixture.Build.Diagnostics);
        Assert.Equal(0, fixture.Build.ExitCode);
    }

    [Fact]
    public async Task The_template_and_every_module_pass_the_linter_without_a_diagnostic()
    {
        var result = await Bicep.LintAsync(Repository.Template);
        Assert.True(result is { ExitCode: 0, Output: "", Diagnostics: "" }, result.Output + result.Diagnostics);

        // The linter follows what the template uses, so nothing may lie there unused.
        var template = File.ReadAllText(Repository.Template);
        Assert.All(Directory.GetFiles(Repository.PathOf("infra", "bicep", "modules")), file =>
            Assert.Contains($"'modules/{Path.GetFileName(file)}'", template, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_the_linter_dislikes_is_an_error()
    {
        var folder = Directory.CreateTempSubdirectory("infra-");
        try
        {
            File.Copy(Repository.PathOf("infra", "bicep", "bicepconfig.json"), Path.Combine(folder.FullName, "bicepconfig.json"));
            var file = Path.Combine(folder.FullName, "main.bicep");
            await File.WriteAllTextAsync(file, "param unused string\n");
            var result = await Bicep.LintAsync(file);
            Assert.NotEqual(0, result.ExitCode);
            Assert.Contains("Error no-unused-params", result.Output + result.Diagnostics, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Nothing_is_taken_from_a_registry()
    {
        var files = Directory.GetFiles(Repository.PathOf("infra", "bicep"), "*.bicep", SearchOption.AllDirectories);
        Assert.All(files, file => Assert.DoesNotMatch(@"'(br|ts)[:/]", File.ReadAllText(file)));
    }

    [Fact]
    public void Azd_fills_parameters_that_exist_and_every_one_without_a_default()
    {
        var filled = JsonNode.Parse(Repository.Read("infra", "bicep", "main.parameters.json"))!["parameters"]!.AsObject();
        var declared = JsonNode.Parse(fixture.Build.Output)!["parameters"]!.AsObject();
        Assert.Empty(filled.Select(parameter => parameter.Key).Except(declared.Select(parameter => parameter.Key)));
        Assert.Empty(declared.Where(parameter => parameter.Value!["defaultValue"] is null).Select(parameter => parameter.Key).Except(filled.Select(p => p.Key)));

        // azd takes the template's default only where the variable stands alone, and text only where text is expected.
        var variables = filled.Where(parameter => parameter.Value!["value"] is JsonValue value && value.TryGetValue<string>(out var text) && text.Contains('$', StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(variables);
        Assert.All(variables, parameter => Assert.Matches(@"^\$\{[A-Z_]+\}$", (string)parameter.Value!["value"]!));
        Assert.All(variables, parameter => Assert.Equal("string", (string)declared[parameter.Key]!["type"]!));
    }

    [Fact]
    public void Azd_finds_one_resource_for_each_service()
    {
        var azure = Repository.Read("azure.yaml");
        Assert.Contains("path: infra/bicep", azure, StringComparison.Ordinal);
        var services = Regex.Matches(azure, @"^  (?<name>[a-z]+):\n    project: ", RegexOptions.Multiline).Select(match => match.Groups["name"].Value).ToList();
        Assert.Contains("api", services);
        Assert.All(fixture.Both, deployment => Assert.All(
            services, service => Assert.Single(deployment.Resources, resource => (string?)resource["tags"]?["azd-service-name"] == service)));
        Assert.All(fixture.Both, deployment => Assert.Equal("api", (string?)deployment.Single("Microsoft.Web/sites")["tags"]!["azd-service-name"]));
    }

    [Fact]
    public void The_scheduler_s_hub_is_the_one_that_the_host_names()
    {
        var hub = ((string)fixture.Full.Single("Microsoft.DurableTask/schedulers/taskHubs")["name"]!).Split('/')[^1];
        Assert.Contains($"TaskHub={{1}}", fixture.Full.Settings["DURABLE_TASK_SCHEDULER_CONNECTION_STRING"], StringComparison.Ordinal);
        Assert.Equal((string?)Host()["extensions"]!["durableTask"]!["hubName"], hub);
    }

    private static JsonNode Host() => JsonNode.Parse(Repository.Read("src", "Functions", "host.json"))!;
}
