using System.Text.Json.Serialization;

namespace Sentiment.Domain.Tenants;

/// <summary>Whose word counts for a tenant's settings.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TenantOrigin>))]
public enum TenantOrigin
{
    /// <summary>The tenants file's: they change when it does.</summary>
    File,

    /// <summary>The API's: what the file says no longer counts.</summary>
    Api,
}

/// <summary>Where a tenant stands.</summary>
public enum TenantStatus
{
    /// <summary>Runs are about it.</summary>
    Active,

    /// <summary>No run is about it; what it has can be read.</summary>
    Disabled,

    /// <summary>All that it has is being removed; nothing of it is shown.</summary>
    Deleting,
}

/// <summary>A tenant as it is stored.</summary>
/// <param name="Tenant">Its settings.</param>
/// <param name="Origin">Whose word counts.</param>
/// <param name="ChangedAt">UTC.</param>
/// <param name="Version">Rises by one with every change, from 1.</param>
public sealed record StoredTenant(Tenant Tenant, TenantOrigin Origin, DateTimeOffset ChangedAt, int Version)
{
    /// <summary>Whether all that it has is being removed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsDeleting { get; init; }

    /// <summary>The change that made it so; the trail is told of it at the latest before the next one.</summary>
    public TenantChange? Last { get; init; }

    /// <summary>Where it stands.</summary>
    [JsonIgnore]
    public TenantStatus Status => IsDeleting ? TenantStatus.Deleting : Tenant.IsDisabled ? TenantStatus.Disabled : TenantStatus.Active;

    /// <summary>Its entity tag; one made anew after its deletion has another.</summary>
    [JsonIgnore]
    public string ETag => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"\"{Version}-{ChangedAt.UtcTicks:x}\"");
}

/// <summary>Which tenants are wanted; null: whatever it is.</summary>
/// <param name="Email">With this address, whatever its case.</param>
/// <param name="Status">That stand so.</param>
/// <param name="Table">With this table.</param>
public sealed record TenantFilter(string? Email = null, TenantStatus? Status = null, string? Table = null);
