using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Sentiment.Adapters.Tests;

/// <summary>A request as it arrived.</summary>
public sealed record Arrived(string Method, string Path, string Query, IHeaderDictionary Headers, string Body);

/// <summary>Somebody else's service on a real socket: it notes what arrives and answers as the test says.</summary>
public sealed class LoopbackService : IAsyncDisposable
{
    private readonly WebApplication _app;

    public LoopbackService(Func<Arrived, HttpResponse, Task> answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var request = new Arrived(
                context.Request.Method, context.Request.Path, context.Request.QueryString.Value ?? "",
                new HeaderDictionary(context.Request.Headers.ToDictionary()), await reader.ReadToEndAsync());
            Seen.Enqueue(request);
            await answer(request, context.Response);
        });
        _app.Start();
        Address = new Uri(_app.Urls.First());
    }

    public Uri Address { get; }

    public ConcurrentQueue<Arrived> Seen { get; } = new();

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
