using MimeKit;
using Sentiment.Domain.Alerts;
using Sentiment.Domain.Storage;

namespace Sentiment.Adapters.Outbox;

/// <summary>Mail that is sent nowhere: it is kept as a blob, <c>outbox/TENANT/TIME-ID.eml</c>.</summary>
internal sealed class BlobMailer(IBlobStore blobs, MailboxAddress from, TimeProvider time) : IMailer
{
    /// <inheritdoc/>
    public async Task<MailOutcome> SendAsync(Mail mail, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(mail);
        var now = time.GetUtcNow();
        try
        {
            var bytes = await MailFile.WriteAsync(mail, from, now, cancellationToken).ConfigureAwait(false);
            await blobs.PutAsync(BlobOutbox.FolderOf(mail.Tenant) + MailFile.NameOf(mail, now), bytes, cancellationToken).ConfigureAwait(false);
            return new MailOutcome.Accepted();
        }
        catch (ParseException problem)
        {
            return new MailOutcome.Refused(problem.Message);
        }
    }
}
