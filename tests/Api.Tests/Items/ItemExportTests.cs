using System.IO.Pipelines;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Sentiment.Api.Tests.Support;
using Sentiment.Domain.Items;

namespace Sentiment.Api.Tests.Items;

/// <summary>An export whose client is slow, or whose store fails.</summary>
public sealed class ItemExportTests
{
    private const int Many = 20_000;
    private readonly FakeTimeProvider _time = new(Records.Now);
    private int _taken;

    [Fact]
    public async Task A_client_that_takes_nothing_is_waited_for_with_few_items_in_memory()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 256 * 1024, resumeWriterThreshold: 128 * 1024));
        var export = new ItemExport(ItemsAsync(Many, null), _time).ExecuteAsync(Context(pipe));
        Assert.False(export.IsCompleted);
        Assert.InRange(_taken, 100, 2_000);

        using var lines = new StreamReader(pipe.Reader.AsStream());
        for (var i = 0; i < Many; i++)
        {
            Assert.Contains($"\"sourceId\":\"{i}\"", await lines.ReadLineAsync(), StringComparison.Ordinal);
        }

        await export;
    }

    [Fact]
    public async Task A_client_that_takes_nothing_for_a_minute_is_given_up()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 256 * 1024, resumeWriterThreshold: 128 * 1024));
        var export = new ItemExport(ItemsAsync(Many, null), _time).ExecuteAsync(Context(pipe));
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.False(export.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<TimeoutException>(() => export);
    }

    [Fact]
    public async Task What_fails_in_the_middle_breaks_the_connection()
    {
        await using var app = await ServeAsync(new IOException("The disk is gone."));
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        using var answer = await http.GetAsync(new Uri("/export", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var failure = await Assert.ThrowsAnyAsync<Exception>(answer.Content.ReadAsStringAsync);
        Assert.True(failure is HttpRequestException or IOException, $"{failure}");
    }

    [Fact]
    public async Task What_fails_before_anything_is_sent_is_a_problem()
    {
        await using var app = await ServeAsync(new IOException("The disk is gone."), at: 10);
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        using var answer = await http.GetAsync(new Uri("/export", UriKind.Relative));
        Assert.Equal((HttpStatusCode.InternalServerError, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
    }

    private static DefaultHttpContext Context(Pipe pipe)
    {
        var context = new DefaultHttpContext();
        context.Features.Set<IHttpResponseBodyFeature>(new PipeBody(pipe.Writer));
        return context;
    }

    private async Task<WebApplication> ServeAsync(Exception failure, int at = 5_000)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddRouting().AddSentimentApi();
        var app = builder.Build();
        app.UseSentimentApi();
        app.MapGet("/export", () => new ItemExport(ItemsAsync(at, failure), TimeProvider.System));
        await app.StartAsync();
        return app;
    }

    private async IAsyncEnumerable<Item> ItemsAsync(int count, Exception? failure)
    {
        for (var i = 0; i < count; i++)
        {
            _taken++;
            yield return new($"{i:x32}", "wire/news", $"{i}", ["AAPL"], new StringBuilder().Insert(0, "Headline ", 20).ToString(), null, Records.Now, 0, 1_000_000, 0, "m@1", "c", 1);
        }

        await Task.CompletedTask;
        if (failure is not null)
        {
            throw failure;
        }
    }

    private sealed class PipeBody(PipeWriter writer) : IHttpResponseBodyFeature
    {
        public Stream Stream => writer.AsStream();

        public PipeWriter Writer => writer;

        public Task CompleteAsync() => writer.CompleteAsync().AsTask();

        public void DisableBuffering()
        {
        }

        public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;
    }
}
