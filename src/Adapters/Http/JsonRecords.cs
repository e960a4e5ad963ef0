using System.Net;
using System.Text.Json;
using Sentiment.Domain.Sources;

namespace Sentiment.Adapters.Http;

/// <summary>Which fields of a vendor's records mean what.</summary>
/// <param name="Id">A number or a text.</param>
/// <param name="Title">A text that may hold HTML entities.</param>
/// <param name="Url">A text.</param>
/// <param name="Published">An RFC 3339 time, or seconds since 1970.</param>
/// <param name="Crawled">The same; null where the vendor does not say.</param>
/// <param name="Symbols">An array of texts; null where the vendor does not say.</param>
internal sealed record RecordFields(string Id, string Title, string Url, string Published, string? Crawled, string? Symbols);

/// <summary>Reads the records of a JSON array in one pass.</summary>
internal static class JsonRecords
{
    private const int MaxSymbolLength = 32;

    /// <summary>Every element of the array, valid or not.</summary>
    /// <param name="body">The array.</param>
    /// <param name="fields">What to look for.</param>
    /// <param name="symbols">The records' symbols where the vendor does not say.</param>
    /// <exception cref="SourceException">Not JSON (transient), or no array (permanent).</exception>
    public static List<SourceRecord> Read(ReadOnlyMemory<byte> body, RecordFields fields, IReadOnlyList<string> symbols)
    {
        try
        {
            var records = new List<SourceRecord>();
            var reader = new Utf8JsonReader(body.Span);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartArray)
            {
                throw new SourceException("The body is no list.", isTransient: false);
            }

            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                records.Add(ReadRecord(ref reader, body, fields, symbols));
            }

            // Throws where anything follows the list: the body is damaged.
            reader.Read();
            return records;
        }
        catch (JsonException exception)
        {
            throw new SourceException("The body is not JSON or ends early.", isTransient: true, exception);
        }
    }

    private static SourceRecord ReadRecord(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, RecordFields fields, IReadOnlyList<string> symbols)
    {
        var start = (int)reader.TokenStartIndex;
        string? id = null, title = null, url = null;
        DateTimeOffset? published = null, crawled = null;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return new(null, null, null, null, null, [], body[start..(int)reader.BytesConsumed]);
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            if (IsNext(ref reader, fields.Id))
            {
                id = Id(ref reader);
            }
            else if (IsNext(ref reader, fields.Title))
            {
                title = WebUtility.HtmlDecode(Text(ref reader));
            }
            else if (IsNext(ref reader, fields.Url))
            {
                url = Link(Text(ref reader));
            }
            else if (IsNext(ref reader, fields.Published))
            {
                published = Time(ref reader);
            }
            else if (IsNext(ref reader, fields.Crawled))
            {
                crawled = Time(ref reader);
            }
            else if (IsNext(ref reader, fields.Symbols))
            {
                symbols = Symbols(ref reader);
            }

            // An unknown field's value, or one of another type than expected.
            reader.Skip();
        }

        return new(id, title, url, published, crawled, symbols, body[start..(int)reader.BytesConsumed]);
    }

    /// <summary>Whether the property is the field; if so, moves on to its value.</summary>
    private static bool IsNext(ref Utf8JsonReader reader, string? field) =>
        field is not null && reader.TokenType == JsonTokenType.PropertyName
        && (reader.ValueIsEscaped ? Unescaped(ref reader) == field : reader.ValueTextEquals(field)) && reader.Read();

    private static string? Id(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => Text(ref reader),
        JsonTokenType.Number => System.Text.Encoding.ASCII.GetString(reader.ValueSpan),
        _ => null,
    };

    private static string? Text(ref Utf8JsonReader reader) => reader.TokenType == JsonTokenType.String ? Unescaped(ref reader) : null;

    private static string? Unescaped(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null; // Bytes that are no UTF-8, or half a surrogate pair: no text.
        }
    }

    private static string? Link(string? text) =>
        text is not null && Uri.TryCreate(text, UriKind.Absolute, out var link) && link.Scheme is "http" or "https" ? text : null;

    private static DateTimeOffset? Time(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Number)
        {
            return reader.TryGetInt64(out var seconds) && seconds is >= -62_135_596_800 and <= 253_402_300_799
                ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
        }

        if (Text(ref reader) is not { } text || !reader.TryGetDateTimeOffset(out var time))
        {
            return null;
        }

        // Without an offset the reader would take it for local time.
        var hasOffset = text[^1] is 'Z' or 'z' || (text.Length > 6 && text[^6] is '+' or '-' && text[^3] == ':');
        return hasOffset ? time.ToUniversalTime() : new DateTimeOffset(time.DateTime, TimeSpan.Zero);
    }

    private static OrderedDictionary<string, bool>.KeyCollection Symbols(ref Utf8JsonReader reader)
    {
        // Linear also for a hostile record of a million tickers.
        var found = new OrderedDictionary<string, bool>(StringComparer.Ordinal);
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (Text(ref reader)?.ToUpperInvariant() is { Length: > 0 and <= MaxSymbolLength } symbol)
                {
                    found.TryAdd(symbol, true);
                }

                reader.Skip();
            }
        }

        return found.Keys;
    }
}
