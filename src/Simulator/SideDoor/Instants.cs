using System.Globalization;

namespace Sentiment.Simulator.SideDoor;

/// <summary>Reads instants from query strings and options; UTC where nothing else is said.</summary>
internal static class Instants
{
    public static bool TryParse(string? text, out DateTimeOffset? instant)
    {
        instant = null;
        if (string.IsNullOrEmpty(text))
        {
            return true;
        }

        // A plus sign that was not escaped arrives as a space.
        var parsed = DateTimeOffset.TryParse(
            text.Replace(' ', '+'),
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var value);
        instant = value;
        return parsed;
    }
}
