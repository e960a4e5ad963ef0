using MimeKit;
using Sentiment.Domain.Alerts;

namespace Sentiment.Adapters.Outbox;

/// <summary>Mail that is sent nowhere: it is written into a folder of its tenant, each whole or not at all.</summary>
/// <param name="folder">The folder of all tenants; made with the first mail.</param>
/// <param name="from">The sender.</param>
/// <param name="time">The clock.</param>
internal sealed class FileMailer(string folder, MailboxAddress from, TimeProvider time) : IMailer
{
    /// <inheritdoc/>
    public async Task<MailOutcome> SendAsync(Mail mail, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(mail);
        var now = time.GetUtcNow();
        try
        {
            var bytes = await MailFile.WriteAsync(mail, from, now, cancellationToken).ConfigureAwait(false);
            var own = FileOutbox.FolderOf(folder, mail.Tenant);
            Directory.CreateDirectory(own);
            var path = Path.Combine(own, MailFile.NameOf(mail, now));
            await File.WriteAllBytesAsync(path + ".new", bytes, cancellationToken).ConfigureAwait(false);
            File.Move(path + ".new", path, overwrite: true);
            return new MailOutcome.Accepted();
        }
        catch (ParseException problem)
        {
            return new MailOutcome.Refused(problem.Message);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return new MailOutcome.WaitUntil(now, problem.Message);
        }
    }
}
