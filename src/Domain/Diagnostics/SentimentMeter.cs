using System.Diagnostics.Metrics;

namespace Sentiment.Domain.Diagnostics;

/// <summary>Every metric the product emits; names and tags are a contract with dashboards. No tag ever names a tenant's text or credential.</summary>
public static class SentimentMeter
{
    /// <summary>The meter's name, to subscribe to.</summary>
    public const string Name = "Sentiment";

    private static readonly Meter Meter = new(Name);

    /// <summary><c>sentiment.records</c>: records an ingestion saw; tag <c>outcome</c>.</summary>
    public static Counter<long> Records { get; } =
        Meter.CreateCounter<long>("sentiment.records", "{record}", "Records an ingestion saw, by outcome.");

    /// <summary><c>sentiment.chunks</c>: chunks that ended; tag <c>outcome</c>.</summary>
    public static Counter<long> Chunks { get; } =
        Meter.CreateCounter<long>("sentiment.chunks", "{chunk}", "Chunks that ended, by outcome.");

    /// <summary><c>sentiment.vendor.calls</c>: requests sent to vendors, each attempt counted; tags <c>vendor</c>, <c>outcome</c>.</summary>
    public static Counter<long> VendorCalls { get; } =
        Meter.CreateCounter<long>("sentiment.vendor.calls", "{call}", "Requests sent to vendors, by vendor and outcome.");

    /// <summary><c>sentiment.vendor.duration</c>: seconds from sending a request to its body's end; tags <c>vendor</c>, <c>outcome</c>.</summary>
    public static Histogram<double> VendorDuration { get; } =
        Meter.CreateHistogram<double>("sentiment.vendor.duration", "s", "From sending a request to the end of its body.");

    /// <summary>
    /// <c>sentiment.vendor.cache</c>: answers of vendors that were wanted; tags <c>vendor</c>, <c>outcome</c>: memory or second
    /// (kept in that level), miss (the vendor was asked) or stale (out of date, but the vendor fails).
    /// </summary>
    public static Counter<long> VendorCache { get; } =
        Meter.CreateCounter<long>("sentiment.vendor.cache", "{answer}", "Answers of vendors that were wanted, by where they came from.");

    /// <summary>
    /// <c>sentiment.read.cache</c>: where documents that were read were looked for; tags <c>tier</c>: memory, second (shared by
    /// processes) or store (made), <c>outcome</c>: hit or miss. Whoever waited for another's making counts as a miss in memory alone.
    /// </summary>
    public static Counter<long> ReadCache { get; } =
        Meter.CreateCounter<long>("sentiment.read.cache", "{look-up}", "Look-ups of documents that were read, by tier and outcome.");

    /// <summary><c>sentiment.scoring.texts</c>: texts scored; tag <c>cached</c> says whether a remembered answer served.</summary>
    public static Counter<long> ScoringTexts { get; } =
        Meter.CreateCounter<long>("sentiment.scoring.texts", "{text}", "Texts scored, and whether from the cache.");

    /// <summary><c>sentiment.scoring.duration</c>: seconds a scoring call of the model took, whatever its number of texts.</summary>
    public static Histogram<double> ScoringDuration { get; } =
        Meter.CreateHistogram<double>("sentiment.scoring.duration", "s", "How long a scoring call of the model took.");

    /// <summary><c>sentiment.live.messages</c>: messages that a live hub took.</summary>
    public static Counter<long> LiveMessages { get; } =
        Meter.CreateCounter<long>("sentiment.live.messages", "{message}", "Messages that a live hub took.");

    /// <summary><c>sentiment.live.bytes</c>: bytes of them, each counted once however many receive it.</summary>
    public static Counter<long> LiveBytes { get; } = Meter.CreateCounter<long>("sentiment.live.bytes", "By", "Bytes of the messages that a live hub took.");

    /// <summary><c>sentiment.live.failures</c>: sends that a live hub refused or did not answer in time, each attempt counted.</summary>
    public static Counter<long> LiveFailures { get; } =
        Meter.CreateCounter<long>("sentiment.live.failures", "{send}", "Sends that a live hub refused or did not answer in time.");

    /// <summary><c>sentiment.live.dropped</c>: changes of groups that were given up; clients learn of them from snapshots.</summary>
    public static Counter<long> LiveDropped { get; } =
        Meter.CreateCounter<long>("sentiment.live.dropped", "{change}", "Changes of live groups that were given up.");

    /// <summary><c>sentiment.live.delay</c>: seconds from the commit of a change to its message's acceptance by the hub.</summary>
    public static Histogram<double> LiveDelay { get; } =
        Meter.CreateHistogram<double>("sentiment.live.delay", "s", "From the commit of a change to the acceptance of its message.");

    /// <summary><c>sentiment.alerts</c>: alerts that were raised; tag <c>kind</c>: that of their rule.</summary>
    public static Counter<long> Alerts { get; } =
        Meter.CreateCounter<long>("sentiment.alerts", "{alert}", "Alerts that were raised, by kind of rule.");

    /// <summary>
    /// <c>sentiment.alert.deliveries</c>: what came of sending alerts, each attempt counted; tags <c>channel</c>: mail or webhook,
    /// <c>outcome</c>: sent, wait (the target asked to), failed, withdrawn or dead.
    /// </summary>
    public static Counter<long> AlertDeliveries { get; } =
        Meter.CreateCounter<long>("sentiment.alert.deliveries", "{delivery}", "What came of sending alerts, by channel and outcome.");

    /// <summary><c>sentiment.retention.removed</c>: what retention removed; tag <c>kind</c>: item, index, bar, partial, quarantine, body, run or history.</summary>
    public static Counter<long> RetentionRemoved { get; } =
        Meter.CreateCounter<long>("sentiment.retention.removed", "{thing}", "What retention removed, by kind.");

    /// <summary><c>sentiment.stage.duration</c>: seconds a page spent in a stage; tag <c>stage</c>: fetch, parse, score, store or push.</summary>
    public static Histogram<double> StageDuration { get; } =
        Meter.CreateHistogram<double>("sentiment.stage.duration", "s", "How long a page spent in a stage of its ingestion.");

    /// <summary><c>sentiment.stage.slow</c>: pages that took more than two standard deviations longer than those before; tag <c>stage</c>.</summary>
    public static Counter<long> StageSlow { get; } =
        Meter.CreateCounter<long>("sentiment.stage.slow", "{page}", "Pages that took much longer in a stage than those before.");
}
