using Microsoft.AspNetCore.Http;

namespace Sentiment.Api.Access;

/// <summary>Who calls.</summary>
/// <param name="Id">Its public id: <c>admin</c>, or the key's.</param>
/// <param name="Tenant">Whose key it is; null: the admin's.</param>
/// <param name="Scopes">What a tenant's key may do.</param>
public sealed record Caller(string Id, string? Tenant, IReadOnlyList<string> Scopes)
{
    /// <summary>Whoever has the admin key.</summary>
    public static Caller Admin { get; } = new("admin", null, []);

    /// <summary>Whether it may do everything.</summary>
    public bool IsAdmin => Tenant is null;

    /// <summary>Who makes a request that came through the gate.</summary>
    /// <exception cref="InvalidOperationException">It did not.</exception>
    public static Caller Of(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Features.Get<Caller>() ?? throw new InvalidOperationException("Nobody asked who calls.");
    }
}
