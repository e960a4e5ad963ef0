using Microsoft.Extensions.Configuration;

namespace Sentiment.Adapters.Rest;

/// <summary>The files that describe JSON APIs; <c>Sources:Rest:Files</c>, paths separated by semicolons, or a list.</summary>
internal static class RestFiles
{
    private const string Key = "Sources:Rest:Files";
    private const int MaxFiles = 50;

    /// <summary>Reads them all.</summary>
    /// <exception cref="ArgumentException">One has problems, or two describe the same vendor or table.</exception>
    public static IReadOnlyList<RestApi> Read(IConfiguration configuration)
    {
        var section = configuration.GetSection(Key);
        var paths = section.GetChildren().Select(c => c.Value).Append(section.Value).OfType<string>()
            .SelectMany(v => v.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToList();
        if (paths.Count > MaxFiles)
        {
            throw new ArgumentException($"{Key}: at most {MaxFiles} files expected, found {paths.Count}");
        }

        var apis = paths.ConvertAll(RestFile.Read);
        Check("vendor", apis.Select(a => a.Vendor));
        Check("table", apis.SelectMany(a => a.Tables).Select(t => t.Description.Table));
        return apis;
    }

    private static void Check(string what, IEnumerable<string> names)
    {
        if (names.GroupBy(n => n, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"{Key}: two files describe the {what} '{twice.Key}'");
        }
    }
}
