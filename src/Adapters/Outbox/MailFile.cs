using System.Globalization;
using MimeKit;
using Sentiment.Domain.Alerts;

namespace Sentiment.Adapters.Outbox;

/// <summary>A mail as a file that every mail program opens (RFC 5322, <c>multipart/alternative</c>).</summary>
internal static class MailFile
{
    /// <summary>The sender where none is configured; nobody can answer it.</summary>
    public const string NoSender = "alerts@sentiment.invalid";

    /// <summary>A name that sorts by time and says which mail it is: <c>20261102T153000.123Z-ID.eml</c>.</summary>
    public static string NameOf(Mail mail, DateTimeOffset now)
    {
        var id = string.Concat(Id(mail).TakeWhile(c => c != '@').Where(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-'));
        return now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss.fff'Z-'", CultureInfo.InvariantCulture) + id + ".eml";
    }

    /// <summary>The file's bytes.</summary>
    public static async Task<byte[]> WriteAsync(Mail mail, MailboxAddress from, DateTimeOffset now, CancellationToken cancellationToken)
    {
        using var message = new MimeMessage { Date = now, Subject = mail.Subject, MessageId = Id(mail) };
        message.From.Add(from);
        message.To.Add(new MailboxAddress("", mail.To));
        if (mail.Unsubscribe is { } unsubscribe)
        {
            message.Headers.Add(HeaderId.ListUnsubscribe, $"<{unsubscribe.AbsoluteUri}>");
            message.Headers.Add(HeaderId.ListUnsubscribePost, "List-Unsubscribe=One-Click");
        }

        message.Body = new BodyBuilder { TextBody = mail.Text, HtmlBody = mail.Html }.ToMessageBody();
        using var bytes = new MemoryStream();
        await message.WriteToAsync(bytes, cancellationToken).ConfigureAwait(false);
        return bytes.ToArray();
    }

    private static string Id(Mail mail) => mail.MessageId.Trim('<', '>');
}
