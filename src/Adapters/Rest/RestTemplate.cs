using System.Text.RegularExpressions;

namespace Sentiment.Adapters.Rest;

/// <summary>A path and query with placeholders such as <c>{from}</c>.</summary>
internal static partial class RestTemplate
{
    /// <summary>The placeholders there are.</summary>
    public static readonly IReadOnlyList<string> Names = ["from", "to", "symbol", "cursor", "page", "offset", "limit"];

    [GeneratedRegex(@"\{([^{}]*)\}")]
    private static partial Regex Placeholder { get; }

    /// <summary>The placeholders in a template, known or not.</summary>
    public static IReadOnlyList<string> NamesIn(string template) => [.. Placeholder.Matches(template).Select(m => m.Groups[1].Value)];

    /// <summary>Puts values, escaped, in the places of their names; a query parameter without its value is left out.</summary>
    /// <param name="template">The template.</param>
    /// <param name="value">The value of a name, or null.</param>
    public static string Fill(string template, Func<string, string?> value)
    {
        var mark = template.IndexOf('?', StringComparison.Ordinal);
        if (mark < 0)
        {
            return Filled(template);
        }

        var parameters = template[(mark + 1)..].Split('&').Where(p => NamesIn(p).All(n => value(n) is not null));
        return $"{Filled(template[..mark])}?{string.Join('&', parameters.Select(Filled))}";

        string Filled(string part) => Placeholder.Replace(part, m => Uri.EscapeDataString(value(m.Groups[1].Value) ?? ""));
    }
}
