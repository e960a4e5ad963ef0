using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Sentiment.Domain.Sources;

namespace Sentiment.Adapters.Tests.Http;

public sealed class BodyLimitTests : IAsyncDisposable
{
    private const int Limit = 2048;

    private readonly ScriptedVendor _vendor = ScriptedVendor.Start(("Sources:Tiingo:MaxBodyBytes", $"{Limit}"));

    public ValueTask DisposeAsync() => _vendor.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_of_just_the_limit_is_taken(bool announced)
    {
        _vendor.Always(Sized(Limit, announced));
        Assert.Equal(Limit, (await _vendor.FetchAsync()).Bytes.Length);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_over_the_limit_is_refused_whether_announced_or_not(bool announced)
    {
        _vendor.Always(Sized(Limit + 1, announced));
        await AssertRefusedAsync();
    }

    [Fact]
    public async Task A_body_that_never_ends_is_refused_at_the_limit()
    {
        _vendor.Always(ScriptedVendor.Hang(begun: "[" + new string(' ', Limit)));
        await AssertRefusedAsync();
    }

    [Fact]
    public async Task An_announcement_over_the_limit_is_refused_before_the_body_is_read()
    {
        _vendor.Always(async context =>
        {
            context.Response.ContentLength = 1L << 40;
            await ScriptedVendor.Hang(begun: "[")(context);
        });
        await AssertRefusedAsync();
    }

    [Fact]
    public async Task The_limit_counts_what_a_compressed_body_unfolds_to()
    {
        _vendor.Then(Compressed(Limit)).Always(Compressed(Limit + 1));
        Assert.Equal(Limit, (await _vendor.FetchAsync()).Bytes.Length);
        Assert.Contains("gzip", _vendor.Seen.Single().Headers["Accept-Encoding"], StringComparison.Ordinal);
        _vendor.Seen.Clear();
        await AssertRefusedAsync();
    }

    private static string Json(int bytes) => "[" + new string(' ', bytes - 2) + "]";

    private static RequestDelegate Sized(int bytes, bool announced) => async context =>
    {
        if (announced)
        {
            context.Response.ContentLength = bytes;
        }

        await context.Response.WriteAsync(Json(bytes));
    };

    private static RequestDelegate Compressed(int bytes) => async context =>
    {
        context.Response.Headers.ContentEncoding = "gzip";
        await using var gzip = new GZipStream(context.Response.Body, CompressionLevel.Optimal);
        await gzip.WriteAsync(System.Text.Encoding.ASCII.GetBytes(Json(bytes)));
    };

    private async Task AssertRefusedAsync()
    {
        var exception = await _vendor.FailureAsync<SourceException>();
        Assert.False(exception.IsTransient);
        Assert.Equal("tiingo sent a body of more than 2,048 bytes (Sources:tiingo:MaxBodyBytes)", exception.Message);
        Assert.Single(_vendor.Seen);
    }
}
