using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Sentiment.Api.Tests.Support;
using Sentiment.Domain.Caching;

namespace Sentiment.Api.Tests;

/// <summary>How kept documents and other answers are sent.</summary>
public sealed class DocumentsTests
{
    private static readonly byte[] Long = System.Text.Encoding.UTF8.GetBytes($"{{\"text\":\"{string.Concat(Enumerable.Range(0, 500).Select(i => $"word{i} "))}\"}}");

    private static async Task<(HttpResponse Response, byte[] Body)> SendAsync(byte[] plain, string? accepts = null, string? has = null)
    {
        var context = new DefaultHttpContext();
        using var body = new MemoryStream();
        (context.Response.Body, context.Request.Headers.AcceptEncoding, context.Request.Headers.IfNoneMatch) = (body, accepts, has);
        await new DocumentResult<object>(CachedDocument.Of(plain, default)).ExecuteAsync(context);
        return (context.Response, body.ToArray());
    }

    private static byte[] Unpack(byte[] packed)
    {
        using var plain = new MemoryStream();
        using var unpacking = new BrotliStream(new MemoryStream(packed), CompressionMode.Decompress);
        unpacking.CopyTo(plain);
        return plain.ToArray();
    }

    [Theory]
    [InlineData("br", true)]
    [InlineData("gzip, br;q=0.5", true)]
    [InlineData("*", true)]
    [InlineData("gzip", false)]
    [InlineData("br;q=0, *", false)]
    [InlineData(null, false)]
    public async Task A_document_is_sent_as_it_is_kept_to_who_takes_Brotli_and_plain_to_who_does_not(string? accepts, bool isPacked)
    {
        var (response, body) = await SendAsync(Long, accepts);
        Assert.Equal(isPacked ? "br" : "", response.Headers.ContentEncoding.ToString());
        Assert.Equal(Long, isPacked ? Unpack(body) : body);
        Assert.Equal(body.Length, response.ContentLength);
        Assert.Equal(("private, no-cache", "Authorization, x-functions-key, Accept-Encoding"), (response.Headers.CacheControl.ToString(), response.Headers.Vary.ToString()));
    }

    [Fact]
    public async Task Who_has_a_document_in_either_form_gets_304_without_a_body()
    {
        var (plain, packed) = (await SendAsync(Long), await SendAsync(Long, "br"));
        Assert.NotEqual(plain.Response.Headers.ETag, packed.Response.Headers.ETag);
        foreach (var has in new[] { plain.Response.Headers.ETag.ToString(), packed.Response.Headers.ETag.ToString(), $"\"other\", W/{plain.Response.Headers.ETag}", "*" })
        {
            var (response, body) = await SendAsync(Long, "br", has);
            Assert.Equal((304, 0), (response.StatusCode, body.Length));
            Assert.Equal(packed.Response.Headers.ETag, response.Headers.ETag);
        }

        Assert.Equal(200, (await SendAsync(Long, "br", "\"other\"")).Response.StatusCode);
        Assert.Equal(200, (await SendAsync(Long, "br", "nonsense")).Response.StatusCode);
    }

    [Fact]
    public async Task Other_answers_are_compressed_for_who_takes_Brotli()
    {
        await using var host = await ApiHost.StartAsync(withRecords: true);
        var plain = await host.GetAsync("/api/tenants/acme/quarantine");
        var packed = await host.SendAsync("GET", "/api/tenants/acme/quarantine", headers: ("Accept-Encoding", "br"));
        Assert.Equal("br", packed.Headers["Content-Encoding"]);
        Assert.Equal(plain.Bytes, Unpack(packed.Bytes));
    }
}
