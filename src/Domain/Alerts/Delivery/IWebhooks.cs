namespace Sentiment.Domain.Alerts.Delivery;

/// <summary>Calls webhooks.</summary>
public interface IWebhooks
{
    /// <summary>Posts a message to a webhook in its shape, signed if it has a secret.</summary>
    /// <param name="notice">The message.</param>
    /// <param name="cancellationToken">Gives it up; it may still have arrived.</param>
    /// <returns>What the receiver said; one that cannot be reached is a wait.</returns>
    Task<MailOutcome> PostAsync(WebhookNotice notice, CancellationToken cancellationToken);
}

/// <summary>A message to one webhook.</summary>
/// <param name="Target">The webhook.</param>
/// <param name="Key">Tells the receiver a repeat: the message's id, a dot and the delivery's number.</param>
/// <param name="Title">One line.</param>
/// <param name="Alerts">The alerts with their evidence, at most <see cref="MessageSender.MaxShown"/>.</param>
/// <param name="More">Further alerts, which are not among them.</param>
/// <param name="Link">Where a reader goes on; null: nowhere.</param>
public sealed record WebhookNotice(AlertTarget Target, string Key, string Title, IReadOnlyList<AlertDocument> Alerts, int More, Uri? Link);
