using System.Text.Json;

namespace Sentiment.Domain.Live;

/// <summary>A field of an entry.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Json">Its value, UTF-8 JSON.</param>
public readonly record struct LiveField(string Name, ReadOnlyMemory<byte> Json);

/// <summary>Something that a group tells: an item, a bar, a run, a table or chunk of one, a section of the metrics.</summary>
/// <param name="Key">Which, within the group.</param>
/// <param name="Fields">What it is, in order; a field that is absent is as one that is null.</param>
public sealed record LiveEntry(string Key, IReadOnlyList<LiveField> Fields)
{
    private static readonly byte[] Null = "null"u8.ToArray();

    /// <summary>An entry whose fields are the properties of a JSON object.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="utf8Object">The object; the fields keep its bytes.</param>
    public static LiveEntry Of(string key, ReadOnlyMemory<byte> utf8Object) => new(key, Read(utf8Object));

    /// <summary>The properties of a JSON object, as it writes them.</summary>
    internal static List<LiveField> Read(ReadOnlyMemory<byte> utf8Object)
    {
        var fields = new List<LiveField>();
        var reader = new Utf8JsonReader(utf8Object.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            fields.Add(new(name, utf8Object[start..(int)reader.BytesConsumed]));
        }

        return fields;
    }

    /// <summary>Whether it says the same as another.</summary>
    internal bool Says(LiveEntry other) => Changed(other).Count == 0;

    /// <summary>The fields that are not as in another, those that went away as null.</summary>
    internal IReadOnlyList<LiveField> Changed(LiveEntry other)
    {
        var before = other.Fields.ToDictionary(f => f.Name, f => f.Json, StringComparer.Ordinal);
        var changed = new List<LiveField>();
        foreach (var field in Fields)
        {
            if (!Of(before, field.Name).Span.SequenceEqual(field.Json.Span))
            {
                changed.Add(field);
            }

            before.Remove(field.Name);
        }

        changed.AddRange(before.Where(f => !f.Value.Span.SequenceEqual(Null)).Select(f => new LiveField(f.Key, Null)));
        return changed;

        static ReadOnlyMemory<byte> Of(Dictionary<string, ReadOnlyMemory<byte>> fields, string name) => fields.TryGetValue(name, out var json) ? json : Null;
    }
}
