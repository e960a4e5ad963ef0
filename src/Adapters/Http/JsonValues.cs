using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json;
using Sentiment.Domain.Sources;

namespace Sentiment.Adapters.Http;

/// <summary>Reads single values of a vendor's record; what is of another type than expected is null, never an error.</summary>
internal static class JsonValues
{
    /// <summary>Reads a whole body.</summary>
    /// <exception cref="SourceException">It is not JSON or ends early (transient).</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonDocument.Parse(body);
        }
        catch (JsonException exception)
        {
            throw new SourceException("The body is not JSON or ends early.", isTransient: true, exception);
        }
    }

    /// <summary>The member of an object, or null.</summary>
    public static JsonElement? Member(JsonElement? element, string name)
    {
        if (element is not { ValueKind: JsonValueKind.Object } known)
        {
            return null;
        }

        try
        {
            return known.TryGetProperty(name, out var value) ? value : null;
        }
        catch (InvalidOperationException)
        {
            // Some other name is half a surrogate pair: every name is looked at by itself.
            return known.EnumerateObject().Where(p => IsNamed(p, name)).Select(p => (JsonElement?)p.Value).LastOrDefault();
        }
    }

    /// <summary>A text; null if it is none, or no UTF-8, or half a surrogate pair.</summary>
    public static string? Text(JsonElement? element)
    {
        try
        {
            return element is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>A text with its HTML entities decoded.</summary>
    public static string? Decoded(JsonElement? element) => WebUtility.HtmlDecode(Text(element));

    /// <summary>A text, or a number as it is written.</summary>
    public static string? Id(JsonElement? element) =>
        element is { ValueKind: JsonValueKind.Number } number ? number.GetRawText() : Text(element);

    /// <summary>An absolute http or https address as it is written.</summary>
    public static string? Link(JsonElement? element) =>
        Text(element) is { } text && Uri.TryCreate(text, UriKind.Absolute, out var link) && link.Scheme is "http" or "https" ? text : null;

    /// <summary>A number, or a text that is one, in millionths; null outside the bounds.</summary>
    public static int? Millionths(JsonElement? element, decimal least, decimal most) =>
        Id(element) is { Length: <= 40 } text && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? (int)Math.Round(number * 1_000_000m) : null;

    private static bool IsNamed(JsonProperty property, string name)
    {
        try
        {
            return property.NameEquals(name);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>The value's own bytes.</summary>
    public static ReadOnlyMemory<byte> Raw(JsonElement element) => JsonMarshal.GetRawUtf8Value(element).ToArray();
}
