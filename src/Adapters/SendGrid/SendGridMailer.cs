using System.Globalization;
using System.Net;
using SendGrid;
using SendGrid.Helpers.Mail;
using Sentiment.Domain.Alerts;
using Sentiment.Domain.Tenants;
using Mail = Sentiment.Domain.Alerts.Mail;

namespace Sentiment.Adapters.SendGrid;

/// <summary>Mail over SendGrid, with one client for the life of the process, or of its key.</summary>
internal sealed class SendGridMailer(SendGridOptions options, HttpClient http, ISecrets secrets, TimeProvider time) : IMailer
{
    /// <summary>The wait where SendGrid names none.</summary>
    public static readonly TimeSpan Wait = TimeSpan.FromMinutes(1);

    /// <summary>The wait where a person has to mend something at SendGrid first.</summary>
    public static readonly TimeSpan LongWait = TimeSpan.FromMinutes(15);

    private const int MaxReason = 300;
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    private (string Key, SendGridClient Client)? _made;

    /// <inheritdoc/>
    public async Task<MailOutcome> SendAsync(Mail mail, CancellationToken cancellationToken)
    {
        var message = Message(mail);
        try
        {
            var client = Client(await secrets.ResolveAsync(options.ApiKey, cancellationToken).ConfigureAwait(false));
            var response = await client.SendEmailAsync(message, cancellationToken).ConfigureAwait(false);
            return await OutcomeAsync(response, cancellationToken).ConfigureAwait(false);
        }
        catch (SecretMissingException exception)
        {
            return Later(LongWait, exception.Message);
        }
        catch (Exception exception) when (exception is HttpRequestException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return Later(Wait, $"SendGrid cannot be reached: {exception.Message}");
        }
    }

    private SendGridClient Client(string key)
    {
        // Two callers may both make one after a rotation: either is right.
        if (_made is not { } made || made.Key != key)
        {
            _made = made = (key, new SendGridClient(http, new SendGridClientOptions { ApiKey = key, Host = options.BaseUrl.ToString().TrimEnd('/') }));
        }

        return made.Client;
    }

    private SendGridMessage Message(Mail mail)
    {
        var message = MailHelper.CreateSingleEmail(new(options.From, options.FromName), new(mail.To), mail.Subject, mail.Text, mail.Html);
        message.AddCustomArg("message", mail.MessageId);
        message.AddHeader("Message-ID", mail.MessageId);
        if (mail.Unsubscribe is { } unsubscribe)
        {
            message.AddHeader("List-Unsubscribe", $"<{unsubscribe.AbsoluteUri}>");
            message.AddHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
        }

        message.SetSandBoxMode(options.Sandbox);
        return message;
    }

    private async Task<MailOutcome> OutcomeAsync(Response response, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        return response.StatusCode switch
        {
            HttpStatusCode.Accepted or HttpStatusCode.OK => new MailOutcome.Accepted(),
            HttpStatusCode.TooManyRequests => Later(Reset(response) ?? Wait, "SendGrid asks to wait (429)") with { IsAsked = true },
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => Later(LongWait, $"SendGrid denies access ({status}): check the key and the verified sender"),
            HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError => Later(Wait, $"SendGrid answered {status}"),
            _ => new MailOutcome.Refused($"SendGrid answered {status}: {await ReasonAsync(response, cancellationToken).ConfigureAwait(false)}"),
        };
    }

    private MailOutcome.WaitUntil Later(TimeSpan wait, string reason) =>
        new(time.GetUtcNow() + (wait < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : wait > LongestWait ? LongestWait : wait), reason);

    private TimeSpan? Reset(Response response) =>
        response.Headers.TryGetValues("X-RateLimit-Reset", out var values)
        && long.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= 253_402_300_799
            ? DateTimeOffset.FromUnixTimeSeconds(seconds) - time.GetUtcNow() : null;

    private static async Task<string> ReasonAsync(Response response, CancellationToken cancellationToken)
    {
        var body = await response.Body.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        return string.Concat(body.Take(MaxReason).Select(c => char.IsControl(c) ? ' ' : c));
    }
}
