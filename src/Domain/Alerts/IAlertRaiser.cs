namespace Sentiment.Domain.Alerts;

/// <summary>Records that an alert is due, once, and sees to its delivery.</summary>
public interface IAlertRaiser
{
    /// <summary>
    /// Inserts the alert with the intent to deliver it, and beside it, in the same atomic write, what the rule remembers of the
    /// symbol; then starts the delivery. An intent whose delivery was not started, for the process ended, is found and started later.
    /// </summary>
    /// <param name="alert">The alert.</param>
    /// <param name="state">The write of the rule's memory, in the partition <see cref="AlertPartitions.Of"/> of the tenant.</param>
    /// <param name="cancellationToken">Gives up; the alert is there with the state, or neither is.</param>
    /// <returns>False: the state was not as expected, or the alert was there already; nothing was written.</returns>
    Task<bool> RaiseAsync(Alert alert, Storage.TableWrite state, CancellationToken cancellationToken);
}

/// <summary>Where alerts are stored.</summary>
public static class AlertPartitions
{
    /// <summary>
    /// A tenant's rules (<c>r|RULE</c>), what they remember (<c>s|RULE|SYMBOL</c>), alerts newest first (<c>a|…</c>), alerts by id
    /// (<c>i|ID</c>) and intents to deliver (<c>o|…</c>): one partition, so that one write is atomic over them.
    /// </summary>
    public static string Of(string tenant) => $"alerts|{tenant}";
}
