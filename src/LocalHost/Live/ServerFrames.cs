using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;

namespace Sentiment.LocalHost.Live;

/// <summary>The frames that the hub sends, as UTF-8 JSON.</summary>
internal static class ServerFrames
{
    private static readonly byte[] BeforeSequence = "{\"sequenceId\":"u8.ToArray();

    /// <summary>Longer than what <see cref="WithSequence"/> adds.</summary>
    public const int SequenceBytes = 36;

    public static byte[] Pong { get; } = "{\"type\":\"pong\"}"u8.ToArray();

    public static byte[] Connected(string user, string connection, string? reconnectionToken) => Write(writer =>
    {
        writer.WriteString("type", "system");
        writer.WriteString("event", "connected");
        writer.WriteString("userId", user);
        writer.WriteString("connectionId", connection);
        if (reconnectionToken is not null)
        {
            writer.WriteString("reconnectionToken", reconnectionToken);
        }
    });

    public static byte[] Disconnected(string message) => Write(writer =>
    {
        writer.WriteString("type", "system");
        writer.WriteString("event", "disconnected");
        writer.WriteString("message", message);
    });

    /// <summary>The answer to a request; without an error it succeeded.</summary>
    public static byte[] Ack(ulong id, string? error = null, string? message = null) => Write(writer =>
    {
        writer.WriteString("type", "ack");
        writer.WriteNumber("ackId", id);
        writer.WriteBoolean("success", error is null);
        if (error is not null)
        {
            writer.WriteStartObject("error");
            writer.WriteString("name", error);
            writer.WriteString("message", message);
            writer.WriteEndObject();
        }
    });

    /// <summary>A message to a group, the same for all who are in it.</summary>
    public static byte[] Message(string group, string? fromUser, string dataType, ReadOnlySpan<byte> data)
    {
        var head = Write(writer =>
        {
            writer.WriteString("type", "message");
            writer.WriteString("from", "group");
            if (fromUser is not null)
            {
                writer.WriteString("fromUserId", fromUser);
            }

            writer.WriteString("group", group);
            writer.WriteString("dataType", dataType);
        });
        var before = ",\"data\":"u8;
        var whole = new byte[head.Length + before.Length + data.Length];
        head.AsSpan(..^1).CopyTo(whole);
        before.CopyTo(whole.AsSpan(head.Length - 1));
        data.CopyTo(whole.AsSpan(head.Length - 1 + before.Length));
        whole[^1] = (byte)'}';
        return whole;
    }

    /// <summary>Writes a message with its number in one connection; returns its length.</summary>
    public static int WithSequence(ReadOnlySpan<byte> message, ulong sequenceId, Span<byte> into)
    {
        BeforeSequence.CopyTo(into);
        Utf8Formatter.TryFormat(sequenceId, into[BeforeSequence.Length..], out var digits);
        var at = BeforeSequence.Length + digits;
        into[at++] = (byte)',';
        message[1..].CopyTo(into[at..]);
        return at + message.Length - 1;
    }

    private static byte[] Write(Action<Utf8JsonWriter> fields)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            fields(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
