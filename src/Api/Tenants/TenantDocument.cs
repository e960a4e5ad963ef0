using System.Text.Json.Serialization;
using Sentiment.Domain.Scoring;
using Sentiment.Domain.Tenants;

namespace Sentiment.Api.Tenants;

/// <summary>A tenant as the outside sees it.</summary>
public sealed record TenantDocument
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    /// <summary><c>active</c>, or <c>disabled</c>: no run is about it.</summary>
    public required string Status { get; init; }

    /// <summary>Addresses of the people to ask.</summary>
    public required IReadOnlyList<string> Emails { get; init; }

    /// <summary>What it watches.</summary>
    public required IReadOnlyList<string> Symbols { get; init; }

    /// <summary>Where it is watched.</summary>
    public required IReadOnlyList<string> Tables { get; init; }

    /// <summary>Six NCRONTAB fields, UTC; null: with every tick of the host's schedule.</summary>
    public required string? Schedule { get; init; }

    /// <summary>The name of the model that scores its texts.</summary>
    public required string Model { get; init; }

    /// <summary>Vendor → where its secret is; only for who may change it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Credentials { get; init; }

    /// <summary>The vendors that it has credentials of its own for.</summary>
    public required IReadOnlyList<string> Vendors { get; init; }

    /// <summary>For how many days what it has is kept; null: as the host's settings say.</summary>
    public required TenantRetention? Retention { get; init; }

    /// <summary>Table → the table that takes over; null: none does.</summary>
    public required IReadOnlyDictionary<string, string>? Fallbacks { get; init; }

    /// <summary><c>file</c>: it follows the tenants file; <c>api</c>: it was changed here.</summary>
    public required string Origin { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset ChangedAt { get; init; }

    /// <summary>Rises by one with every change.</summary>
    public required int Version { get; init; }

    /// <summary>What was saved without being tested, and why; null: nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Warnings { get; init; }

    internal static TenantDocument Example { get; } = Of(
        new(new("acme", "Acme Capital", ["AAPL", "BRK.B"], ["tiingo/news"], new Dictionary<string, string> { ["tiingo"] = "env:TIINGO_TOKEN" }, new(90, 400, 30))
        {
            Emails = ["ops@acme.test"],
            Schedule = "0 */15 * * * *",
        }, TenantOrigin.Api, new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero), 3), withCredentials: true);

    /// <summary>Of a stored tenant.</summary>
    /// <param name="stored">The tenant.</param>
    /// <param name="withCredentials">Whether its references to secrets are shown.</param>
    public static TenantDocument Of(StoredTenant stored, bool withCredentials)
    {
        ArgumentNullException.ThrowIfNull(stored);
        var tenant = stored.Tenant;
        return new()
        {
            Id = tenant.Id,
            Name = tenant.Name,
            Status = tenant.IsDisabled ? "disabled" : "active",
            Emails = tenant.Emails ?? [],
            Symbols = tenant.Symbols,
            Tables = tenant.Tables,
            Schedule = tenant.Schedule,
            Model = tenant.Model ?? ISentimentModels.Default,
            Credentials = withCredentials ? tenant.Credentials : null,
            Vendors = [.. tenant.Credentials.Keys.Order(StringComparer.Ordinal)],
            Retention = tenant.Retention,
            Fallbacks = tenant.Fallbacks,
            Origin = stored.Origin == TenantOrigin.File ? "file" : "api",
            ChangedAt = stored.ChangedAt,
            Version = stored.Version,
        };
    }
}

/// <summary>A tenant's settings as they are sent, for the description of the API.</summary>
/// <param name="Name">What people call it; default its id.</param>
/// <param name="Status"><c>active</c>, the default, or <c>disabled</c>.</param>
/// <param name="Emails">Up to 8 addresses of the people to ask.</param>
/// <param name="Symbols">What it watches.</param>
/// <param name="Tables">Where it is watched, up to 40.</param>
/// <param name="Schedule">Six NCRONTAB fields, UTC.</param>
/// <param name="Model">The name of a model.</param>
/// <param name="Credentials">Vendor → <c>env:NAME</c> or <c>keyvault:NAME</c>.</param>
/// <param name="Retention">Days.</param>
/// <param name="Fallbacks">Table → the table that takes over.</param>
public sealed record TenantOrder(
    string? Name, string? Status, IReadOnlyList<string>? Emails, IReadOnlyList<string>? Symbols, IReadOnlyList<string>? Tables, string? Schedule, string? Model,
    IReadOnlyDictionary<string, string>? Credentials, TenantRetention? Retention, IReadOnlyDictionary<string, string>? Fallbacks)
{
    internal static TenantOrder Example { get; } = new(
        "Acme Capital", "active", ["ops@acme.test"], ["AAPL", "BRK.B"], ["tiingo/news"], "0 */15 * * * *", "default",
        new Dictionary<string, string> { ["tiingo"] = "env:TIINGO_TOKEN" }, new(90, 400, 30), null);
}
