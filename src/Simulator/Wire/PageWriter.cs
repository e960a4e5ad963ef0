using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sentiment.Simulator.Feed;

namespace Sentiment.Simulator.Wire;

/// <summary>Joins records into one JSON array, taking their bytes from the store where it has kept them.</summary>
internal sealed class PageWriter(FeedStore store, Action<Utf8JsonWriter, FeedItem> write)
{
    // Relaxed: vendors send raw unicode and ampersands, and so must the stand-in.
    private static readonly JsonWriterOptions Json =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public ReadOnlyMemory<byte> Array(IReadOnlyList<FeedItem> items) => Array(items, "", "");

    /// <summary>The array with JSON around it.</summary>
    public ReadOnlyMemory<byte> Array(IReadOnlyList<FeedItem> items, string before, string after)
    {
        var page = new ArrayBufferWriter<byte>((items.Count * 512) + 2);
        var scratch = new ArrayBufferWriter<byte>(1024);
        using var json = new Utf8JsonWriter(scratch, Json);
        page.Write(Encoding.UTF8.GetBytes(before));
        page.Write("["u8);
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
            {
                page.Write(","u8);
            }

            page.Write(Bytes(items[i], scratch, json));
        }

        page.Write("]"u8);
        page.Write(Encoding.UTF8.GetBytes(after));
        return page.WrittenMemory;
    }

    /// <summary>The record exactly as a page carries it.</summary>
    public byte[] Record(FeedItem item)
    {
        var scratch = new ArrayBufferWriter<byte>(1024);
        using var json = new Utf8JsonWriter(scratch, Json);
        return Bytes(item, scratch, json).ToArray();
    }

    private ReadOnlySpan<byte> Bytes(FeedItem item, ArrayBufferWriter<byte> scratch, Utf8JsonWriter json)
    {
        if (item.Serialised is { } kept)
        {
            return kept;
        }

        scratch.ResetWrittenCount();
        json.Reset(scratch);
        write(json, item);
        json.Flush();
        store.Keep(item, scratch.WrittenSpan);
        return scratch.WrittenSpan;
    }
}
