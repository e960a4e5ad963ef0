using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Sentiment.Api.Requests;

/// <summary>Reads bodies of bounded length.</summary>
internal static class Body
{
    /// <summary>A JSON body; null where it is empty.</summary>
    /// <param name="request">The request.</param>
    /// <param name="type">What it is read as.</param>
    /// <param name="expected">What is expected, in words.</param>
    /// <exception cref="RequestProblem">It is too long, or not as expected.</exception>
    public static async Task<T?> ReadAsync<T>(HttpRequest request, JsonTypeInfo<T> type, string expected)
        where T : class
    {
        var bytes = await ReadAsync(request, ApiOptions.MaxBodyBytes).ConfigureAwait(false);
        try
        {
            return bytes.Length == 0 ? null : JsonSerializer.Deserialize(bytes.Span, type);
        }
        catch (JsonException problem)
        {
            throw RequestProblem.Bad(problem.Path ?? "$", $"not as expected; {expected}");
        }
    }

    /// <summary>The bytes of a body.</summary>
    /// <exception cref="RequestProblem">They are too many.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, int maxBytes)
    {
        var bytes = new byte[Math.Min(maxBytes, request.ContentLength ?? maxBytes) + 1];
        try
        {
            var length = await request.Body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, request.HttpContext.RequestAborted).ConfigureAwait(false);
            return length < bytes.Length ? bytes.AsMemory(0, length) : throw RequestProblem.LongBody(maxBytes);
        }
        catch (BadHttpRequestException problem)
        {
            throw problem.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? RequestProblem.LongBody(maxBytes) : RequestProblem.Bad("body", "could not be read to its end");
        }
    }
}
