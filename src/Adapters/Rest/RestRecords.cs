using System.Globalization;
using System.Text.Json;
using Sentiment.Adapters.Http;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Tenants;

namespace Sentiment.Adapters.Rest;

/// <summary>Reads the records of a described table.</summary>
internal static class RestRecords
{
    /// <summary>The most symbols and the most tags of a record.</summary>
    public const int Most = 20;

    private const int MaxTagLength = 64;

    /// <summary>A record, valid or not.</summary>
    /// <param name="record">The record.</param>
    /// <param name="fields">Which of its fields mean what.</param>
    /// <param name="asked">The symbols asked for, its own where the table maps none.</param>
    public static SourceRecord Read(JsonElement record, RestFields fields, IReadOnlyList<string> asked)
    {
        var tags = Texts(fields.Tags?.Of(record)).Where(t => t.Length <= MaxTagLength).ToList();
        return new(
            JsonValues.Id(fields.Id.Of(record)), JsonValues.Decoded(fields.Text.Of(record)), JsonValues.Link(fields.Url?.Of(record)),
            Time(fields.Time.Of(record), fields.Format), Time(fields.Seen?.Of(record), fields.Format), Symbols(record, fields, asked), JsonValues.Raw(record))
        {
            Tags = tags.Count > 0 ? tags : null,
        };
    }

    private static IReadOnlyList<string> Symbols(JsonElement record, RestFields fields, IReadOnlyList<string> asked)
    {
        if (fields.Symbols is null)
        {
            return fields.Symbol is { } only ? [only] : asked;
        }

        var symbols = Texts(fields.Symbols.Of(record)).Select(SymbolRules.From).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        return symbols.Count > 0 ? symbols : fields.Symbol is { } standing ? [standing] : [];
    }

    /// <summary>A text, or the texts of a list, each once.</summary>
    private static IEnumerable<string> Texts(JsonElement? element) =>
        (element is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray().Take(Most).Select(e => JsonValues.Id(e)) : [JsonValues.Id(element)])
        .Where(t => t is { Length: > 0 }).Select(t => t!).Distinct(StringComparer.Ordinal);

    private static DateTimeOffset? Time(JsonElement? element, RestTime format)
    {
        if (format == RestTime.Rfc3339)
        {
            return DateTimeOffset.TryParse(
                Rfc3339(JsonValues.Text(element)), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
        }

        if (!long.TryParse(JsonValues.Id(element), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        var milliseconds = format == RestTime.UnixMillis ? number : number is > -100_000_000_000 and < 1_000_000_000_000 ? number * 1000 : long.MaxValue;
        return milliseconds is >= -62_135_596_800_000 and <= 253_402_300_799_999 ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;
    }

    // The parser takes many other spellings, some of which two people read differently: 01/02/2026.
    private static string? Rfc3339(string? text) =>
        text is { Length: >= 10 and <= 40 } && text[4] == '-' && text[7] == '-' && (text.Length == 10 || text[10] is 'T' or 't' or ' ') ? text : null;
}
