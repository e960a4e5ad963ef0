using System.Text.Json;
using System.Text.Json.Serialization;
using Sentiment.Domain.Tenants.Deletion;

namespace Sentiment.Domain.Tenants;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Tenant))]
[JsonSerializable(typeof(StoredTenant))]
[JsonSerializable(typeof(TenantChange))]
[JsonSerializable(typeof(TenantDeletion))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(DateTimeOffset))]
[JsonSerializable(typeof(string))]
internal sealed partial class TenantJson : JsonSerializerContext;
