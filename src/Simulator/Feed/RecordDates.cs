using System.Globalization;

namespace Sentiment.Simulator.Feed;

/// <summary>The date spellings that records mix: Z or an offset, with or without microseconds.</summary>
internal static class RecordDates
{
    public static bool InWholeSeconds(ulong key) => (key & 1) == 0;

    public static string Spell(ulong key, DateTimeOffset time) => time.UtcDateTime.ToString(
        (key & 3) switch
        {
            0 => "yyyy-MM-dd'T'HH:mm:ss'Z'",
            1 => "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'",
            2 => "yyyy-MM-dd'T'HH:mm:ss'+00:00'",
            _ => "yyyy-MM-dd'T'HH:mm:ss.ffffff'+00:00'",
        },
        CultureInfo.InvariantCulture);
}
