using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Sentiment.Infra.Tests.Support;

/// <summary>What a deployment with given parameters would create: the compiler's own evaluation of the template.</summary>
internal sealed class Deployment
{
    private Deployment(JsonNode snapshot) => Resources = [.. snapshot["predictedResources"]!.AsArray().Select(resource => resource!)];

    public IReadOnlyList<JsonNode> Resources { get; }

    /// <summary>The function app's settings.</summary>
    public IReadOnlyDictionary<string, string> Settings => Single("Microsoft.Web/sites")["properties"]!["siteConfig"]!["appSettings"]!
        .AsArray().ToDictionary(setting => (string)setting!["name"]!, setting => (string)setting!["value"]!);

    public IEnumerable<JsonNode> OfType(string type) => Resources.Where(resource => (string?)resource["type"] == type);

    public JsonNode Single(string type) => OfType(type).Single();

    /// <summary>Evaluates the template with lines such as <c>param size = 'large'</c> beside the parameters that have no default.</summary>
    public static async Task<Deployment> EvaluateAsync(params string[] parameters)
    {
        var folder = Directory.CreateTempSubdirectory("infra-");
        try
        {
            var file = Path.Combine(folder.FullName, "main.bicepparam");
            var template = Path.GetRelativePath(folder.FullName, Repository.Template).Replace('\\', '/');
            await File.WriteAllLinesAsync(file, [$"using '{template}'", "param environmentName = 'test'", "param location = 'westeurope'", .. parameters]);
            var result = await Bicep.SnapshotAsync(file);
            Assert.True(result is { ExitCode: 0, Diagnostics: "" }, result.Diagnostics);
            return new(JsonNode.Parse(await File.ReadAllTextAsync(Path.ChangeExtension(file, ".snapshot.json")))!);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>What a role assignment or another extension is attached to: the resource's id.</summary>
    public static string ScopeOf(JsonNode extension)
    {
        var id = (string)extension["id"]!;
        var scope = Regex.Match(id, @"extensionResourceId\('(?<scope>[^']+)'");
        return scope.Success ? scope.Groups["scope"].Value : id[..id.LastIndexOf("/providers/", StringComparison.Ordinal)];
    }
}
