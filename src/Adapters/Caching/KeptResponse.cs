using System.IO.Compression;
using Sentiment.Domain.Sources;

namespace Sentiment.Adapters.Caching;

/// <summary>A vendor's answer as it is kept.</summary>
/// <param name="Version">The format; another one is not read.</param>
/// <param name="FetchedAt">When it was asked for.</param>
/// <param name="NextLink">The address of the next page in its Link header; null: none.</param>
/// <param name="Length">Its bytes before compression.</param>
/// <param name="Body">Brotli, or the bytes themselves where they are few.</param>
internal sealed record KeptResponse(int Version, DateTimeOffset FetchedAt, string? NextLink, int Length, byte[] Body)
{
    private const int CurrentVersion = 1;
    private const int CompressedFrom = 1024;
    private const int MaxLength = 256 * 1024 * 1024;
    private const int Fastest = 1;
    private const int Window = 22;

    // What the record, its key and the cache's own entry take besides the body.
    private const int Overhead = 1024;

    /// <summary>Bytes of memory.</summary>
    public int Size => Body.Length + Overhead;

    /// <summary>Compresses an answer.</summary>
    public static KeptResponse Of(SourceBody body)
    {
        var bytes = body.Bytes.Span;
        if (bytes.Length >= CompressedFrom)
        {
            var room = new byte[BrotliEncoder.GetMaxCompressedLength(bytes.Length)];
            if (BrotliEncoder.TryCompress(bytes, room, out var written, Fastest, Window) && written < bytes.Length)
            {
                return new(CurrentVersion, body.FetchedAt, body.NextLink, bytes.Length, room[..written]);
            }
        }

        return new(CurrentVersion, body.FetchedAt, body.NextLink, bytes.Length, bytes.ToArray());
    }

    /// <summary>The answer; null if it is of another format or damaged.</summary>
    public SourceBody? Read()
    {
        if (Version != CurrentVersion || Body is null || Length is < 0 or > MaxLength)
        {
            return null;
        }

        var bytes = Body;
        if (Length != Body.Length)
        {
            bytes = new byte[Length];
            if (!BrotliDecoder.TryDecompress(Body, bytes, out var written) || written != Length)
            {
                return null;
            }
        }

        return new(bytes, FetchedAt) { NextLink = NextLink };
    }
}
