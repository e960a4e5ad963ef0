using System.Globalization;

namespace Sentiment.Api;

/// <summary>Times as parameters give them.</summary>
public static class Rfc3339
{
    /// <summary>What is expected, in words.</summary>
    public const string Expected = "RFC 3339 expected, such as 2026-11-01T00:00:00Z or 2026-11-01";

    private static readonly string[] Formats =
        ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK"];

    /// <summary>Reads a time; UTC where it names no offset.</summary>
    public static bool TryParse(string? text, out DateTimeOffset time) => DateTimeOffset.TryParseExact(
        text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);
}
