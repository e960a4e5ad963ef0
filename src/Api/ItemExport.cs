using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Sentiment.Domain.Items;

namespace Sentiment.Api;

/// <summary>Items as JSON lines of any length, of which a page is in memory at a time; who takes them slowly is waited for.</summary>
internal sealed class ItemExport(IAsyncEnumerable<Item> items, TimeProvider time) : IResult, IEndpointMetadataProvider
{
    private const string MediaType = "application/x-ndjson";
    private const int BytesPerFlush = 64 * 1024;

    // So long a client may take for one flush before it is taken for gone.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    /// <remarks>What fails in the middle breaks the connection: lines that end too soon must not look like the end.</remarks>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (response, aborted) = (httpContext.Response, httpContext.RequestAborted);
        response.ContentType = MediaType;
        try
        {
            var body = response.BodyWriter;
            using var json = new Utf8JsonWriter(body);
            var unflushed = 0L;
            await foreach (var item in items.WithCancellation(aborted).ConfigureAwait(false))
            {
                JsonSerializer.Serialize(json, ItemDocument.Of(item), ItemJson.Default.ItemDocument);
                unflushed += json.BytesCommitted + 1;
                json.Reset();
                body.GetSpan(1)[0] = (byte)'\n';
                body.Advance(1);
                if (unflushed >= BytesPerFlush)
                {
                    unflushed = 0;
                    if ((await body.FlushAsync(aborted).AsTask().WaitAsync(Patience, time, aborted).ConfigureAwait(false)).IsCompleted)
                    {
                        return;
                    }
                }
            }

            await body.FlushAsync(aborted).AsTask().WaitAsync(Patience, time, aborted).ConfigureAwait(false);
        }
        catch when (response.HasStarted)
        {
            httpContext.Abort();
            throw;
        }
    }

    /// <inheritdoc/>
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(ItemDocument), [MediaType]));
}
