using System.Buffers;
using System.Text.Json;

namespace Sentiment.Domain.Live;

/// <summary>Writes messages: each once, whoever receives it.</summary>
internal static class LiveMessages
{
    /// <summary>Changes of more bytes go into several messages; one alone is at most a text of 64 KiB with all of it escaped.</summary>
    public const int MaxBytes = 256 * 1024;

    private static readonly JsonWriterOptions Trusted = new() { SkipValidation = true };

    /// <summary>The messages that tell some changes.</summary>
    /// <param name="publisher">Who tells.</param>
    /// <param name="version">The version of what is told.</param>
    /// <param name="changes">The changes.</param>
    /// <param name="next">The number of the next message.</param>
    public static IEnumerable<ReadOnlyMemory<byte>> Of(string publisher, long version, IReadOnlyList<EntryChange> changes, Func<long> next)
    {
        for (var done = 0; done < changes.Count;)
        {
            var buffer = new ArrayBufferWriter<byte>(1024);
            using var writer = new Utf8JsonWriter(buffer, Trusted);
            writer.WriteStartObject();
            writer.WriteString("from"u8, publisher);
            writer.WriteNumber("seq"u8, next());
            writer.WriteString("kind"u8, "delta"u8);
            writer.WriteStartArray("changes"u8);
            do
            {
                Write(writer, version, changes[done]);
                done++;
            }
            while (done < changes.Count && writer.BytesCommitted + writer.BytesPending + Size(changes[done]) <= MaxBytes);

            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.Flush();
            yield return buffer.WrittenMemory;
        }
    }

    /// <summary>The snapshot of a group.</summary>
    public static ReadOnlyMemory<byte> Snapshot(LiveGroup group, long version, ReadOnlySpan<byte> entries)
    {
        var buffer = new ArrayBufferWriter<byte>(entries.Length + 128);
        using var writer = new Utf8JsonWriter(buffer, Trusted);
        writer.WriteStartObject();
        writer.WriteString("group"u8, group.Name);
        writer.WriteNumber("version"u8, version);
        writer.WritePropertyName("entries"u8);
        writer.WriteRawValue(entries, skipInputValidation: true);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }

    /// <summary>Entries as an array.</summary>
    public static ReadOnlyMemory<byte> Entries(IReadOnlyList<LiveEntry> entries)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using var writer = new Utf8JsonWriter(buffer, Trusted);
        writer.WriteStartArray();
        foreach (var entry in entries)
        {
            writer.WriteStartObject();
            writer.WriteString("key"u8, entry.Key);
            Write(writer, entry.Fields);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.Flush();
        return buffer.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter writer, long version, EntryChange change)
    {
        writer.WriteStartObject();
        writer.WriteString("key"u8, change.Key);
        writer.WriteNumber("version"u8, version);
        if (change.Base is { } from)
        {
            writer.WriteNumber("base"u8, from);
        }

        if (change.Fields is { } fields)
        {
            Write(writer, fields);
        }
        else
        {
            writer.WriteBoolean("removed"u8, true);
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, IReadOnlyList<LiveField> fields)
    {
        foreach (var field in fields)
        {
            writer.WritePropertyName(field.Name);
            writer.WriteRawValue(field.Json.Span, skipInputValidation: true);
        }
    }

    private static int Size(EntryChange change) => 64 + change.Key.Length + (change.Fields?.Sum(f => f.Name.Length + f.Json.Length + 4) ?? 0);
}
