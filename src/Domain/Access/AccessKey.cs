using System.Text.Json.Serialization;

namespace Sentiment.Domain.Access;

/// <summary>What a tenant's key may do.</summary>
public static class KeyScopes
{
    /// <summary>Read whatever the tenant has.</summary>
    public const string Read = "read";

    /// <summary>Start the tenant's runs.</summary>
    public const string Run = "run";

    /// <summary>Change the tenant's settings, keys, rules and alerts.</summary>
    public const string Manage = "manage";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Read, Run, Manage];
}

/// <summary>A tenant's key as it is stored: its secret is not.</summary>
/// <param name="Id">Its public id: the tenant's, a dot and 16 hex digits.</param>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Scopes">What it may do, of <see cref="KeyScopes"/>.</param>
/// <param name="Hash">SHA-256 of the secret, 64 hex digits.</param>
/// <param name="CreatedAt">UTC.</param>
public sealed record AccessKey(string Id, string Tenant, IReadOnlyList<string> Scopes, string Hash, DateTimeOffset CreatedAt)
{
    /// <summary>What people call it; null: nothing.</summary>
    public string? Name { get; init; }

    /// <summary>When it was last presented, to about a minute; null: not since that is noted.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>From when on it is refused; null: until it is revoked.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>What the key begins with, so that its owner recognises it.</summary>
    [JsonIgnore]
    public string Prefix => KeyText.Prefix + Id;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AccessKey))]
internal sealed partial class AccessJson : JsonSerializerContext;
