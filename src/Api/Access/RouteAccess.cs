using Sentiment.Domain.Access;

namespace Sentiment.Api.Access;

/// <summary>Who may call a route; one that does not say is the admin's.</summary>
internal sealed record RouteAccess
{
    private RouteAccess(bool needsKey, string? scope) => (NeedsKey, Scope) = (needsKey, scope);

    /// <summary>Anybody, without a key and without being counted.</summary>
    public static RouteAccess Anybody { get; } = new(false, null);

    /// <summary>The admin key alone.</summary>
    public static RouteAccess Admin { get; } = new(true, null);

    /// <summary>Keys that may read, too; of a tenant's route that tenant's.</summary>
    public static RouteAccess Readers { get; } = new(true, KeyScopes.Read);

    /// <summary>Keys that may change their tenant's settings, too; of a tenant's route that tenant's.</summary>
    public static RouteAccess Managers { get; } = new(true, KeyScopes.Manage);

    /// <summary>Whether a key is asked for.</summary>
    public bool NeedsKey { get; }

    /// <summary>What a tenant's key must be good for; null: none may.</summary>
    public string? Scope { get; }
}
