using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Sentiment.Domain.Caching;

namespace Sentiment.Api;

/// <summary>Answers reads from the cache of documents.</summary>
internal static class Documents
{
    /// <summary>Gets a document, made if need be, to be sent as it is kept.</summary>
    /// <param name="cache">Where it is kept.</param>
    /// <param name="key">Which one.</param>
    /// <param name="make">Makes it; must hold on to nothing of the request. What it throws, the caller meets.</param>
    /// <param name="type">How it is written.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<DocumentResult<T>> AnswerAsync<T>(
        DocumentCache cache, DocumentKey key, Func<CancellationToken, Task<T>> make, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        new(await cache.GetAsync(key, async token => JsonSerializer.SerializeToUtf8Bytes(await make(token).ConfigureAwait(false), type), cancellationToken).ConfigureAwait(false));
}

/// <summary>A kept document of a type: 304 to whoever has it already, Brotli to whoever takes it.</summary>
/// <typeparam name="T">What the document says.</typeparam>
internal sealed class DocumentResult<T>(CachedDocument document) : IResult, IEndpointMetadataProvider
{
    private const string Brotli = "br";

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        var isBrotli = document.IsBrotli && Takes(httpContext.Request.Headers.AcceptEncoding);

        // Other bytes, another tag; whoever has one of them has the document.
        var packed = $"{document.ETag[..^1]}-{Brotli}\"";
        response.Headers.ETag = isBrotli ? packed : document.ETag;
        response.Headers.CacheControl = "private, no-cache";
        response.Headers.Append(HeaderNames.Vary, $"{HeaderNames.Authorization}, x-functions-key, {HeaderNames.AcceptEncoding}");
        if (Has(httpContext.Request.Headers.IfNoneMatch, document.ETag, packed))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        var body = isBrotli ? document.Body : document.Plain();
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = body.Length;
        if (isBrotli)
        {
            response.Headers.ContentEncoding = Brotli;
        }

        await response.Body.WriteAsync(body, httpContext.RequestAborted).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder)
    {
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(T), ["application/json"]));
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status304NotModified));
    }

    private static bool Takes(StringValues accepted) =>
        StringWithQualityHeaderValue.TryParseList(accepted, out var codings)
        && (codings.FirstOrDefault(c => c.Value.Equals(Brotli, StringComparison.OrdinalIgnoreCase)) ?? codings.FirstOrDefault(c => c.Value == "*")) is { } coding
        && coding.Quality is not 0;

    private static bool Has(StringValues tags, string plain, string packed) =>
        EntityTagHeaderValue.TryParseList(tags, out var known) && known.Any(k => k.Tag == "*" || k.Tag == plain || k.Tag == packed);
}
