using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sentiment.Domain.Sources;

namespace Sentiment.Adapters.Http;

/// <summary>What a vendor's answer means: good, wait, stop, try again, or give up.</summary>
internal static partial class VendorAnswer
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(24);
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(100);

    [GeneratedRegex(@"\b(?:in|after|wait)\s+(\d{1,5})\s+(second|minute|hour)s?\b", RegexOptions.IgnoreCase)]
    private static partial Regex WaitPattern { get; }

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
                throw new SourceStoppedException($"{vendor} refuses the credential (401): check the token that the tenant names") { Status = status };
            case HttpStatusCode.Forbidden:
                throw new SourceStoppedException($"{vendor} denies access (403): the token's plan does not include this table") { Status = status };
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

    /// <summary>Returns if the body holds what was asked for, or says that there is nothing.</summary>
    /// <param name="vendor">Who sent it.</param>
    /// <param name="call">What was asked for.</param>
    /// <param name="body">What was sent.</param>
    /// <param name="now">When.</param>
    /// <exception cref="SourceException">It is not JSON or ends early (transient), or says something else; the source's rules tell what.</exception>
    public static void CheckBody(string vendor, VendorCall call, ReadOnlyMemory<byte> body, DateTimeOffset now)
    {
        try
        {
            if (call.HasRecords(body))
            {
                return;
            }
        }
        catch (JsonException exception)
        {
            throw new SourceException($"{vendor} sent a body that is not JSON or ends early", isTransient: true, exception);
        }

        var said = $"{vendor} sent no {call.Expected} but: {Quote(Head(body), call.Credential)}";
        switch (RuleOf(call.Source, body))
        {
            case null:
                throw new SourceException(said, isTransient: false);
            case { Meaning: AnswerMeaning.Empty }:
                return;
            case { Meaning: AnswerMeaning.Retry }:
                throw new SourceException(said, isTransient: true);
            case { Meaning: AnswerMeaning.Stop }:
                throw new SourceStoppedException(said);
            case { Meaning: AnswerMeaning.WaitForNextDay }:
                throw new SourceWaitException(said, now + Bounded(StatedWait(Head(body)) ?? now.UtcDateTime.Date.AddDays(1) - now.UtcDateTime));
            case { } rule:
                throw new SourceWaitException(said, now + Bounded(StatedWait(Head(body)) ?? rule.Wait));
        }
    }

    /// <summary>What a body without records means, by the source's rules; null if none fits.</summary>
    public static AnswerRule? RuleOf(SourceDescription source, ReadOnlyMemory<byte> body)
    {
        var text = Head(body);
        return source.Answers.FirstOrDefault(r => text.Contains(r.Text, StringComparison.OrdinalIgnoreCase));
    }

    private static string Head(ReadOnlyMemory<byte> body) => Encoding.UTF8.GetString(body.Span[..Math.Min(body.Length, 4096)]);

    /// <summary>The first 200 characters in one line, without the credential, however it is spelt.</summary>
    private static string Quote(string text, string? credential)
    {
        var safe = text;
        if (credential?.Trim() is { Length: > 0 } secret)
        {
            safe = safe.Replace(secret, "***", StringComparison.Ordinal).Replace(Uri.EscapeDataString(secret), "***", StringComparison.OrdinalIgnoreCase);
        }

        return string.Concat(safe.Take(200).Select(c => char.IsControl(c) ? ' ' : c));
    }

    private static TimeSpan? StatedWait(string text) =>
        WaitPattern.Match(text) is { Success: true } match && int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) is var number
            ? match.Groups[2].ValueSpan[0] switch { 's' or 'S' => TimeSpan.FromSeconds(number), 'm' or 'M' => TimeSpan.FromMinutes(number), _ => TimeSpan.FromHours(number) }
            : null;

    // Zero would be a busy loop, and a year a table that never comes back.
    private static TimeSpan Bounded(TimeSpan wait) => wait < ShortestWait ? ShortestWait : wait > LongestWait ? LongestWait : wait;

    private static DateTimeOffset? RetryAfter(HttpResponseMessage response, DateTimeOffset now)
    {
        var wait = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - now,
            _ => (TimeSpan?)null,
        };

        return wait is { } span ? now + Bounded(span) : null;
    }
}
