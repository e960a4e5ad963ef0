using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Alerts.Delivery;

/// <summary>The keys of alerts and what is to become of them, all in a tenant's partition, <see cref="AlertPartitions.Of"/>.</summary>
internal static class AlertKeys
{
    /// <summary>Alerts, newest first.</summary>
    public const string Alerts = "a|";

    /// <summary>Messages that something is left to do for.</summary>
    public const string Open = "o|";

    /// <summary>The partition that says which tenants may have such messages.</summary>
    public const string TenantsPartition = "alerts";

    /// <summary>An alert; its evidence's items are in a row of their own, so that lists stay small.</summary>
    public static string Alert(Alert alert) => $"{Alerts}{Rows.NewestFirst(alert.RaisedAt)}|{alert.Id}";

    /// <summary>Where an alert is, by its id.</summary>
    public static string Id(string alert) => $"i|{alert}";

    /// <summary>The items of an alert's evidence.</summary>
    public static string Evidence(string alert) => $"e|{alert}";

    /// <summary>A message.</summary>
    public static string Message(string message) => $"m|{message}";

    /// <summary>That a message is to be delivered.</summary>
    public static string Intent(string message) => $"{Open}{message}";

    /// <summary>Deliveries of a status that is not the end of all, newest first.</summary>
    public static string Deliveries(DeliveryStatus status) => $"x|{status.ToString().ToLowerInvariant()}|";

    /// <summary>One of them; null where nobody asks for that status.</summary>
    public static string? Delivery(AlertMessage message, TargetDelivery delivery) => IsListed(delivery.Status)
        ? string.Create(CultureInfo.InvariantCulture, $"{Deliveries(delivery.Status)}{Rows.NewestFirst(message.At)}|{message.Id}|{delivery.Number:D2}") : null;

    /// <summary>Whether deliveries of a status can be listed.</summary>
    public static bool IsListed(DeliveryStatus status) => status is DeliveryStatus.Waiting or DeliveryStatus.Held or DeliveryStatus.Dead;

    /// <summary>That an address wants no more mail of a rule.</summary>
    public static string Unsubscribed(string rule, string address) => $"u|{rule}|{AddressHash(address)}";

    private static string AddressHash(string address) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(address.Trim().ToLowerInvariant())).AsSpan(0, 16));
}
