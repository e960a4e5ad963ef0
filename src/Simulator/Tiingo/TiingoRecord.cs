using System.Globalization;
using System.Text.Json;
using Sentiment.Simulator.Feed;
using Sentiment.Simulator.Headlines;

namespace Sentiment.Simulator.Tiingo;

/// <summary>Writes a record in Tiingo's shape, broken where the record is meant to be.</summary>
internal static class TiingoRecord
{
    private static readonly TimeSpan FarAhead = TimeSpan.FromDays(20 * 365);

    public static void Write(Utf8JsonWriter json, FeedItem item)
    {
        json.WriteStartObject();
        if (item.Bad != BadKind.MissingId)
        {
            json.WriteNumber("id"u8, item.Id);
        }

        if (item.Bad != BadKind.MissingTitle)
        {
            json.WriteString("title"u8, item.Bad == BadKind.EmptyTitle ? string.Empty : HeadlineWriter.SentTitle(item, HeadlineWriter.Title(item)));
        }

        var source = HeadlineWriter.Source(item);
        json.WriteString("url"u8, string.Create(CultureInfo.InvariantCulture, $"https://{source}/news/{item.Id}"));
        json.WriteString("description"u8, HeadlineWriter.Summary(item));
        json.WriteString("publishedDate"u8, item.Bad switch
        {
            BadKind.UnparseableDate => "yesterday at noon",
            BadKind.FutureDate => RecordDates.Spell(item.Key, item.PublishedAt + FarAhead),
            _ => RecordDates.Spell(item.Key, item.PublishedAt),
        });
        json.WriteString("crawlDate"u8, RecordDates.Spell(item.Key, item.CrawledAt));
        json.WriteString("source"u8, source);
        json.WriteStartArray("tickers"u8);
        foreach (var symbol in item.Symbols)
        {
            json.WriteStringValue(symbol.ToLowerInvariant());
        }

        json.WriteEndArray();
        json.WriteStartArray("tags"u8);
        json.WriteStringValue(HeadlineWriter.Tag(item));
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
