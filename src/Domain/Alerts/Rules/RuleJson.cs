using System.Text.Json.Serialization;

namespace Sentiment.Domain.Alerts.Rules;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AlertRule))]
[JsonSerializable(typeof(SymbolState))]
internal sealed partial class RuleJson : JsonSerializerContext;
