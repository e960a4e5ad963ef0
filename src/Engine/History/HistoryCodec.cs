using System.Buffers;
using System.Text;

namespace Sentiment.Engine.History;

/// <summary>
/// Packs the events of one turn into one blob: a turn of a wide fan-out has hundreds of events, and a row for each would
/// cost more than all else the engine does.
/// </summary>
internal static class HistoryCodec
{
    private const byte Format = 1;

    /// <summary>Packs a turn.</summary>
    public static byte[] Write(DateTimeOffset time, IReadOnlyList<HistoryEvent> events)
    {
        var buffer = new ArrayBufferWriter<byte>(16 + (events.Count * 24));
        buffer.GetSpan(1)[0] = Format;
        buffer.Advance(1);
        WriteNumber(buffer, (ulong)time.UtcTicks);
        for (var i = 0; i < events.Count; i++)
        {
            var item = events[i];
            buffer.GetSpan(1)[0] = (byte)item.Kind;
            buffer.Advance(1);
            WriteNumber(buffer, (ulong)item.Sequence);
            WriteText(buffer, item.Name);
            WriteText(buffer, item.Payload);
            WriteNumber(buffer, (ulong)item.Value);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Unpacks a turn.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a turn.</exception>
    public static HistoryTurn Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty || bytes[0] != Format)
        {
            throw new InvalidDataException("A history row has an unknown format.");
        }

        bytes = bytes[1..];
        var time = new DateTimeOffset((long)ReadNumber(ref bytes), TimeSpan.Zero);
        var events = new List<HistoryEvent>();
        while (!bytes.IsEmpty)
        {
            var kind = (HistoryEventKind)bytes[0];
            bytes = bytes[1..];
            var sequence = (int)ReadNumber(ref bytes);
            var name = ReadText(ref bytes);
            var payload = ReadText(ref bytes);
            events.Add(new(kind, sequence, name, payload, (long)ReadNumber(ref bytes)));
        }

        return new(time, events);
    }

    private static void WriteNumber(ArrayBufferWriter<byte> buffer, ulong value)
    {
        var span = buffer.GetSpan(10);
        var length = 0;
        while (value >= 0x80)
        {
            span[length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        span[length++] = (byte)value;
        buffer.Advance(length);
    }

    // The length is written plus one, so that null differs from the empty text.
    private static void WriteText(ArrayBufferWriter<byte> buffer, string? text)
    {
        if (text is null)
        {
            WriteNumber(buffer, 0);
            return;
        }

        var length = Encoding.UTF8.GetByteCount(text);
        WriteNumber(buffer, (ulong)length + 1);
        buffer.Advance(Encoding.UTF8.GetBytes(text, buffer.GetSpan(length)));
    }

    private static ulong ReadNumber(ref ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (var i = 0; i < bytes.Length && i < 10; i++)
        {
            value |= (ulong)(bytes[i] & 0x7F) << (7 * i);
            if (bytes[i] < 0x80)
            {
                bytes = bytes[(i + 1)..];
                return value;
            }
        }

        throw new InvalidDataException("A history row ends in the middle of a number.");
    }

    private static string? ReadText(ref ReadOnlySpan<byte> bytes)
    {
        var length = ReadNumber(ref bytes);
        if (length == 0) return null;
        if (length - 1 > (ulong)bytes.Length)
        {
            throw new InvalidDataException("A history row ends in the middle of a text.");
        }

        var text = Encoding.UTF8.GetString(bytes[..(int)(length - 1)]);
        bytes = bytes[(int)(length - 1)..];
        return text;
    }
}
