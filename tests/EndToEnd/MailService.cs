using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Sentiment.EndToEnd;

/// <summary>A mail that arrived.</summary>
internal sealed record ReceivedMail(string MessageId, string To, string Subject);

/// <summary>Takes mail as SendGrid does, and like it knows nothing of repeats.</summary>
internal sealed class MailService : IAsyncDisposable
{
    private readonly WebApplication _app;

    public MailService()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(async context =>
        {
            var mail = (await JsonDocument.ParseAsync(context.Request.Body)).RootElement;
            var person = mail.GetProperty("personalizations")[0];
            var headers = person.TryGetProperty("headers", out var own) ? own : mail.GetProperty("headers");
            var subject = (mail.TryGetProperty("subject", out var all) ? all : person.GetProperty("subject")).GetString()!;
            Received.Enqueue(new(headers.GetProperty("Message-ID").GetString()!, person.GetProperty("to")[0].GetProperty("email").GetString()!, subject));
            Arriving();
            context.Response.StatusCode = StatusCodes.Status202Accepted;
        });
        _app.Start();
    }

    /// <summary>All mail, in the order in which it arrived.</summary>
    public ConcurrentQueue<ReceivedMail> Received { get; } = new();

    /// <summary>Called when a mail has arrived and is not answered yet.</summary>
    public Action Arriving { get; set; } = () => { };

    /// <summary>The settings of a process that sends here.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["SendGrid__ApiKey"] = "env:MAIL_KEY",
        ["SendGrid__From"] = "alerts@sentiment.example",
        ["SendGrid__BaseUrl"] = _app.Urls.First(),
        ["MAIL_KEY"] = "key",
    };

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
