using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace Sentiment.Adapters.Http;

/// <summary>Reads the Link header (RFC 8288).</summary>
internal static partial class LinkHeader
{
    /// <summary>The longest address that is taken.</summary>
    public const int MaxLength = 2000;

    // A target, then parameters; the relation is one of the words of rel, quoted or not.
    [GeneratedRegex("<(?<target>[^<>]*)>(?<parameters>(?:\\s*;\\s*[!#$%&'*+.^_`|~0-9A-Za-z-]+\\s*(?:=\\s*(?:\"(?:[^\"\\\\]|\\\\.)*\"|[^\\s\",;]*))?)*)", RegexOptions.None, 100)]
    private static partial Regex LinkPattern { get; }

    [GeneratedRegex(";\\s*rel\\s*=\\s*(?:\"(?<words>[^\"]*)\"|(?<words>[^\\s\",;]*))", RegexOptions.IgnoreCase, 100)]
    private static partial Regex RelationPattern { get; }

    /// <summary>The target of the first link whose relation is <c>next</c>; null if there is none.</summary>
    public static string? Next(HttpResponseHeaders headers)
    {
        if (!headers.TryGetValues("Link", out var values))
        {
            return null;
        }

        foreach (Match link in LinkPattern.Matches(string.Join(',', values)))
        {
            // Only the first rel counts; a target may be longer than any sane address.
            var relation = RelationPattern.Match(link.Groups["parameters"].Value);
            if (relation.Success && relation.Groups["words"].Value.Split(' ').Contains("next", StringComparer.OrdinalIgnoreCase)
                && link.Groups["target"].Value is { Length: > 0 and <= MaxLength } target)
            {
                return target;
            }
        }

        return null;
    }
}
