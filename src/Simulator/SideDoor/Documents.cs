using System.Text.Json;
using System.Text.Json.Serialization;
using Sentiment.Simulator.Faults;
using Sentiment.Simulator.Feed;

namespace Sentiment.Simulator.SideDoor;

internal sealed record StatisticsDocument(
    Dictionary<string, long> Calls,
    Dictionary<string, long> Statuses,
    Dictionary<string, long> Faults,
    IReadOnlyDictionary<string, long> Violations,
    long Records,
    long Bytes,
    int MaxConcurrent,
    DateTimeOffset? FirstCallAt,
    DateTimeOffset? LastCallAt);

internal sealed record FaultChange(
    double? Share,
    FaultKind[]? Kinds,
    int? RetryAfterSeconds,
    int? LatencyMs,
    int? SlowBodyMs,
    bool? IgnoreDates,
    int? Limit,
    string? KeyPrefix,
    string? Vendor);

internal sealed record AddRequest(string? Symbol, int? Count, double? BackdateHours, Vendor? Vendor, string? Title);

internal sealed record AddReply(AddedDocument[] Added);

internal sealed record AddedDocument(long Id, string Symbol, string Title, DateTimeOffset PublishedAt, DateTimeOffset CrawledAt);

internal sealed record ClockChange(DateTimeOffset? Now, double? AdvanceSeconds, bool? Frozen);

internal sealed record ClockDocument(DateTimeOffset Now, bool Frozen);

internal sealed record Refusal(string Error);

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    Converters = [typeof(NameConverter<FaultKind>), typeof(NameConverter<BadKind>), typeof(NameConverter<Vendor>)],
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(StatisticsDocument))]
[JsonSerializable(typeof(FaultChange))]
[JsonSerializable(typeof(FaultSettings))]
[JsonSerializable(typeof(AddRequest))]
[JsonSerializable(typeof(AddReply))]
[JsonSerializable(typeof(ClockChange))]
[JsonSerializable(typeof(ClockDocument))]
[JsonSerializable(typeof(Refusal))]
[JsonSerializable(typeof(Truth.TruthDocument))]
internal sealed partial class SideDoorJson : JsonSerializerContext;
