using System.Text.Json;

namespace Sentiment.Adapters.Http;

/// <summary>Looks at a body's outline.</summary>
internal static class JsonBodies
{
    /// <summary>Whether it is one whole JSON value of a kind.</summary>
    /// <exception cref="JsonException">It is not JSON or ends early.</exception>
    public static bool IsWhole(ReadOnlySpan<byte> body, JsonTokenType kind)
    {
        var reader = new Utf8JsonReader(body);
        reader.Read();
        var isKind = reader.TokenType == kind;
        reader.Skip();
        return reader.Read() || isKind;
    }

    /// <summary>Whether it is one whole JSON object with an array under a name.</summary>
    /// <exception cref="JsonException">It is not JSON or ends early.</exception>
    public static bool HasArray(ReadOnlySpan<byte> body, ReadOnlySpan<byte> name)
    {
        var reader = new Utf8JsonReader(body);
        var found = false;
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                // A name with escapes may be half a character, which no comparison takes.
                var isNamed = !reader.ValueIsEscaped && reader.ValueTextEquals(name);
                reader.Read();
                found |= isNamed && reader.TokenType == JsonTokenType.StartArray;
                reader.Skip();
            }
        }
        else
        {
            reader.Skip();
        }

        while (reader.Read())
        {
            // Anything after the value throws: the body is damaged.
        }

        return found;
    }
}
