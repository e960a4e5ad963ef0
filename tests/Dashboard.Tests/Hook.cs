using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Sentiment.Dashboard.Tests;

/// <summary>A receiver of webhooks that answers what a test wants.</summary>
internal sealed class Hook : IDisposable
{
    private readonly HttpListener _listener = new();

    public Hook()
    {
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Address = new Uri($"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/hook");
        }

        _listener.Prefixes.Add($"http://127.0.0.1:{Address.Port}/");
        _listener.Start();
        _ = Task.Run(AnswerAsync);
    }

    public Uri Address { get; }

    /// <summary>What the next message is answered with.</summary>
    public HttpStatusCode Answer { get; set; } = HttpStatusCode.OK;

    /// <summary>The idempotency keys of all messages, in order.</summary>
    public ConcurrentQueue<string> Keys { get; } = new();

    // Its task ends with it.
    public void Dispose() => _listener.Close();

    private async Task AnswerAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                Keys.Enqueue(context.Request.Headers["Idempotency-Key"] ?? "");
                context.Response.StatusCode = (int)Answer;
                context.Response.Close();
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
