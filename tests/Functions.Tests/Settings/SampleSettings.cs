using System.Reflection;
using System.Text.Json;

namespace Sentiment.Functions.Tests.Settings;

/// <summary>The repository's <c>local.settings.sample.json</c>.</summary>
internal static class SampleSettings
{
    private static readonly string Root = typeof(SampleSettings).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Root").Value!;

    /// <summary>Its values, with configuration's own separator.</summary>
    public static Dictionary<string, string> Values { get; } = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Root, "local.settings.sample.json")))
        .RootElement.GetProperty(nameof(Values)).EnumerateObject().ToDictionary(v => v.Name.Replace("__", ":", StringComparison.Ordinal), v => v.Value.GetString()!);

    /// <summary>Its values, some of them changed.</summary>
    public static Dictionary<string, string> With(params (string Key, string Value)[] changes)
    {
        var values = new Dictionary<string, string>(Values);
        foreach (var (key, value) in changes)
        {
            values[key] = value;
        }

        return values;
    }
}
