using System.Globalization;
using System.Text.Json;
using Sentiment.Simulator.Feed;
using Sentiment.Simulator.Headlines;

namespace Sentiment.Simulator.AlphaVantage;

/// <summary>Writes a record in Alpha Vantage's shape, broken where the record is meant to be.</summary>
internal static class AlphaVantageRecord
{
    private static readonly TimeSpan FarAhead = TimeSpan.FromDays(20 * 365);

    /// <summary>The address, which is all that a reader knows the record by.</summary>
    public static string Url(FeedItem item) => string.Create(CultureInfo.InvariantCulture, $"https://{HeadlineWriter.Source(item)}/story/{item.Id}");

    public static void Write(Utf8JsonWriter json, FeedItem item)
    {
        json.WriteStartObject();
        if (item.Bad != BadKind.MissingTitle)
        {
            json.WriteString("title"u8, item.Bad == BadKind.EmptyTitle ? string.Empty : HeadlineWriter.SentTitle(item, HeadlineWriter.Title(item)));
        }

        if (item.Bad != BadKind.MissingId)
        {
            json.WriteString("url"u8, Url(item));
        }

        json.WriteString("time_published"u8, item.Bad switch
        {
            BadKind.UnparseableDate => "yesterday at noon",
            BadKind.FutureDate => Spell(item.PublishedAt + FarAhead),
            _ => Spell(item.PublishedAt),
        });
        json.WriteString("summary"u8, HeadlineWriter.Summary(item));
        json.WriteString("source"u8, HeadlineWriter.Source(item));
        json.WriteStartArray("topics"u8);
        json.WriteStartObject();
        json.WriteString("topic"u8, HeadlineWriter.Tag(item));
        json.WriteString("relevance_score"u8, "0.5");
        json.WriteEndObject();
        json.WriteEndArray();
        var draw = new SeededDraw(SeededDraw.Mix(item.Key, 16));
        json.WriteNumber("overall_sentiment_score"u8, Math.Round((draw.Unit() * 2) - 1, 6));
        json.WriteString("overall_sentiment_label"u8, "Neutral"u8);
        json.WriteStartArray("ticker_sentiment"u8);
        foreach (var symbol in item.Symbols)
        {
            json.WriteStartObject();
            json.WriteString("ticker"u8, symbol);
            json.WriteString("relevance_score"u8, draw.Unit().ToString("F6", CultureInfo.InvariantCulture));
            json.WriteString("ticker_sentiment_score"u8, ((draw.Unit() * 2) - 1).ToString("F6", CultureInfo.InvariantCulture));
            json.WriteString("ticker_sentiment_label"u8, "Neutral"u8);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Spell(DateTimeOffset time) => time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture);
}
