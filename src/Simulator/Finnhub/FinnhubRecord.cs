using System.Globalization;
using System.Text.Json;
using Sentiment.Simulator.Feed;
using Sentiment.Simulator.Headlines;

namespace Sentiment.Simulator.Finnhub;

/// <summary>Writes a record in Finnhub's shape, broken where the record is meant to be.</summary>
internal static class FinnhubRecord
{
    private static readonly TimeSpan FarAhead = TimeSpan.FromDays(20 * 365);

    /// <summary>A record of company news.</summary>
    public static void Write(Utf8JsonWriter json, FeedItem item) => Write(json, item, "company", item.Symbol);

    /// <summary>A record of market news: its symbol is the category, and it names no company.</summary>
    public static void WriteMarket(Utf8JsonWriter json, FeedItem item) => Write(json, item, item.Symbol.ToLowerInvariant(), "");

    private static void Write(Utf8JsonWriter json, FeedItem item, string category, string related)
    {
        json.WriteStartObject();
        json.WriteString("category"u8, category);
        if (item.Bad == BadKind.UnparseableDate)
        {
            json.WriteString("datetime"u8, "yesterday at noon"u8);
        }
        else
        {
            var published = item.Bad == BadKind.FutureDate ? item.PublishedAt + FarAhead : item.PublishedAt;
            json.WriteNumber("datetime"u8, published.ToUnixTimeSeconds());
        }

        if (item.Bad != BadKind.MissingTitle)
        {
            json.WriteString("headline"u8, item.Bad == BadKind.EmptyTitle ? string.Empty : HeadlineWriter.SentTitle(item, HeadlineWriter.Title(item)));
        }

        if (item.Bad != BadKind.MissingId)
        {
            json.WriteNumber("id"u8, item.Id);
        }

        var source = HeadlineWriter.Source(item);
        json.WriteString("image"u8, string.Empty);
        json.WriteString("related"u8, related);
        json.WriteString("source"u8, source);
        json.WriteString("summary"u8, HeadlineWriter.Summary(item));
        json.WriteString("url"u8, string.Create(CultureInfo.InvariantCulture, $"https://{source}/item/{item.Id}"));
        json.WriteEndObject();
    }
}
