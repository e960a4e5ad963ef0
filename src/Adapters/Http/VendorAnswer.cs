using System.Net;
using System.Text;
using System.Text.Json;
using Sentiment.Domain.Sources;

namespace Sentiment.Adapters.Http;

/// <summary>What a vendor's answer means: good, wait, stop, try again, or give up.</summary>
internal static class VendorAnswer
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(24);
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(100);

    /// <summary>Returns if the status is 200.</summary>
    /// <exception cref="SourceException">It is not; its kind says what to do.</exception>
    public static void CheckStatus(string vendor, HttpResponseMessage response, DateTimeOffset now)
    {
        var status = (int)response.StatusCode;
        switch (response.StatusCode)
        {
            case HttpStatusCode.OK:
                return;
            case HttpStatusCode.Unauthorized:
                throw new SourceStoppedException($"{vendor} refuses the credential (401): check the token that the tenants file names");
            case HttpStatusCode.Forbidden:
                throw new SourceStoppedException($"{vendor} denies access (403): the token's plan does not include this table");
            case HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable when RetryAfter(response, now) is { } until:
                throw new SourceWaitException($"{vendor} asks to wait ({status})", until);
            case HttpStatusCode.RequestTimeout or (HttpStatusCode)425 or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError:
                throw new SourceException($"{vendor} answered {status}", isTransient: true);
            case >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest:
                throw new SourceException($"{vendor} redirects ({status}); that is not followed, for it would carry the credential elsewhere", isTransient: false);
            default:
                throw new SourceException($"{vendor} answered {status}", isTransient: false);
        }
    }

    /// <summary>Returns if the body is a whole JSON array.</summary>
    /// <param name="vendor">Who sent it.</param>
    /// <param name="body">What was sent.</param>
    /// <param name="credential">The value of the header that carried it; vendors repeat it in what they complain of.</param>
    /// <exception cref="SourceException">It is not JSON or ends early (transient), or has another shape.</exception>
    public static void CheckIsArray(string vendor, ReadOnlySpan<byte> body, string credential)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            reader.Read();
            var isArray = reader.TokenType == JsonTokenType.StartArray;
            reader.Skip();
            if (reader.Read() || isArray)
            {
                return;
            }
        }
        catch (JsonException exception)
        {
            throw new SourceException($"{vendor} sent a body that is not JSON or ends early", isTransient: true, exception);
        }

        // Exhausted limits are reported with status 200, too.
        var text = Quote(Encoding.UTF8.GetString(body[..Math.Min(body.Length, 4096)]), credential);
        throw new SourceException($"{vendor} sent no list but: {text}", isTransient: text.Contains("limit", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The first 200 characters in one line, without the credential, whatever scheme stands before it.</summary>
    private static string Quote(string text, string credential)
    {
        var secret = credential[(credential.IndexOf(' ', StringComparison.Ordinal) + 1)..].Trim();
        var safe = secret.Length == 0 ? text : text.Replace(secret, "***", StringComparison.Ordinal);
        return string.Concat(safe.Take(200).Select(c => char.IsControl(c) ? ' ' : c));
    }

    private static DateTimeOffset? RetryAfter(HttpResponseMessage response, DateTimeOffset now)
    {
        var wait = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - now,
            _ => (TimeSpan?)null,
        };

        // Zero would be a busy loop, and a year a table that never comes back.
        return wait is { } span ? now + (span < ShortestWait ? ShortestWait : span > LongestWait ? LongestWait : span) : null;
    }
}
