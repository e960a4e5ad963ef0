using System.Runtime.InteropServices;
using System.Text.Json;

namespace Sentiment.LocalHost.Live;

/// <summary>What a client asks for.</summary>
internal enum ClientRequest
{
    Ping,
    JoinGroup,
    LeaveGroup,
    SendToGroup,
    Event,
    SequenceAck,
}

/// <summary>A client's frame is not what is expected; the connection ends.</summary>
internal sealed class FrameException(string problem) : Exception(problem);

/// <summary>A frame as a client sends it.</summary>
/// <param name="Request">What it asks for.</param>
/// <param name="Group">Of a group's requests.</param>
/// <param name="AckId">Under which the answer is expected; null: no answer is.</param>
/// <param name="SequenceId">Up to which messages came.</param>
/// <param name="NoEcho">Whether the sender is left out.</param>
/// <param name="DataType"><c>json</c>, <c>text</c> or <c>binary</c>.</param>
/// <param name="Data">JSON, as it came.</param>
internal sealed record ClientFrame(
    ClientRequest Request, string Group = "", ulong? AckId = null, ulong SequenceId = 0, bool NoEcho = false, string DataType = "", byte[]? Data = null)
{
    private const int MaxGroup = 1024;
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 64, AllowDuplicateProperties = false };

    /// <summary>Reads a frame.</summary>
    /// <exception cref="FrameException">It is none.</exception>
    public static ClientFrame Read(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8, Strict);
            return Read(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new FrameException("frame: JSON expected");
        }
    }

    private static ClientFrame Read(JsonElement frame)
    {
        if (frame.ValueKind != JsonValueKind.Object)
        {
            throw new FrameException("frame: a JSON object expected");
        }

        return Text(frame, "type") switch
        {
            "ping" => new(ClientRequest.Ping),
            "joinGroup" => new(ClientRequest.JoinGroup, Group: Name(frame), AckId: AckOf(frame)),
            "leaveGroup" => new(ClientRequest.LeaveGroup, Group: Name(frame), AckId: AckOf(frame)),
            "sequenceAck" => new(ClientRequest.SequenceAck, SequenceId: Number(frame, "sequenceId") ?? throw new FrameException("sequenceId: a whole number expected")),
            "event" => new(ClientRequest.Event, AckId: AckOf(frame)),
            "sendToGroup" => Sent(frame),
            _ => throw new FrameException("type: joinGroup, leaveGroup, sendToGroup, event, sequenceAck or ping expected"),
        };
    }

    private static ClientFrame Sent(JsonElement frame)
    {
        var type = Text(frame, "dataType");
        if (type is not ("json" or "text" or "binary"))
        {
            throw new FrameException("dataType: json, text or binary expected");
        }

        if (!frame.TryGetProperty("data", out var data) || (type != "json" && data.ValueKind != JsonValueKind.String))
        {
            throw new FrameException(type == "json" ? "data: JSON expected" : "data: a string expected");
        }

        var noEcho = frame.TryGetProperty("noEcho", out var echo) ? echo.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False or JsonValueKind.Null => false,
            _ => throw new FrameException("noEcho: true or false expected"),
        } : false;
        return new(ClientRequest.SendToGroup, Name(frame), AckOf(frame), NoEcho: noEcho, DataType: type, Data: JsonMarshal.GetRawUtf8Value(data).ToArray());
    }

    private static string Name(JsonElement frame) =>
        Text(frame, "group") is { Length: > 0 and <= MaxGroup } group ? group : throw new FrameException($"group: 1 to {MaxGroup} characters expected");

    private static ulong? AckOf(JsonElement frame) => Number(frame, "ackId");

    private static string? Text(JsonElement frame, string name) =>
        frame.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static ulong? Number(JsonElement frame, string name) =>
        !frame.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetUInt64(out var number) ? number
        : throw new FrameException($"{name}: a whole number expected");
}
