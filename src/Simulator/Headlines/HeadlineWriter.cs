using System.Globalization;
using System.Text;
using Sentiment.Simulator.Feed;

namespace Sentiment.Simulator.Headlines;

/// <summary>Writes the clearly synthetic texts of records, as pure functions of their keys.</summary>
internal static class HeadlineWriter
{
    private const int OversizeLength = 66_000;

    /// <summary>The title as a reader should see it, without any encoding.</summary>
    public static string Title(FeedItem item)
    {
        if (item.FixedTitle is { } given)
        {
            return given;
        }

        var draw = new SeededDraw(SeededDraw.Mix(item.TextKey, 11));
        var pattern = draw.Pick(item.NamingSymbol is null ? HeadlineTemplates.MarketWide : HeadlineTemplates.Company);
        var title = Fill(pattern, ref draw, item.NamingSymbol);
        return item.Bad == BadKind.OversizeTitle
            ? new StringBuilder(title).Append(' ').Append('x', OversizeLength).ToString()
            : title;
    }

    /// <summary>The title as the vendor sends it: some feeds carry HTML entities, most do not.</summary>
    public static string SentTitle(FeedItem item, string title)
    {
        // A text that already holds an entity would decode to something else unless its ampersands are encoded too.
        var encode = new SeededDraw(SeededDraw.Mix(item.Key, 12)).Chance(0.3) || title.Contains(';', StringComparison.Ordinal);
        return encode
            ? title.Replace("&", "&amp;", StringComparison.Ordinal)
                .Replace("'", "&#39;", StringComparison.Ordinal)
                .Replace("\"", "&quot;", StringComparison.Ordinal)
            : title;
    }

    public static string Summary(FeedItem item)
    {
        var draw = new SeededDraw(SeededDraw.Mix(item.Key, 13));
        return Fill(draw.Pick(HeadlineTemplates.Sentences), ref draw, item.NamingSymbol);
    }

    public static string Source(FeedItem item) => new SeededDraw(SeededDraw.Mix(item.Key, 14)).Pick(HeadlineWords.Sources);

    public static string Tag(FeedItem item) => new SeededDraw(SeededDraw.Mix(item.Key, 15)).Pick(HeadlineWords.Tags);

    private static string Fill(string pattern, ref SeededDraw draw, string? symbol)
    {
        var text = new StringBuilder(pattern.Length + 64);
        for (var at = 0; at < pattern.Length; at++)
        {
            if (pattern[at] != '{')
            {
                text.Append(pattern[at]);
                continue;
            }

            AppendWord(text, pattern[at + 1], ref draw, symbol);
            at += 2;
        }

        return text.ToString();
    }

    private static void AppendWord(StringBuilder text, char slot, ref SeededDraw draw, string? symbol)
    {
        var culture = CultureInfo.InvariantCulture;
        _ = slot switch
        {
            'N' => AppendName(text, symbol!),
            'S' => text.Append(symbol),
            'P' => text.Append(culture, $"{1 + draw.Below(39)}.{draw.Below(100):00}%"),
            'M' => text.Append(culture, $"${1 + draw.Below(980)}.{draw.Below(10)} {(draw.Chance(0.8) ? "million" : "billion")}"),
            'T' => text.Append(culture, $"${3 + draw.Below(600)}.{draw.Below(100):00}"),
            'D' => text.Append(culture, $"{2 + draw.Below(4900)}"),
            'Q' => text.Append(draw.Pick(HeadlineWords.Quarters)),
            'C' => text.Append(draw.Pick(HeadlineWords.Cities)),
            'R' => text.Append(draw.Pick(HeadlineWords.Products)),
            'A' => text.Append(draw.Pick(HeadlineWords.Houses)),
            'X' => text.Append(draw.Pick(HeadlineWords.FirstNames)).Append(' ').Append(draw.Pick(HeadlineWords.LastNames)),
            _ => throw new ArgumentOutOfRangeException(nameof(slot), slot, "No such slot."),
        };
    }

    private static StringBuilder AppendName(StringBuilder text, string symbol)
    {
        var draw = new SeededDraw(SeededDraw.Of(symbol));
        return text.Append(draw.Pick(HeadlineWords.NameStarts)).Append(' ').Append(draw.Pick(HeadlineWords.NameEnds))
            .Append(" (").Append(symbol).Append(')');
    }
}
