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
/// <param name="MessageId">Identifies it to the sender's log; a service without idempotency keys may still send it twice.</param>
public sealed record Mail(string To, string Subject, string Text, string? Html, string MessageId);

/// <summary>What became of a mail.</summary>
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
    public sealed record WaitUntil(DateTimeOffset Until, string Reason) : MailOutcome;

    /// <summary>Never: trying again would be refused again.</summary>
    /// <param name="Reason">What the service said; never a credential.</param>
    public sealed record Refused(string Reason) : MailOutcome;
}
