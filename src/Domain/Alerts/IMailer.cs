namespace Sentiment.Domain.Alerts;

/// <summary>Sends mail.</summary>
public interface IMailer
{
    /// <summary>Hands one mail to the mail service.</summary>
    /// <param name="mail">The mail.</param>
    /// <param name="cancellationToken">Gives it up; it may still have been accepted.</param>
    /// <returns>What the service said; a service that cannot be reached is a wait.</returns>
    Task<MailOutcome> SendAsync(Mail mail, CancellationToken cancellationToken);
}

/// <summary>A mail to one reader.</summary>
/// <param name="To">An address.</param>
/// <param name="Subject">One line.</param>
/// <param name="Text">The body as plain text.</param>
/// <param name="Html">The body as HTML; null for none.</param>
/// <param name="MessageId">Its Message-ID, angle brackets included; a service without idempotency keys may still send it twice.</param>
/// <param name="Unsubscribe">Where one request of the reader's mail program ends such mail (RFC 8058); null: nowhere.</param>
public sealed record Mail(string To, string Subject, string Text, string? Html, string MessageId, Uri? Unsubscribe = null)
{
    /// <summary>The tenant whose rule it is of.</summary>
    public required string Tenant { get; init; }
}

/// <summary>What became of a mail, or of a call of a webhook.</summary>
public abstract record MailOutcome
{
    private MailOutcome()
    {
    }

    /// <summary>The service took it.</summary>
    public sealed record Accepted : MailOutcome;

    /// <summary>Not now; nothing is wrong with the mail.</summary>
    /// <param name="Until">When to try again, UTC.</param>
    /// <param name="Reason">Why.</param>
    /// <param name="IsAsked">Whether the service asked for the wait; if not, the attempt failed.</param>
    public sealed record WaitUntil(DateTimeOffset Until, string Reason, bool IsAsked = false) : MailOutcome;

    /// <summary>Never: trying again would be refused again.</summary>
    /// <param name="Reason">What the service said; never a credential.</param>
    public sealed record Refused(string Reason) : MailOutcome;
}
