using Microsoft.Extensions.Options;

namespace Sentiment.Domain.Alerts.Delivery;

/// <summary>Writes a message for a target and hands it to the mail service or the webhook.</summary>
internal sealed class MessageSender(AlertStore store, IMailer mailer, IWebhooks webhooks, Unsubscribing unsubscribing, IOptions<AlertOptions> options)
{
    /// <summary>The most alerts that a message shows; a digest counts the others.</summary>
    public const int MaxShown = 20;

    /// <summary>The Message-ID of a delivery.</summary>
    /// <param name="id">The message's id, a dot and the delivery's number.</param>
    public static string MessageIdOf(string id) => $"<{id}@sentiment>";

    /// <summary>Sends a message to one of its targets.</summary>
    public async Task<MailOutcome> SendAsync(AlertMessage message, TargetDelivery delivery, CancellationToken cancellationToken)
    {
        var shown = new List<AlertDocument>();
        foreach (var id in message.Alerts.Take(MaxShown))
        {
            if (await store.GetAsync(message.Tenant, id, cancellationToken).ConfigureAwait(false) is { } alert)
            {
                shown.Add(AlertDocument.Of(alert));
            }
        }

        if (shown.Count == 0)
        {
            return new MailOutcome.Refused("its alerts are gone");
        }

        var more = message.Alerts.Count + message.More - shown.Count;
        var (id0, home) = (message.IdOf(delivery.Number), options.Value.PublicUrl);
        if (delivery.Target.Email is not { } address)
        {
            return await webhooks.PostAsync(new(delivery.Target, id0, AlertMail.Subject(shown, more), shown, more, AlertMail.InboxOf(home, message.Tenant, shown, more)), cancellationToken).ConfigureAwait(false);
        }

        var unsubscribe = (options.Value.ApiUrl ?? home) is not { } api ? null : new Uri(AlertMail.Under(api, "api/unsubscribe/" + await unsubscribing.TokenAsync(message.Tenant, message.Rule, address, cancellationToken).ConfigureAwait(false)));
        var mail = AlertMail.Write(message.Tenant, shown, more, home, unsubscribe);
        return await mailer.SendAsync(new(address, mail.Subject, mail.Text, mail.Html, MessageIdOf(id0), unsubscribe) { Tenant = message.Tenant }, cancellationToken).ConfigureAwait(false);
    }
}
