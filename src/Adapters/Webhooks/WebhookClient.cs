using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Sentiment.Domain.Alerts;
using Sentiment.Domain.Alerts.Delivery;
using Sentiment.Domain.Tenants;

namespace Sentiment.Adapters.Webhooks;

/// <summary>Calls webhooks, which tenants name: no redirect is followed, and where a connection goes is checked when it is made.</summary>
internal sealed class WebhookClient : IWebhooks, IDisposable
{
    private const int MaxReason = 300;
    private const HttpStatusCode TooEarly = (HttpStatusCode)425;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);
    private readonly HttpClient _http;
    private readonly ISecrets _secrets;
    private readonly TimeProvider _time;
    private readonly bool _mayBePrivate;

    /// <param name="options">Whether private addresses may be called.</param>
    /// <param name="secrets">Knows the secrets that calls are signed with.</param>
    /// <param name="time">The clock.</param>
    /// <param name="resolve">Finds a host's addresses; null: as the system does.</param>
    public WebhookClient(IOptions<AlertOptions> options, ISecrets secrets, TimeProvider time, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
    {
        (_secrets, _time, _mayBePrivate) = (secrets, time, options.Value.AllowPrivateAddresses);
        resolve ??= Dns.GetHostAddressesAsync;
        _http = new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,

            // A proxy would look names up by itself.
            UseProxy = false,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            MaxResponseHeadersLength = 16,
            ConnectCallback = (context, token) => ConnectAsync(context.DnsEndPoint, resolve, token),
        })
        {
            Timeout = Timeout,
        };
    }

    /// <inheritdoc/>
    public async Task<MailOutcome> PostAsync(WebhookNotice notice, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(notice);
        if (notice.Target.Webhook is not { IsAbsoluteUri: true } url || (url.Scheme != Uri.UriSchemeHttps && !(_mayBePrivate && url.Scheme == Uri.UriSchemeHttp)))
        {
            return new MailOutcome.Refused("an https address expected");
        }

        try
        {
            using var request = await RequestAsync(notice, url, cancellationToken).ConfigureAwait(false);
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            return await OutcomeAsync(response, cancellationToken).ConfigureAwait(false);
        }
        catch (SecretMissingException problem)
        {
            return Later(problem.Message);
        }
        catch (HttpRequestException problem) when (problem.InnerException is NotPublicException inner)
        {
            return new MailOutcome.Refused(inner.Message);
        }
        catch (Exception problem) when (problem is HttpRequestException or IOException)
        {
            return Later($"it cannot be reached: {problem.Message}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Later(string.Create(CultureInfo.InvariantCulture, $"no answer within {Timeout.TotalSeconds} s"));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<HttpRequestMessage> RequestAsync(WebhookNotice notice, Uri url, CancellationToken cancellationToken)
    {
        var body = WebhookBodies.Write(notice);
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json") { CharSet = "utf-8" };
        request.Headers.UserAgent.Add(new("Sentiment", null));
        request.Headers.Add("Idempotency-Key", notice.Key);
        if (notice.Target.Secret is { } reference)
        {
            var stamp = _time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
            var secret = Encoding.UTF8.GetBytes(await _secrets.ResolveAsync(reference, cancellationToken).ConfigureAwait(false));
            request.Headers.Add("X-Sentiment-Timestamp", stamp);
            byte[] signed = [.. Encoding.ASCII.GetBytes(stamp + "."), .. body];
            request.Headers.Add("X-Sentiment-Signature", "v1=" + Convert.ToHexStringLower(HMACSHA256.HashData(secret, signed)));
        }

        return request;
    }

    private async Task<MailOutcome> OutcomeAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        switch (response.StatusCode)
        {
            case >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices:
                return new MailOutcome.Accepted();
            case HttpStatusCode.TooManyRequests:
                return Later("it asks to wait (429)", Reset(response.Headers.RetryAfter) ?? TimeSpan.FromMinutes(1), isAsked: true);
            case HttpStatusCode.RequestTimeout or TooEarly or >= HttpStatusCode.InternalServerError:
                return Later(string.Create(CultureInfo.InvariantCulture, $"it answered {status}"), Reset(response.Headers.RetryAfter));
            case >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest:
                return new MailOutcome.Refused(string.Create(CultureInfo.InvariantCulture, $"it answered {status}: redirects are not followed"));
            default:
                var reason = await ReasonAsync(response, cancellationToken).ConfigureAwait(false);
                return new MailOutcome.Refused(string.Create(CultureInfo.InvariantCulture, $"it answered {status}: {reason}"));
        }
    }

    private MailOutcome.WaitUntil Later(string reason, TimeSpan? wait = null, bool isAsked = false)
    {
        var time = wait is not { } asked ? TimeSpan.Zero : asked < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : asked > LongestWait ? LongestWait : asked;
        return new(_time.GetUtcNow() + time, reason, isAsked);
    }

    private TimeSpan? Reset(RetryConditionHeaderValue? header) => header is null ? null : header.Delta ?? header.Date - _time.GetUtcNow();

    private static async Task<string> ReasonAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using var closing = body.ConfigureAwait(false);
        var bytes = new byte[MaxReason];
        var read = await body.ReadAtLeastAsync(bytes, MaxReason, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return string.Concat(Encoding.UTF8.GetString(bytes, 0, read).Select(c => char.IsControl(c) ? ' ' : c));
    }

    private async ValueTask<Stream> ConnectAsync(DnsEndPoint host, Func<string, CancellationToken, Task<IPAddress[]>> resolve, CancellationToken cancellationToken)
    {
        var addresses = IPAddress.TryParse(host.Host.Trim('[', ']'), out var literal) ? [literal] : await resolve(host.Host, cancellationToken).ConfigureAwait(false);
        var allowed = _mayBePrivate ? addresses : [.. addresses.Where(PublicAddresses.Contain)];
        if (allowed.Length == 0)
        {
            throw addresses.Length == 0 ? new SocketException((int)SocketError.HostNotFound) : new NotPublicException(host.Host);
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, host.Port, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class NotPublicException(string host) : Exception($"'{host}' is at no address of the public internet");
}
