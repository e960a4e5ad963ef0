using System.Buffers;

namespace Sentiment.Domain.Storage;

/// <summary>The bounds that every <see cref="IBlobStore"/> keeps, whatever its own would be.</summary>
public static class BlobLimits
{
    /// <summary>The most characters of a name.</summary>
    public const int MaxNameLength = 900;

    /// <summary>The most characters of one part of a name, which file systems bound.</summary>
    public const int MaxPartLength = 255;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~-");

    /// <summary>Checks the name of a blob.</summary>
    /// <exception cref="ArgumentException">It is not slash-separated parts of the allowed characters, or too long.</exception>
    public static void CheckName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var valid = name.Length is > 0 and <= MaxNameLength;
        foreach (var part in name.AsSpan().Split('/'))
        {
            valid &= IsPart(name.AsSpan()[part]);
        }

        if (!valid)
        {
            throw new ArgumentException($"'{name}' is no blob name: parts of [A-Za-z0-9._~-] separated by '/' expected, none of them '.' or '..'.", nameof(name));
        }
    }

    private static bool IsPart(ReadOnlySpan<char> part) =>
        part.Length is > 0 and <= MaxPartLength && part is not "." and not ".." && !part.ContainsAnyExcept(Allowed);
}
