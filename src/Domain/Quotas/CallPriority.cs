using System.Text.Json.Serialization;

namespace Sentiment.Domain.Quotas;

/// <summary>Who goes first where the calls that a vendor permits are few.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CallPriority>))]
public enum CallPriority
{
    /// <summary>Somebody asked for it and waits.</summary>
    Interactive,

    /// <summary>The schedule's.</summary>
    Scheduled,

    /// <summary>Old data, which can wait longest.</summary>
    Backfill,
}
