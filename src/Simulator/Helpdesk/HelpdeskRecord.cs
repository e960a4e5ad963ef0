using System.Globalization;
using System.Text.Json;
using Sentiment.Simulator.Feed;
using Sentiment.Simulator.Headlines;

namespace Sentiment.Simulator.Helpdesk;

/// <summary>Writes records in a help desk's shapes, broken where the record is meant to be.</summary>
internal static class HelpdeskRecord
{
    private static readonly TimeSpan FarAhead = TimeSpan.FromDays(20 * 365);

    /// <summary>The help desk's customers: the symbols of its tickets and contacts.</summary>
    public static readonly string[] Companies = ["ACME-CORP", "GLOBEX", "HOOLI", "INITECH", "UMBRELLA"];

    public static void WriteTicket(Utf8JsonWriter json, FeedItem item)
    {
        Begin(json, item, "summary");
        json.WriteString("createdAt"u8, Date(item));
        json.WriteString("updatedAt"u8, RecordDates.Spell(item.Key, item.CrawledAt));
        WriteCompany(json, item);
        json.WriteStartArray("labels"u8);
        json.WriteStringValue(HeadlineWriter.Tag(item));
        json.WriteEndArray();
        json.WriteStartObject("links"u8);
        json.WriteString("self"u8, string.Create(CultureInfo.InvariantCulture, $"https://helpdesk.example.com/tickets/{item.Id}"));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public static void WriteTimeEntry(Utf8JsonWriter json, FeedItem item)
    {
        Begin(json, item, "note");
        if (item.Bad == BadKind.UnparseableDate)
        {
            json.WriteString("enteredAt"u8, "yesterday at noon"u8);
        }
        else
        {
            json.WriteNumber("enteredAt"u8, (item.Bad == BadKind.FutureDate ? item.PublishedAt + FarAhead : item.PublishedAt).ToUnixTimeMilliseconds());
        }

        json.WriteEndObject();
    }

    public static void WriteContact(Utf8JsonWriter json, FeedItem item)
    {
        Begin(json, item, "remark");
        json.WriteString("notedAt"u8, Date(item));
        json.WriteString("kind"u8, HeadlineWriter.Tag(item));
        WriteCompany(json, item);
        json.WriteEndObject();
    }

    private static void Begin(Utf8JsonWriter json, FeedItem item, string text)
    {
        json.WriteStartObject();
        if (item.Bad != BadKind.MissingId)
        {
            json.WriteNumber("id"u8, item.Id);
        }

        if (item.Bad != BadKind.MissingTitle)
        {
            json.WriteString(text, item.Bad == BadKind.EmptyTitle ? string.Empty : HeadlineWriter.SentTitle(item, HeadlineWriter.Title(item)));
        }
    }

    // Customers are spelt as people do; a reader makes symbols of them.
    private static void WriteCompany(Utf8JsonWriter json, FeedItem item)
    {
        json.WriteStartObject("company"u8);
        json.WriteString("name"u8, CultureInfo.InvariantCulture.TextInfo.ToTitleCase(item.Symbol.Replace('-', ' ').ToLowerInvariant()));
        json.WriteEndObject();
    }

    private static string Date(FeedItem item) => item.Bad switch
    {
        BadKind.UnparseableDate => "yesterday at noon",
        BadKind.FutureDate => RecordDates.Spell(item.Key, item.PublishedAt + FarAhead),
        _ => RecordDates.Spell(item.Key, item.PublishedAt),
    };
}
