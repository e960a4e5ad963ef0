using System.Text.Json.Serialization;

namespace Sentiment.Simulator.Feed;

/// <summary>A record added through the side door; its text and id follow from the ordinal.</summary>
internal sealed record AddedItem(
    Vendor Vendor,
    string Symbol,
    int Ordinal,
    DateTimeOffset CrawledAt,
    DateTimeOffset PublishedAt,
    string? Title);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(AddedItem))]
internal sealed partial class AddedItemJson : JsonSerializerContext;
